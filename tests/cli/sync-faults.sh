# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of a sync that the world disturbs share; sourced by them instead of sync.sh, which it brings along.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2034,SC2154
# Sets: old and new (what the database tells before the update and after it), outbox, `before` (a folder with the lab
# as it is before the update). The feed is `one`, the list pci.ids; both have an update.
. "$(dirname "${BASH_SOURCE[0]}")/sync.sh"
. "$(dirname "${BASH_SOURCE[0]}")/faults.sh"
before=$work/before
# An import that finds no pci.ids takes that of the data, which is the same small one.
little_data
cp "$pci_ids" "$data/pci.ids"
# shellcheck disable=SC2206 # words on purpose
faulty=(${WRAPPER:-} "$BUILD/passthru" sync --data "$data" --db "$target" --quiet --retries 0)
slow_segments=$work/slow.segments # while there is such a file, the server is slow with segments,
slow_list=$work/slow.list         # with pci.ids

# content: what the database of the lab tells that an update changes.
content() {
    passthru query --ndjson --db "$target" 10de:1d01 10de:1d16
    [ ! -s "$target" ] ||
        sql "$target" "SELECT 'version', kind, version, records, rejected FROM source WHERE kind IN ('pci.ids', 'feed') ORDER BY kind"
}
outbox() { (cd "$XDG_STATE_HOME" && find . -type f -exec sha256sum {} + | sort); }

# random_reports FIRST LAST: reports that do not compress well.
random_reports() {
    /usr/bin/python3 -c 'import random, sys
for i in range(int(sys.argv[1]), int(sys.argv[2]) + 1):
    note = " ".join("".join(random.Random(i * 99 + n).choices("bcdfghjklmnpqrstvwxz", k=8)) for n in range(20))
    print("{\"pci_id\":\"10de:1d01\",\"outcome\":\"works\",\"note\":\"%d %s\"}" % (i, note))' "$1" "$2"
}

# publish_old, publish_new: what the server has. The new feed has four segments more, and takes two reports back.
publish_old() {
    rm -rf "$feeds/one"
    random_reports 1 150 | publish one --per-segment 25
    gzip -c "$pci_ids" >"$feeds/pci.ids.gz"
}
publish_new() {
    random_reports 1 2 >"$work/.taken-back"
    local taken_back
    mapfile -t taken_back < <("$root/tests/feed/write-feed" --ids "$work/.taken-back")
    random_reports 151 250 | publish one --append --per-segment 25 "${taken_back[@]/#/--retract=}"
    sed -e "/^#\tVersion:/s/:.*/: $today/" -e 's/MX330/MX330 X/' "$pci_ids" | gzip >"$feeds/pci.ids.gz"
}

# faults_start: the server, a lab with what it had, an outbox, and an update that waits. Returns non-zero when there is
# no way.
faults_start() {
    # shellcheck disable=SC2016 # for nginx
    server_add "set \$rate 0; if (-f $slow_segments) { set \$rate 1500; }" \
        "set \$list_rate 0; if (-f $slow_list) { set \$list_rate 1500; }" \
        'location /one/segments/ { limit_rate $rate; }' 'location /pci.ids.gz { limit_rate $list_rate; }' \
        "location /once/ { keepalive_timeout 0; alias $server_root/; }"
    sync_start || return 1
    passthru report new --yes --db "$db" --pci-id 10de:1d16 --outcome fails >/dev/null || return 1
    outbox=$(outbox)
    publish_old
    remotes_at "$plain"
    rm -rf "$lab"
    mkdir "$lab"
    sync --quiet || return 1
    [ "$status" -eq 0 ] || return 1
    old=$(content)
    rm -rf "$before"
    cp -a "$lab" "$before"
    publish_new
    sync --quiet
    [ "$status" -eq 0 ] || return 1
    new=$(content)
    restore
}

# remotes_at URL: where both remotes are.
remotes_at() {
    remote one feed "$1/one"
    remote pci.ids pci.ids "$1/pci.ids.gz"
}

segments() { (cd "$target.sources/feeds/one/segments" 2>/dev/null && ls); }
whole_segments() { segments | grep 'zst$'; }

# disturbed: prints what a fault has spoilt; nothing when all is well.
disturbed() {
    local now
    now=$(content 2>&1)
    [ "$now" = "$old" ] || [ "$now" = "$new" ] || echo "neither the old nor the new content"
    passthru db check --db "$target" >/dev/null 2>&1 || echo "not sound"
    [ "$(outbox)" = "$outbox" ] || echo "the outbox was touched"
    (cd "$target.sources/feeds/one/segments" && for file in *.zst; do echo "${file%%.*}  $file"; done |
        sha256sum --quiet -c 2>&1)
    cmp -s "$target.sources/feeds/one/manifest.json" "$before/t.db.sources/feeds/one/manifest.json" ||
        cmp "$target.sources/feeds/one/manifest.json" "$feeds/one/manifest.json"
}
# unchanged: the same, and the database is still the old one, byte for byte.
unchanged() {
    cmp "$target" "$before/t.db" 2>&1
    disturbed
}

# What lies in the lab of a sync that should not be there.
sync_strays() {
    local sources=$target.sources
    find "$lab" -type f ! -path "$target" ! -path "$target.lock" ! -path "$sources/pci.ids" \
        ! -path "$sources/remotes/*.json" ! -path "$sources/feeds/one/manifest.json" \
        ! -path "$sources/feeds/one/manifest.json.minisig" ! -path "$sources/feeds/one/segments/*.zst"
}

# mended: the next sync must bring the update; prints what is wrong with it. Segments that are whole are not fetched.
mended() {
    local had
    had=$(whole_segments)
    server_forget
    sync --quiet
    [ "$status" -eq 0 ] || echo "the next sync: exit $status: $err"
    [ "$(content)" = "$new" ] || echo "the next sync: not the new content"
    [ "$(outbox)" = "$outbox" ] || echo "the outbox was touched"
    passthru db check --db "$target" >/dev/null 2>&1 || echo "the next sync: not sound"
    [ -z "$had" ] || server_log | grep -F "$had"
    sync_strays
    cmp <(whole_segments) <(cd "$feeds/one/segments" && ls) 2>&1
}
