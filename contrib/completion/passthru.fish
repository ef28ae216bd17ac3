# fish completion for passthru(1) and passthru-import(1). The program itself knows what can be typed next.

function __passthru_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    type -q -- $program; or return
    set -l path (string replace -r '^--[a-z-]+=' '' -- $word)
    set -l option (string match -r '^--[a-z-]+=' -- $word)
    command $program --complete $words[2..-1] $word 2>/dev/null </dev/null | while read -l candidate
        switch $candidate
            case :files
                # Since fish 4 a path may begin after a colon: not in a PCI address.
                string match -qr '^[0-9a-f]+:' -- $path; and continue
                printf '%s\n' "$option"(__fish_complete_path $path)
            case :directories
                printf '%s\n' "$option"(__fish_complete_directories $path '')
            case '*'
                printf '%s\n' $candidate
        end
    end
end

complete -c passthru -f -a '(__passthru_complete)'
complete -c passthru-import -f -a '(__passthru_complete)'
