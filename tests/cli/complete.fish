# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: fish -N complete.fish DIRECTORY LINE...: what fish offers for each command line by the completions in the
# directory. Prints the candidates of each line, one a line, and a line "." after those of each.
set fish_complete_path $argv[1] $fish_complete_path
for line in $argv[2..-1]
    complete -C $line | string replace -r '\t.*' ''
    echo .
end
