#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the paths that passthru reads of a machine with those that contrib/record-machine takes: each path that stands in
the source of probe/ must stand in the recorder too, or here, with the reason why it is not recorded. The sandbox must allow it.

Usage: record_paths.py
Prints one line for each path that neither has; exits with 1 if there was any."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = [*sorted(TOP.glob("probe/*.c")), TOP / "cli/check.c", TOP / "cli/diagnose.c"]
RECORDER = [TOP / "contrib/record-machine", *sorted(TOP.glob("contrib/recording/*.py"))]
PATH = re.compile(r'"(/(?:boot|efi|etc|lib|proc|run|sys|usr|var)/[^"\s]*)"')
NOT_RECORDED = {
    # what each device has is recorded below the directory that the link of sysfs leads to
    "/sys/bus/pci/devices/%s/driver": "with the device", "/sys/bus/pci/devices/%s/physfn": "with the device",
    "/sys/bus/pci/devices/%s/rom": "with the device",
    "/sys/bus/pci/devices/*/config": "a name for messages", "/sys/bus/pci/drivers/%s/module": "with the device",
    "/sys/bus/pci/devices/%s/drm": "for the vBIOS", "/sys/kernel/debug/dri/%s/%s": "a vBIOS is somebody's firmware",
    "/sys/class/drm/%s/device": "with the connectors",
    "/sys/devices": "the start of places", "/usr/share/kvm/%s": "a ROM file, by another name",
    "/proc/version": "only where osrelease is missing", "/proc/self/fd": "its own", "/proc/self/fd/%d": "its own",
    "/etc/pve/nodes/%s/qemu-server": "by other names", "/etc/libvirt/qemu/autostart%s": "by other names",
    "/etc/driverctl.d/%s": "with its directory", "/sys/module/%s": "those that it asks for",
    "/var/lib/dkms/%s": "those that it asks for", "/var/lib/dkms/%s/%s/%s": "those that it asks for",
    "/lib/modules": "only where osrelease is missing", "/etc": "the start of a name", "/run": "the start of a name",
}
# Only whether they are there, or which names are in them, which the sandbox allows everywhere.
SEEN = {"/boot/grub2", "/etc", "/run", "/usr/bin/midclt", "/usr/bin/pvesh", "/usr/bin/qemu-system-x86_64",
        "/usr/share/kvm/%s", "/var/lib/dkms/%s", "/var/lib/dkms/%s/%s/%s", "/proc/self/fd", "/proc/self/fd/%d"}


def paths(files):
    """The paths in these files, but for comments, with %s for what stands in their place; and all of the text."""
    text = "".join(re.sub(r"/\* .*?\*/", "", file.read_text("utf-8"), flags=re.DOTALL) for file in files)
    return {re.sub(r"%[-.*0-9]*s", "%s", path).rstrip("/") for path in PATH.findall(text)}, text


def main():
    read, _ = paths([file for file in SOURCES if file.name != "confine.c"])  # which only allows them
    recorded, recorder = paths(RECORDER)
    missing = {path for path in read - recorded - set(NOT_RECORDED)
               if path.rpartition("/")[0] not in recorded or not re.search(r"\b%s\b" % path.rpartition("/")[2], recorder)}
    places = re.findall(r'"(/[^"]*)",\n', (TOP / "probe/confine.c").read_text("utf-8"))
    denied = {path for path in read - SEEN if not any((path + "/").startswith(place + "/") for place in places)}
    for path in sorted(denied):
        print("%s is read, and not allowed by the sandbox" % path)
    for path in sorted(missing):
        print("%s is read, and not recorded" % path)
    for path in sorted(set(NOT_RECORDED) - read):
        print("%s is not read any more: take it out of %s" % (path, pathlib.Path(__file__).name))
    return 1 if missing or denied or set(NOT_RECORDED) - read or len(read) < 50 else 0


sys.exit(main())
