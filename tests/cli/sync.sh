# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of `passthru sync` share; sourced by them instead of import.sh and server.sh, which it brings along.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2034,SC2154
# Sets: feeds (the folder that the server serves at /, one folder for each feed), keys (of the feeds).
. "$(dirname "${BASH_SOURCE[0]}")/import.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
feeds=$server_root
keys=$work/keys
export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state SSL_CERT_FILE=$server/ca.pem
config=$XDG_CONFIG_HOME/passthru/remotes.d
mkdir -p "$config" "$XDG_STATE_HOME"
unset http_proxy https_proxy all_proxy no_proxy HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_DIR

sync_available() { server_available && command -v minisign >/dev/null && command -v zstd >/dev/null; }

# syncs ARGUMENT...: a sync of the database in the lab. sync ARGUMENT...: the same as a run.
syncs() {
    server_dates "$server_root"
    passthru sync --db "$target" --data "$data" --retries 0 "$@"
}
sync() { run syncs "$@"; }

# publish FEED ARGUMENT...: writes a feed; its reports are on standard input unless files are named.
publish() {
    local feed=$1
    shift
    "$root/tests/feed/write-feed" "$feeds/$feed" --keys "$keys" --name "$feed" "$@" >"$work/.key" || fail "write-feed $feed $*"
}

# remote NAME KIND URL [LINE...]: its file. A feed has the key that `publish` signs with unless a LINE says key=.
remote() {
    local name=$1 kind=$2 url=$3
    shift 3
    printf '%s\n' '[remote]' "name=$name" "kind=$kind" "url=$url" "$@" >"$config/$name.conf"
    [ "$kind" != feed ] || grep -q '^key=' "$config/$name.conf" || echo "key=$(tail -n 1 "$keys/feed.pub")" >>"$config/$name.conf"
}

# reports FIRST LAST: as NDJSON, each another one, none of them bundled.
reports() { seq -f '{"pci_id":"10de:1d01","outcome":"works","note":"report %.0f of a test"}' "$1" "$2"; }
id_of() { reports "$1" "$1" >"$work/.one" && "$root/tests/feed/write-feed" --ids "$work/.one"; } # id_of NUMBER

# told EXPRESSION: about d, the answer of the last `sync --json`; r is its remote (the first one).
told() { json "(lambda r: $1)(d['remotes'][0])" <<<"$out"; }

# synced NAME EXPRESSION STATUS:VALUE ARGUMENT...: a sync of these remotes ends so; its answer has that value.
synced() {
    sync --json "${@:4}"
    check "$1" is "$status:$(told "$2")" "$3"
}
# unsynced NAME REMOTE PART...: a sync of that remote fails, and says each PART.
unsynced() {
    ends "$1" 4 "${@:3}" -- syncs "$2"
}

requests() { server_log | awk '{ print $1, $2, $3 }'; } # METHOD PATH STATUS

# touched: all that tells whether a file of the lab was written: name, inode, size, time of change, content.
touched() { (cd "$lab" && find . -printf '%p %i %s %C@ %T@\n' | sort && state); }

# sync_start: the server, and no remote but those of the test.
sync_start() {
    server_start || return 1
    plain=http://127.0.0.1:$http
    secure=https://127.0.0.1:$https
    only_feeds
}
# sync_begin NAME [START]: that, or the function START; the tests of that name end here where there is no way.
sync_begin() {
    if ! sync_available; then
        skip "$1" "nginx, openssl, minisign or zstd is not installed"
        exit 0
    fi
    "${2:-sync_start}" || { fail "$1: the server, and what it needs first" "${err-}"; exit 1; }
}
# only_feeds: forgets all remotes; those that passthru brings are switched off.
only_feeds() {
    rm -f "$config"/*.conf
    remote pci.ids pci.ids "$plain/pci.ids.gz" enabled=no
    remote amdgpu.ids amdgpu.ids "$plain/amdgpu.ids" enabled=no
}

# ---- attacks -----------------------------------------------------------------------------------------------------
# attacks_begin: version 2 of the feed f is in the database, and both are kept; $count reports.
attacks_begin() {
    reports 1 20 | publish f --per-segment 10
    reports 21 30 | publish f --append
    cp -a "$feeds/f" "$work/good"
    base
    remote f feed "$secure/f"
    succeeds "the good feed is in" syncs
    cp -a "$lab" "$work/kept"
    count=$(reports_in)
}
good() { rm -rf "$feeds/f" && cp -a "$work/good" "$feeds/f"; } # the feed's folder is as it was then
begin() { rm -rf "$lab" && cp -a "$work/kept" "$lab" && good; } # and the database, too

# refused_with NAME PART...: the last sync was refused, said each PART, and did nothing to the database.
refused_with() {
    local name=$1
    ended "$name" 4 "${@:2}" "next: "
    check "$name: as JSON too" is "$(told '(r["state"], r["error"]["code"], d["updated"], len(r["error"]["next"]) > 0)')" "('failed', 'remote', False, True)"
    check "$name: nothing for a terminal to act on" clean <(cat "$work/.out" "$work/.err")
    check "$name: the database is the old one" cmp -s "$target" "$work/kept/t.db"
}
# goes_on NAME: the next version, without a fault, is taken.
goes_on() {
    good
    reports 31 33 | publish f --append --version 9
    synced "$1: the next good sync" '(r["state"], r["version"])' "0:('updated', '9')" f
    check "$1: its reports are in" is "$(reports_in):$err" "$((count + 3)):"
}
