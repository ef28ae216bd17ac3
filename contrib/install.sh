#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs the passthru that lies beside this file, or removes it again. It needs no root and nothing but the tools of
# every Linux; what it does to the system stands in one list, PREFIX/share/passthru/installed.
set -eu
umask 022

glibc=@GLIBC@
machine=@MACHINE@

usage() {
    cat <<'END'
Usage: install.sh [--prefix DIR] [--uninstall]

  --prefix DIR  install below DIR (default: /usr/local as root, else ~/.local)
  --uninstall   remove what was installed there, and nothing else
END
}
fail() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 1
}

here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
prefix=
uninstall=
while [ $# -gt 0 ]; do
    case $1 in
    --prefix)
        [ $# -gt 1 ] || fail "--prefix needs a directory"
        prefix=$2 named=yes
        shift
        ;;
    --prefix=*) prefix=${1#--prefix=} named=yes ;;
    --uninstall) uninstall=yes ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done
[ -z "${named+yes}" ] || [ -n "$prefix" ] || fail "--prefix needs a directory"
# The copy that is installed knows where it is.
if [ -z "$prefix" ] && [ -f "$here/installed" ]; then
    prefix=$(CDPATH='' cd "$here/../.." && pwd)
elif [ -z "$prefix" ] && [ "$(id -u)" = 0 ]; then
    prefix=/usr/local
elif [ -z "$prefix" ]; then
    prefix=${HOME:?"name a directory with --prefix"}/.local
fi
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac

share=$prefix/share/passthru
list=$share/installed
# An import into the installed database leaves its sources beside it: from then on the database is the user's.
database=share/passthru/passthru.db
imported() { [ -d "$prefix/$database.sources" ]; }

# remove_listed LIST: the files of a list "f PATH" and, where they are empty, its directories "d PATH".
remove_listed() {
    while read -r kind path; do
        case $kind:$path in
        *..*) ;;
        "f:$database") imported || rm -f "$prefix/$path" ;;
        f:?*) rm -f "$prefix/$path" ;;
        esac
    done <"$1"
    sed -n 's/^d //p' "$1" | sort -r | while read -r path; do
        case $path in *..*) ;; *) rmdir "$prefix/$path" 2>/dev/null || : ;; esac
    done
}

if [ -n "$uninstall" ]; then
    [ -f "$list" ] || fail "nothing is installed below $prefix; another place is named with --prefix DIR"
    copy=$(mktemp)
    trap 'rm -f "$copy"' EXIT
    cp "$list" "$copy"
    rm -f "$list"
    remove_listed "$copy"
    echo "passthru is removed from $prefix."
    ! imported || echo "The database of your imports stays: $prefix/$database"
    exit 0
fi

[ -x "$here/bin/passthru" ] || fail "there is nothing to install beside $0: unpack the whole archive and run it there"
if ! why=$("$here/bin/passthru" version 2>&1); then
    libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || libc="no glibc"
    fail "these programs do not run here. They need Linux on $machine with glibc $glibc or newer; this is $(uname -m) with $libc.
What the system says: $why
Build passthru from its source instead."
fi

mkdir -p "$prefix"
[ -w "$prefix" ] || fail "cannot write to $prefix: name another directory with --prefix DIR"
new=$(mktemp -d)
half=
trap 'rm -rf "$new"; [ -z "$half" ] || rm -f "$half"' EXIT
[ ! -f "$list" ] || sed -n 's/^d /d /p' "$list" >"$new/installed"

# make_directory PATH: with its parents, below the prefix; those that were not there are on the list.
make_directory() {
    [ ! -d "$prefix/$1" ] || return 0
    case $1 in */*) make_directory "${1%/*}" ;; esac
    mkdir "$prefix/$1"
    echo "d $1" >>"$new/installed"
}

# What starts and owns the daily sync is of use to root alone.
cd "$here"
if [ "$(id -u)" = 0 ]; then set -- bin share lib; else set -- bin share; fi
find "$@" ! -type d | sort >"$new/files"
echo share/passthru/install.sh | sort -m - "$new/files" | while read -r path; do
    make_directory "${path%/*}"
    echo "f $path" >>"$new/installed"
done
# The list is there first, with what an older version has: whatever stops this, --uninstall knows what to remove.
[ ! -f "$list" ] || cp "$list" "$new/older"
{ [ ! -f "$list" ] || cat "$list"; cat "$new/installed"; } | sort -u >"$new/both"
cp "$new/both" "$list"
bin=$(printf '%s\n' "$prefix/bin" | sed 's/[\\&|]/\\&/g')
while read -r path; do
    ! { [ "$path" = "$database" ] && imported; } || continue
    half=$prefix/$path.new
    # Renamed into place: who runs the old program or reads the old database goes on with it.
    case $path in
    *.service) sed "s|/usr/local/bin|$bin|" "$path" >"$prefix/$path.new" ;;
    *) cp -P "$path" "$prefix/$path.new" ;;
    esac
    [ -h "$path" ] || touch -r "$path" "$prefix/$path.new"
    mv -f "$prefix/$path.new" "$prefix/$path"
done <"$new/files"
cp "$here/install.sh" "$share/install.sh"

# What an older version installed and this one does not.
if [ -f "$new/older" ]; then
    grep '^f ' "$new/older" | grep -vxF -f "$new/installed" >"$new/gone" || :
    remove_listed "$new/gone"
fi
cp "$new/installed" "$list"

echo "passthru is installed below $prefix. Try: $prefix/bin/passthru query 10de:1d16"
case :$PATH: in
*":$prefix/bin:"*) ;;
*) echo "$prefix/bin is not on your PATH." ;;
esac
echo "To remove it: $share/install.sh --uninstall"
if imported && ! "$prefix/bin/passthru" import --quiet --db "$prefix/$database"; then
    fail "the database of your imports could not be rebuilt with the newer data; the one from before is in use"
fi
