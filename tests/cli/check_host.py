#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what `passthru check host` finds on machines that are made of texts with what it should find.

Usage: check_host.py TABLE COMMAND...      the table explains itself
Prints one line for each difference, and last the number of machines; exits with 1 if there was any.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

INTEL, AMD = "vendor_id\t: GenuineIntel\n", "vendor_id\t: AuthenticAMD\n"


def parse_files(columns):
    """The files of a line, by path."""
    pairs = (column.split("=", 1) for column in columns)
    return {path: content.encode("latin-1").decode("unicode_escape").encode("latin-1") for path, content in pairs}


def machines(lines):
    """Yields the name, the expected findings and the files of each machine."""
    base = {}
    are_params = False
    for line in lines:
        columns = line.rstrip("\n").split("\t")
        if not columns[0] or line.startswith("#"):
            continue
        if columns[0] == "@base":
            base = parse_files(columns[1:])
        elif columns[0] == "@params":
            are_params = True
        elif not are_params:
            yield columns[0], columns[1], base | parse_files(columns[2:])
        else:
            both = len(columns) == 2
            for maker, expected, prefix in ((INTEL, columns[1], "intel_iommu=on " * both), (AMD, columns[-1], "")):
                files = parse_files(["/proc/cmdline=" + prefix + columns[0]]) | {"/proc/cpuinfo": maker.encode()}
                yield columns[0], expected, base | files


def find(command, files):
    """The findings on a machine, sorted; what is said of devices, which it has none of, left out."""
    with tempfile.TemporaryDirectory() as root:
        for path, content in files.items():
            place = pathlib.Path(root + path)
            if path.endswith("/"):
                place.mkdir(parents=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        done = subprocess.run([*command, "check", "--json", "--root", root, "host"], stdout=subprocess.PIPE, check=False)
    findings = [f for f in json.loads(done.stdout)["findings"] if f.get("file") != "/sys/bus/pci/devices"]
    problems = any(f["severity"] != "info" for f in findings)
    if done.returncode != int(problems) or not all(f["text"] and f["next"] and "\n" not in f["text"] for f in findings):
        return ["exit status %d" % done.returncode]
    return sorted(f["id"] + (":%d" % f["line"] if "line" in f else "") for f in findings)


def main(table, *command):
    count = differences = 0
    with open(table, encoding="ascii") as lines:
        for name, expected, files in machines(lines):
            count += 1
            found = find(command, files)
            if found != sorted(expected.split()):
                differences += 1
                print("%s: %s, not %s" % (name, " ".join(found), expected))
    print(count)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
