# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of passthru-hub share; sourced by them instead of sync.sh, which it brings along.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2034,SC2154
# Sets: store (of the hub; "$work/hub/store.db" unless it is set before), hub_key, public (what is published).
. "$(dirname "${BASH_SOURCE[0]}")/sync.sh"
hub_home=$work/hub
mkdir -p "$hub_home"
store=${store:-$hub_home/store.db}
hub_key=$hub_home/feed.key
public=$hub_home/public
export PASSTHRU_HUB_STORE=$store

hub() { "$BUILD/passthru-hub" "$@"; }

# hub_start ARGUMENT...: `passthru-hub serve` on a free port, $hub_port, with what it says in $hub_home/log; its process is
# $hub_pid.
hub_start() {
    : >"$hub_home/log"
    setpriv --pdeathsig TERM "$BUILD/passthru-hub" serve --listen "127.0.0.1:${hub_port:-0}" "$@" 2>>"$hub_home/log" &
    hub_pid=$!
    while kill -0 "$hub_pid" 2>/dev/null; do
        hub_port=$(sed -n 's/^passthru-hub: listening on 127\.0\.0\.1://p' "$hub_home/log")
        [ -z "$hub_port" ] || return 0
        sleep 0.02
    done
    cat "$hub_home/log"
    return 1
}
hub_end() { # [SIGNAL]
    [ -n "${hub_pid-}" ] || return 0
    kill "-${1:-TERM}" "$hub_pid" 2>/dev/null
    wait "$hub_pid" 2>/dev/null
    hub_status=$?
    hub_pid=
}
trap 'hub_end KILL; server_end_all; rm -rf "$work"' EXIT

# publish_hub ARGUMENT...: into $public.
publish_hub() { hub publish --key "$hub_key" --public "$public" "$@"; }
