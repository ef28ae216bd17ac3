# SPDX-License-Identifier: GPL-2.0-or-later
# Faults of the machine, for any command that changes the lab: it is killed, or gets an error, at each system call of a
# kind; its files may not grow; its disk is full. Sourced after import.sh or sync.sh.
# shellcheck shell=bash disable=SC2154
# A test sets: before (a copy of the lab as it was) and faulty (the program and its arguments, an array); and defines three
# functions that print what is wrong, and nothing when all is well: unchanged (the database must be the old one, byte for
# byte), disturbed (the old or the new one, whole), and mended (runs the command again, which must bring the new one).

restore() {
    rm -rf "$lab"
    cp -a "$before" "$lab"
}

# inject CALL FAULT NUMBER: runs the command with that call of that number gone wrong; sets $status and $err. False when
# there are fewer calls.
inject() {
    status=0
    err=$(ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -f -qq -o "$work/trace" -e "trace=$1" -e "inject=$1:$2:when=$3" \
        "${faulty[@]}" 2>&1) || status=$?
    [ "$status" -eq 137 ] || grep -q INJECTED "$work/trace"
}
can_inject() {
    command -v strace >/dev/null && strace -qq -o "$work/trace" -e trace=openat -e inject=openat:error=EIO:when=1 true 2>/dev/null
    grep -q INJECTED "$work/trace" 2>/dev/null
}

# at_each CALL FAULT STATUS STEP [TOLERATED]: that fault at the first such call, and at each STEPth from there to the last.
# Lines of `disturbed` that begin with TOLERATED are none.
at_each() {
    local number wrong="" step
    step=$(some "$4")
    for ((number = 1; number < 3000; number += step)); do
        restore
        { inject "$1" "$2" "$number"; } 2>/dev/null || break
        [ "$status" -eq "$3" ] || wrong+="$number: exit $status: $err"$'\n'
        [ "$3" -eq 137 ] || has "$err" "passthru: " || wrong+="$number: no message: $err"$'\n'
        wrong+=$({ disturbed | grep -v "^${5:-no such line}"; mended; } 2>&1 | sed "s/^/$number: /")
    done
    check "$1, $2: there are calls" test "$number" -gt 1
    check "$1, $2: $(((number - 1) / step)) moments" is "$wrong" ""
}

# at_calls NAME: such faults, from standard input: CALL FAULT STATUS STEP [TOLERATED].
at_calls() {
    local operation
    if ! can_inject; then
        skip "$1" "strace is not installed, or may not trace"
        return
    fi
    while read -ra operation; do at_each "${operation[@]}" </dev/null; done
}

# no_space NAME: what a command that ran out of space must say and leave.
no_space() {
    ended "$1" 5 "next: "
    check "$1: says why" grep -qiE 'no space|too large|full' <<<"$err"
    check "$1: nothing changes" is "$(unchanged)" ""
    check "$1: no new database is left" test ! -e "$target.new"
    check "$1: with space the next one brings all" is "$(mended)" ""
}

# small_files KIB...: no file may grow beyond that.
small_files() {
    local limit
    for limit in "$@"; do
        restore
        status=0
        err=$( (ulimit -f "$limit" && "${faulty[@]}") 2>&1) || status=$?
        no_space "files of at most $limit KiB"
    done
}

# small_disk KIB...: the lab lies on a disk with so much space left.
small_disk() {
    local space
    if ! unshare -rm true 2>/dev/null; then
        skip "a small disk" "there is no unshare here"
        return
    fi
    for space in "$@"; do
        rm -rf "$work/small"
        mkdir -p "$work/small" "$lab"
        status=0
        # shellcheck disable=SC2016 # in the inner shell
        err=$(before=$before lab=$lab work=$work unshare -rm bash -c '
            mount -t tmpfs -o "size=$(($(du -sk "$before" | cut -f 1) + $1))k" tmpfs "$lab" || exit 99
            cp -a "$before/." "$lab"
            shift
            "$@"
            status=$?
            cp -a "$lab/." "$work/small"
            exit $status' - "$space" "${faulty[@]}" 2>&1) || status=$?
        rm -rf "$lab"
        mv "$work/small" "$lab"
        no_space "a disk with $space KiB left"
    done
}
