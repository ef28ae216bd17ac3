# Usage: fish -N complete.fish FILE LINE...: what fish offers for each command line by the completions in the file. Prints
# the candidates of each line, one a line, and a line "." after those of each.
source $argv[1]
for line in $argv[2..-1]
    complete -C $line | string replace -r '\t.*' ''
    echo .
end
