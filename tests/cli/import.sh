# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of the importer share; sourced by them instead of lib.sh, which it brings along.
# shellcheck shell=bash source-path=SCRIPTDIR
# Sets: pci_ids (a list of few devices: a database of it is built in no time), system_ids (the system's list), lab (a
# folder that holds one database and nothing else), target (that database, which `base` makes). A refused import must
# leave all of the lab as it was, byte for byte.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
pci_ids=$root/tests/data/examples/pci.ids
system_ids=/usr/share/misc/pci.ids
[ -r "$system_ids" ] || system_ids=/usr/share/hwdata/pci.ids
lab=$work/lab
target=$lab/t.db
mkdir "$lab"

# base: a fresh database in the lab, of that list and the bundled reports: built once, then copied.
declare -A built=()
base() {
    local of=$data:$pci_ids
    rm -rf "$lab"
    if [ -z "${built[$of]-}" ]; then
        mkdir "$lab"
        import --quiet --db "$target" "$pci_ids"
        built[$of]=$work/.built-${#built[@]}
        cp -a "$lab" "${built[$of]}"
    else
        cp -a "${built[$of]}" "$lab"
    fi
}

# few_reports: from here on the data is a copy that has reports on one GPU: where it is read often, these show as much as all.
few_reports() {
    cp -r "$data" "$work/data"
    data=$work/data
    find "$data/reports" -type f ! -path '*/10de/1d16*' -delete
}
# few_rows: the same for the long tables, three rows of each; none of what refers to others. little_data: both; a database of it is built in a fifth of the time.
few_rows() {
    local table
    [ "$data" = "$work/data" ] || cp -r "$data" "$work/data"
    data=$work/data
    for table in board-words cards codes names prices processors ranges symptoms; do
        awk -v rows="$(case $table in codes | prices) ;; *) echo 3 ;; esac)" '/^#/ || seen++ <= rows' "$data/$table.tsv" >"$work/.table"
        cp "$work/.table" "$data/$table.tsv"
    done
}
little_data() {
    [ "$data" = "$work/data" ] || few_reports
    few_rows
}

# Hashes of the database and of all its sources. The lock is empty.
state() { (cd "$lab" && find . -type f -exec sha256sum {} + | sort -k 2); }

# The names in the lab and in the source cache that should not be there.
strays() {
    find "$lab" -mindepth 1 \( -path "$target" -o -path "$target.lock" -o -path "$target.sources" \
        -o -path "$target.sources/pci.ids" -o -path "$target.sources/reports-*" \) -o -print
}

# ended NAME STATUS PART...: the last run ended so, and said each PART.
ended() {
    local name=$1 part
    check "$name: exit $2" is "$status" "$2"
    for part in "${@:3}"; do check "$name: says \"${part##*/}\"" has "$err" "$part"; done
}
# ends NAME STATUS PART... -- COMMAND...: runs it, and it ends so.
ends() {
    claimed "$@"
    ended "${claim[@]}"
}

# refused NAME STATUS PART... -- ARGUMENT...: an import that must fail with that status, say every PART and a next
# step, and change nothing.
refused() {
    local before
    before=$(state)
    apart "$@"
    run import --db "$target" "${rest[@]}"
    ended "${claim[@]}" "next: "
    check "$1: nothing changed" is "$(state)" "$before"
}

# line_of PATTERN FILE: the number of the first line that matches (in bytes, whatever the locale).
line_of() { LC_ALL=C grep -a -n -m 1 -e "$1" "$2" | cut -d : -f 1; }

reports_in() { passthru db info --json --db "$target" | json 'd["reports"]'; }

# A memory limit means nothing to a program that valgrind or a sanitizer runs.
can_limit_memory() { [ -z "${WRAPPER:-}" ] && ! grep -q __asan_init "$BUILD/passthru-import"; }

# raw_control FILE: whether a byte sequence is in it that a terminal acts on: C0 but tab and newline, DEL, C1,
# bidirectional controls.
raw_control() {
    LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$1"
}
clean() { ! raw_control "$1"; }

# as_nobody PROGRAM...: without root, whom no file mode stops.
nobody=()
[ "$(id -u)" -ne 0 ] || nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
# shellcheck disable=SC2206 # words on purpose
wrapper=(${WRAPPER:-})
as_nobody() { "${nobody[@]}" "${wrapper[@]}" "$@"; }
nobody_can_read() { "${nobody[@]}" cat "$@" >/dev/null 2>&1; }
