#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the verdicts of a database with tests/data/consensus.tsv.

usage: check_consensus.py [PASSTHRU DATABASE]; without them those of the build folder $BUILD

One line for each case that comes out wrong, and one for all. IDs that pci.ids lacks are left out.
Exit status: 0 when at least 95 % are right, else 1."""
import csv
import json
import os
import pathlib
import subprocess
import sys

MIN_RIGHT = 95.0 # percent
CLEARLY = 0.02   # of a pair


def cases():
    with (pathlib.Path(__file__).parent / "consensus.tsv").open() as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def verdicts(passthru, database, gpus):
    """The verdict on each GPU that pci.ids has."""
    found = {}
    for chassis in {gpu.partition("@")[2] for gpu in gpus}:
        ids = [gpu.partition("@")[0] for gpu in gpus if gpu.partition("@")[2] == chassis]
        command = [passthru, "query", "--db", database, "--reports", "0", "--ndjson", "-"]
        out = subprocess.run(command + (["--chassis", chassis] if chassis else []), input="\n".join(ids) + "\n",
                             text=True, capture_output=True).stdout
        for answer in map(json.loads, out.splitlines()):
            if "verdict" in answer:
                found[answer["pci_id"] + ("@" + chassis if chassis else "")] = answer["verdict"]
    return found


def main():
    build = os.environ.get("BUILD", "build")
    passthru, database = sys.argv[1:] or (build + "/passthru", build + "/passthru.db")
    rows = cases()
    pairs = [row for row in rows if row["kind"] == "pair"]
    known = verdicts(passthru, database, {row["gpu"] for row in rows} | {row["wanted"] for row in pairs})
    right = asked = 0
    for row in rows:
        verdict, other = known.get(row["gpu"]), known.get(row["wanted"])
        if not verdict or (row in pairs and not other):
            continue
        asked += 1
        if row in pairs:
            good = (verdict["probability"] or 0) >= (other["probability"] or 0) + CLEARLY
            given = "%.2f and %.2f" % (verdict["probability"] or 0, other["probability"] or 0)
        else:
            good = verdict["level"] in row["wanted"].split(",")
            given = "%s, %.2f" % (verdict["level"], verdict["probability"] or 0)
        right += good
        if not good:
            print("# %s %s, wanted %s (%s): given %s" % (row["kind"], row["gpu"], row["wanted"], row["reason"], given))
    share = 100.0 * right / asked if asked else 0.0
    good = share >= MIN_RIGHT
    print("%s - consensus: %d of %d cases right, %.1f %% (bound %g)" % (
        "ok" if good else "not ok", right, asked, share, MIN_RIGHT))
    sys.exit(not good)


main()
