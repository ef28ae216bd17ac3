# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for passthru(1) and passthru-import(1). The program itself knows what can be typed next.

function __passthru_ask
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    type -q -- $program; or return
    command $program --complete $words[2..-1] (commandline -ct) 2>/dev/null </dev/null
end

function __passthru_complete
    set -l path (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    set -l option (string match -r '^--[a-z-]+=' -- (commandline -ct))
    __passthru_ask | while read -l candidate
        switch $candidate
            case :files
            case :directories
                printf '%s\n' "$option"(__fish_complete_directories $path '')
            case '*'
                printf '%s\n' $candidate
        end
    end
end

# Names of files are fish's own affair: it knows ~, variables, and names that other tools take for options. It would
# offer them after the colon of a PCI address, too.
function __passthru_takes_files
    string match -qr '^[0-9a-fA-F]+:' -- (commandline -ct); and return 1
    __passthru_ask | string match -q :files
end

for program in passthru passthru-import
    complete -c $program -f -a '(__passthru_complete)'
    complete -c $program -n __passthru_takes_files -F
end
