# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: zsh -f complete.zsh DIRECTORY LINE...: what zsh offers for each command line by the completions in the
# directory: the real completion system, in a terminal of its own. Prints the candidates of each line, one a line, and a
# line "." after those of each.

if [[ $1 == inside ]]; then
    PROMPT= RPROMPT=
    unsetopt prompt_cr prompt_sp
    fpath=($2 $fpath)
    autoload -Uz compinit && compinit -u -D
    zstyle ':completion:*' verbose no
    # compadd is what all candidates go through; with -A, -D and -O it is only asked for matches.
    compadd() {
        local -a hits
        if [[ ${@[1,(i)(-|--)]} != *-(A|D|O)\ * ]]; then
            builtin compadd -A hits "$@"
            (( $#hits )) && print -rl -- '@@'${^hits}'@@'
        fi
        builtin compadd "$@"
    }
    say_end() { print -r -- '[completed]'; comppostfuncs=(say_end) }
    comppostfuncs=(say_end)
    bindkey '^I' list-choices
    bindkey '^K' kill-whole-line
    return
fi

zmodload zsh/zpty || exit 1
zpty shell zsh -f -i
zpty -w shell "source ${(q)0} inside ${(q)1}; print -r -- rea''dy"
zpty -r -m shell answer '*ready*' || exit 1
shift
for line in "$@"; do
    zpty -w -n shell "$line"$'\t'
    zpty -r -m shell answer '*\[completed\]*' || exit 1
    print -r -- "$answer" | sed -n 's/.*@@\(.*\)@@.*/\1/p'
    print .
    zpty -w -n shell $'\v'
done
zpty -d shell
