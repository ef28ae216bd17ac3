# SPDX-License-Identifier: GPL-2.0-or-later
# What the command-line tests share; sourced by each of them.
# shellcheck shell=bash disable=SC2034
# Sets: passthru, import (the programs, under $WRAPPER if that is set), data (the frozen copy of the project's data), db
# (the database built from it), work (an empty folder of its own, removed at the end).
set -u
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
BUILD=${BUILD:-$root/build}
# tests/run makes a copy of what was built where the user nobody cannot enter the clone.
data=${TESTED_TREE:-$root}/tests/data/frozen
db=$BUILD/tests/frozen.db
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Versions of a list: no later one than of tomorrow is taken.
today=$(date -u +%Y.%m.%d)
yesterday=$(date -u -d yesterday +%Y.%m.%d)
# What a sanitizer finds (make SAN=1) is a status that no command has: by default it is 1, as of an answer.
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99
failures=0 out="" err=""
if [ ! -r "$db" ]; then
    echo "not ok - $db is missing: make check builds it"
    exit 1
fi

# One Python answers all questions about documents and databases: judge.py says how.
"$root/tests/cli/judge.py" $$ >"$work/.judge"
read -r judge_port judge_pid <"$work/.judge"
rm "$work/.judge"
judge() {
    local fd answer stream=1
    exec {fd}<>"/dev/tcp/127.0.0.1/$judge_port" || return
    printf '%s\0' $# "$@" >&"$fd"
    IFS= read -r -d '' -u "$fd" answer
    exec {fd}>&-
    [ "${answer%%$'\n'*}" -lt 2 ] || stream=2
    printf '%s' "${answer#*$'\n'}" >&"$stream"
    return "${answer%%$'\n'*}"
}

passthru() { ${WRAPPER:-} "$BUILD/passthru" "$@"; }
import() { ${WRAPPER:-} "$BUILD/passthru-import" import --data "$data" "$@"; }

pass() { echo "ok - $1"; }
fail() {
    echo "not ok - $1"
    failures=$((failures + 1))
    [ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/    # /'
}
skip() { echo "ok - $1 # SKIP $2"; }
# needs NAME PROGRAM...: what follows in a script is skipped where one of these is not installed.
needs() {
    local program
    for program in "${@:2}"; do
        command -v "$program" >/dev/null && continue
        skip "$1" "$program is not installed"
        finish
        exit
    done
}

# What is called for each check starts no program: a thousand greps cost more than what they look at.
# slurp VARIABLE FILE: what is in the file, without the newlines at its end; a NUL becomes a question mark.
slurp() {
    { printf -v "$1" '%s' "$(<"$2")"; } 2>"$work/.nul"
    # The shell says that it leaves a NUL out.
    [ ! -s "$work/.nul" ] || printf -v "$1" '%s' "$(tr '\0' '?' <"$2")"
}
# run COMMAND...: runs it; leaves $status, $out (standard output) and $err.
run() {
    status=0
    "$@" >"$work/.out" 2>"$work/.err" || status=$?
    slurp out "$work/.out"
    slurp err "$work/.err"
}

# check NAME CONDITION...: a test that passes when the condition (a command) is true.
check() {
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "status ${status-}; out: ${out:0:2000}; err: ${err:0:2000}"; fi
}

# says NAME STATUS PATTERN...: of the last run, its exit status (or one of several), and what stands in its output and its
# messages, spaces squeezed: extended regular expressions; behind a = plain text; behind a ! what does not stand there.
says() {
    local name=$1 all pattern kind sense
    check "$1: exit ${2// / or }" has " $2 " " $status "
    flatten all "$out $err"
    for pattern in "${@:3}"; do
        kind=fits sense=
        [[ $pattern != !* ]] || sense=not
        pattern=${pattern#!}
        [[ $pattern != =* ]] || kind=has
        check "$name: ${sense:+not }$pattern" $sense $kind "$all" "${pattern#=}"
    done
}
# apart WORD... [-- REST...]: leaves what stands before and behind the -- in $claim and $rest.
apart() {
    claim=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        claim+=("$1")
        shift
    done
    rest=("${@:2}")
}
# claimed CLAIM... -- COMMAND...: runs it, and leaves what is claimed of it.
claimed() {
    apart "$@"
    run "${rest[@]}"
}
# expect NAME STATUS [PATTERN]... -- COMMAND...: runs it, and it says that. gives NAME EXPRESSION... -- COMMAND...: that holds.
expect() {
    claimed "$@"
    says "${claim[@]}"
}
gives() {
    claimed "$@"
    holds "${claim[@]}"
}
# succeeds NAME COMMAND...: exits with 0 and has nothing to complain of.
succeeds() {
    run "${@:2}"
    check "$1" is "$status:$err" "0:"
}
# holds NAME EXPRESSION...: Python expressions that are true of d, the JSON document that the last run has printed. They may
# use status, err, text (all output as it is) and what the code in $given defines.
given=
holds() {
    judge holds "$1" "${status:-0}" "$err" "$given" "$work/.out" "${@:2}" || failures=$((failures + 1))
}
not() { ! "$@"; }
# terminal ANSWER... -- ARGUMENT...: passthru on a terminal, where that is typed.
terminal() {
    apart "$@"
    printf '%s\n' "${claim[@]}" | TERM=dumb "$root/tests/cli/terminal.py" "$BUILD/passthru" "${rest[@]}"
}
# soon COMMAND...: waits until it is true, a minute at most.
soon() {
    local i
    for ((i = 0; i < 3000; i++)); do
        ! "$@" || return 0
        sleep 0.02
    done
    return 1
}
# sql DATABASE STATEMENT...: runs them, and prints the rows that they give.
sql() { judge sql "$@" || fail "SQL: ${*:2}"; }
# some STEP: of many moments each STEPth is tried; in make check-long each.
some() { [ -n "${EVERY_CALL:-}" ] && echo 1 || echo "$1"; }

has() { [[ $1 == *"$2"* ]]; }            # has TEXT PART
has_not() { ! has "$@"; }
fits() { [[ $1 =~ $2 ]]; }               # fits TEXT EXTENDED_REGEX
matches() { grep -qE -- "$2" <<<"$1"; }  # matches TEXT EXTENDED_REGEX: one of its lines
empty() { if [ -z "$2" ]; then pass "$1"; else fail "$1" "$2"; fi; } # empty NAME TEXT
# flatten VARIABLE TEXT: as one line, with one space between words. flat TEXT: prints that.
flatten() {
    local - words IFS=$' \t\n\r\v\f'
    set -f
    # shellcheck disable=SC2206 # words on purpose
    words=($2)
    IFS=' '
    printf -v "$1" '%s ' "${words[*]}"
}
flat() { tr -s '[:space:]' ' ' <<<"$1"; }
sanitized() { grep -q __asan_init "$BUILD/passthru"; }
is() { [ "$1" = "$2" ]; }                # is ACTUAL EXPECTED
json() { judge json "$BASHPID" "$1"; }   # json EXPRESSION <DOCUMENT, which is d
finish() {
    kill "$judge_pid" 2>/dev/null
    [ "$failures" -eq 0 ]
}
