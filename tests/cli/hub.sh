# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of passthru-hub share; sourced by them instead of sync.sh, which it brings along.
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2034,SC2119,SC2120,SC2154
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

# ---- PostgreSQL of its own, in a directory of its own, as a user without rights --------------------------------------
postgres_bin=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
[ -n "$postgres_bin" ] || postgres_bin=$(dirname "$(command -v initdb || echo /nonexistent/x)")
postgres_available() { [ -x "$postgres_bin/initdb" ] && command -v setpriv >/dev/null; }
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$postgres_home" "$@"
    else
        "$@"
    fi
}
# postgres_make: a cluster; $postgres_store names an empty database in it. postgres_run starts it, postgres_stop [SIGNAL] ends it.
postgres_make() {
    postgres_home=$(mktemp -d)
    chmod 755 "$postgres_home"
    [ "$(id -u)" -ne 0 ] || chown 65534:65534 "$postgres_home"
    postgres_store="postgresql://hub@/postgres?host=$postgres_home"
    trap 'hub_end KILL; postgres_stop QUIT; server_end_all; rm -rf "$work" "$postgres_home"' EXIT
    as_postgres "$postgres_bin/initdb" -D "$postgres_home/data" -A trust -U hub -E UTF8 --no-locale >"$work/initdb.log" 2>&1
}
postgres_run() {
    (cd "$postgres_home" && as_postgres setpriv --pdeathsig QUIT "$postgres_bin/postgres" -D "$postgres_home/data" -k "$postgres_home" \
        -c listen_addresses= >>"$postgres_home/log" 2>&1) &
    local shell=$!
    until postgres_pid=$(head -n 1 "$postgres_home/data/postmaster.pid" 2>/dev/null) &&
        "$postgres_bin/psql" -q -c 'SELECT 1' "$postgres_store" >/dev/null 2>&1; do
        kill -0 "$shell" 2>/dev/null || return 1
        sleep 0.05
    done
    postgres_shell=$shell
}
postgres_stop() { # [SIGNAL]: INT is a fast shutdown, QUIT an immediate one
    [ -n "${postgres_pid-}" ] || return 0
    kill "-${1:-INT}" "$postgres_pid" 2>/dev/null
    wait "$postgres_shell" 2>/dev/null
    postgres_pid=
}
