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
failures=0
if [ ! -r "$db" ]; then
    echo "not ok - $db is missing: make check builds it"
    exit 1
fi

passthru() { ${WRAPPER:-} "$BUILD/passthru" "$@"; }
import() { ${WRAPPER:-} "$BUILD/passthru-import" import --data "$data" "$@"; }

pass() { echo "ok - $1"; }
fail() {
    echo "not ok - $1"
    failures=$((failures + 1))
    [ $# -lt 2 ] || printf '%s\n' "$2" | sed 's/^/    # /'
}
skip() { echo "ok - $1 # SKIP $2"; }

# run COMMAND...: runs it; leaves $status, $out (standard output) and $err.
run() {
    status=0
    "$@" >"$work/.out" 2>"$work/.err" || status=$?
    out=$(tr '\0' '?' <"$work/.out")
    err=$(tr '\0' '?' <"$work/.err")
}

# check NAME CONDITION...: a test that passes when the condition (a command) is true.
check() {
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "status ${status-}; out: ${out:0:2000}; err: ${err:0:2000}"; fi
}

# says NAME STATUS PATTERN...: of the last run, its exit status, and what stands (behind a !: does not stand) in its output
# and its messages, spaces squeezed: extended regular expressions.
says() {
    local name=$1 all
    check "$1: exit $2" is "$status" "$2"
    all=$(printf '%s\n' "$out" "$err" | tr -s '[:space:]' ' ')
    for pattern in "${@:3}"; do
        if [[ $pattern == !* ]]; then
            check "$name: not ${pattern#!}" not grep -qE -- "${pattern#!}" <<<"$all"
        else
            check "$name: $pattern" grep -qE -- "$pattern" <<<"$all"
        fi
    done
}
not() { ! "$@"; }

has() { grep -qF -- "$2" <<<"$1"; }      # has TEXT PART
has_not() { ! has "$@"; }
is() { [ "$1" = "$2" ]; }                # is ACTUAL EXPECTED
json() { /usr/bin/python3 -c 'import json,sys; d=json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"; } # json EXPRESSION <DOCUMENT, which is d
finish() { [ "$failures" -eq 0 ]; }
