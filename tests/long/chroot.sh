# SPDX-License-Identifier: GPL-2.0-or-later
# Debian systems in a directory, for the tests that need one; sourced. It needs root, debootstrap and a mirror.
# What a command in one mounts lies in a mount namespace of its own and is gone when the command ends, whichever way it
# ends: a directory here can always be removed.
# shellcheck shell=bash

# A directory where bare systems are kept as SUITE.tar for the next run.
chroot_cache=${PASSTHRU_CHROOTS:-}

# chroot_lacks: what is missing on this machine, "" when systems can be made.
chroot_lacks() {
    if [ "$(id -u)" != 0 ]; then
        echo "only root can make a chroot"
    elif ! command -v debootstrap >/dev/null; then
        echo "debootstrap is not installed"
    elif ! unshare --mount true 2>/dev/null; then
        echo "no mount namespaces here"
    fi
}

# chroot_run DIR COMMAND...: runs a command in a system, with /proc and the few devices of this machine that a build needs.
chroot_run() {
    local dir=$1
    shift
    # shellcheck disable=SC2016
    unshare --mount --propagation private bash -c '
        mount -t proc proc "$0/proc" && mount -t tmpfs -o mode=1777 tmpfs "$0/tmp" &&
            mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$0/dev/pts" &&
            mkdir -p "$0/dev/shm" && mount -t tmpfs -o mode=1777 tmpfs "$0/dev/shm" || exit 125
        exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive chroot "$0" "$@"' "$dir" "$@" </dev/null
}

# chroot_make SUITE DIR [PACKAGE]...: a minimal system of Debian, with these packages.
chroot_make() {
    local suite=$1 dir=$2 base=
    shift 2
    mkdir -p "$dir"
    [ -z "$chroot_cache" ] || base=$chroot_cache/$suite.tar
    if [ -n "$base" ] && [ -f "$base" ]; then
        tar -C "$dir" -xf "$base" || return
    else
        debootstrap --variant=minbase --include=ca-certificates "$suite" "$dir" >"$dir.log" 2>&1 || return
        rm -f "$dir"/var/cache/apt/archives/*.deb
        if [ -n "$base" ]; then
            mkdir -p "$chroot_cache" && tar -C "$dir" -cf "$base.new" . && mv "$base.new" "$base" || return
        fi
    fi
    cp /etc/resolv.conf "$dir/etc/resolv.conf"
    chroot_run "$dir" sh -c 'apt-get -q update && apt-get -q -y --no-install-recommends install "$@"' - "$@" >>"$dir.log" 2>&1
}
