# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for passthru(1) and passthru-import(1). The program itself knows what can be typed next.
# shellcheck shell=bash

_passthru() {
    local line=${COMP_LINE:0:COMP_POINT} words word path kind candidate prefix=""
    # COMP_WORDS is split at ':' and '=', which PCI IDs, addresses and --option=VALUE have in them.
    # shellcheck disable=SC2162 # a backslash keeps a space in a word
    read -a words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=("")
    word=${words[-1]}
    path=$word
    [[ $word != --*=* ]] || path=${word#*=}

    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        case $candidate in
        :files | :directories)
            compopt -o filenames 2>/dev/null
            kind=-f
            [ "$candidate" = :files ] || kind=-d
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$kind" -P "${word%"$path"}" -- "$path")
            ;;
        *)
            [[ $candidate != *= ]] || compopt -o nospace 2>/dev/null
            COMPREPLY+=("$candidate")
            ;;
        esac
    done < <("${words[0]/#\~\//$HOME/}" --complete "${words[@]:1}" 2>/dev/null </dev/null)
    # readline replaces what stands after the last break of a word only.
    [[ $COMP_WORDBREAKS != *:* || $word != *:* ]] || prefix=${word%"${word##*:}"}
    [[ $COMP_WORDBREAKS != *=* || ${word#"$prefix"} != *=* ]] || prefix=${word%"${word##*=}"}
    COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
}

complete -F _passthru passthru passthru-import
