#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what `passthru check` finds on machines that are made of texts with what it should find.

Usage: check_host.py TABLE COMMAND...      the table explains itself
Prints one line for each difference, and last the number of machines; exits with 1 if there was any.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

MARKS = {"blocker": "!", "warning": "", "info": "?"}
INTEL, AMD = "vendor_id\t: GenuineIntel\n", "vendor_id\t: AuthenticAMD\n"


def device_files(address, text):
    """The files of sysfs of a device, "VENDOR:DEVICE CLASS [driver=] [group=] [physfn=] [bar=GIB] [NAME=TEXT]...". Links are written
    as files, which a recorded machine may have."""
    ids, kind, *attributes = text.split()
    links = {"driver": "../../../../bus/pci/drivers/", "group": "../../../../kernel/iommu_groups/", "physfn": "../"}
    names = {"group": "iommu_group"}
    files = {"vendor": "0x" + ids[:4], "device": "0x" + ids[5:], "class": "0x" + kind, "resource": "0x0 0x0 0x0\n" * 7}
    for name, value in (attribute.split("=", 1) for attribute in attributes):
        if name == "bar": # in GiB
            name, value = "resource", "0x4000000000 0x%x 0x14220c\n" % (0x4000000000 + (int(value) << 30) - 1) + "0x0 0x0 0x0\n" * 6
        files[names.get(name, name)] = links.get(name, "") + value
    return {"/sys/bus/pci/devices/%s/%s" % (address, name): (value + "\n").encode() for name, value in files.items()}


def parse_files(columns):
    """The files of a line, by path; a path like pci:ADDRESS is a device."""
    files = {}
    for path, content in (column.split("=", 1) for column in columns):
        if path.startswith("pci:"):
            files |= device_files(path[4:], content)
        else:
            files[path] = content.encode("latin-1").decode("unicode_escape").encode("latin-1")
    return files


def with_parts(text, parts):
    """A text in which {NAME} is a part."""
    for name, part in parts.items():
        text = text.replace("{%s}" % name, part)
    return text


def machines(lines):
    """Yields the name, the expected findings, the files and what is to be checked of each machine."""
    base = {}
    what = ["host"]
    are_params = False
    path, parts = None, {}
    for line in lines:
        columns = line.rstrip("\n").split("\t")
        if not columns[0] or line.startswith("#"):
            continue
        if columns[0] == "@base":
            base = parse_files(columns[1:])
        elif columns[0] == "@check":
            what = columns[1:]
        elif columns[0] == "@severities":
            pass  # of the whole table
        elif columns[0] == "@params":
            are_params = True
        elif columns[0] == "@texts":
            path = columns[1]
        elif columns[0] == "@let":
            parts[columns[1]] = with_parts(columns[2], parts)
        elif path:
            text = parse_files([path + "=" + with_parts(columns[0], parts)])
            bare = {place: content for place, content in base.items() if not place.startswith("/sys/")}
            yield columns[0], columns[1], base | text, what
            yield columns[0] + " (nothing is known of the machine)", columns[-1], bare | text, what
        elif not are_params:
            yield columns[0], columns[1], base | parse_files(columns[2:]), what
        else:
            both = len(columns) == 2
            for maker, expected, prefix in ((INTEL, columns[1], "intel_iommu=on " * both), (AMD, columns[-1], "")):
                files = parse_files(["/proc/cmdline=" + prefix + columns[0]]) | {"/proc/cpuinfo": maker.encode()}
                yield columns[0], expected, base | files, what


def find(command, files, what):
    """The findings on a machine, sorted; what is said of devices that it has none of, or in part, left out."""
    with tempfile.TemporaryDirectory() as root:
        for path, content in files.items():
            place = pathlib.Path(root + path)
            if path.endswith("/"):
                place.mkdir(parents=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        done = subprocess.run([*command, "check", "--json", "--root", root, *what], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    findings = [f for f in json.loads(done.stdout)["findings"] if not f.get("file", "").startswith("/sys/bus/pci/devices")]
    problems = any(f["severity"] != "info" for f in findings)
    rejected = any(f["id"] in ("vm-config-unreadable", "vm-config-malformed") for f in findings)
    if done.returncode != (2 if rejected else int(problems)) or not all(f["text"] and f["next"] and "\n" not in f["text"] for f in findings):
        return ["exit status %d" % done.returncode]
    return sorted(f["id"] + (":%d" % f["line"] if "line" in f else "") + MARKS[f["severity"]] for f in findings)


def main(table, *command):
    count = differences = 0
    with open(table, encoding="ascii") as file:
        lines = file.readlines()
        for name, expected, files, what in machines(lines):
            count += 1
            found = find(command, files, what)
            if "@severities\n" not in lines:
                found = [text.rstrip("!?") for text in found]
            if found != sorted(expected.split()):
                differences += 1
                print("%s: %s, not %s" % (name, " ".join(found), expected))
    print(count)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
