# SPDX-License-Identifier: GPL-2.0-or-later
# The package passthru-hub on a bare system: the commands of docs/hub.md as they stand there, to the first published feed, and
# with PostgreSQL. Sourced by deb.test. No systemd runs in a chroot: tests/long/systemctl does what it would.
# shellcheck shell=bash disable=SC2154

# commands_below HEADING: the first block of shell below it in docs/hub.md.
commands_below() {
    awk -v heading="$1" '
        $0 == heading { state = 1; next }
        state == 1 && /^```sh/ { state = 2; next }
        state == 2 && /^```/ { exit }
        state == 2 { print }' docs/hub.md
}

# hub_package SUITE SYSTEM: SYSTEM has the packages in /root.
hub_package() {
    local suite=$1 system=$2 first
    commands_below "## From nothing to a feed, on Debian" >"$work/commands"
    check "$suite: the hub: docs/hub.md needs five commands" is "$(wc -l <"$work/commands")" 5
    first=$(head -n 1 "$work/commands")
    printf '#!/bin/sh\nexit 101\n' >"$system/usr/sbin/policy-rc.d"
    echo 'APT::Get::Assume-Yes "true";' >"$system/etc/apt/apt.conf.d/90yes"
    chmod 755 "$system/usr/sbin/policy-rc.d"
    expect "$suite: the hub: what the machine has before" 0 -- chroot_run "$system" \
        apt-get -q --no-install-recommends install sudo curl iproute2 minisign postgresql "/root/passthru_${version}_$architecture.deb"
    expect "$suite: the hub: $first" 0 -- chroot_run "$system" sh -c "cd /root && $first"
    cp tests/long/hub_machine "$work/commands" "$system/root"
    commands_below "## The store" >"$system/root/commands-postgresql"
    cp tests/long/systemctl "$system/usr/local/bin/systemctl"
    # Daemons of its own, on a network of its own, which end with the command.
    run chroot_run "$system" unshare --net --pid --fork --kill-child /root/hub_machine
    sed -n "s/^\(ok\|not ok\) - /&$suite: the hub: /p; /^    #/p" <<<"$out"
    failures=$((failures + $(grep -c '^not ok' <<<"$out")))
    check "$suite: the hub: all was tried" is "$status:$(tail -n 1 <<<"$out")" "0:end"
}
