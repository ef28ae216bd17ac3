#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares data/ranges.tsv with the devices that a database knows by name: a range that guesses wrong for them would for
those that are still to come. One line for each range that does so too often, and three for all of them.

usage: check_ranges.py [DATABASE [RANGES]]

Without arguments the database that make has built."""
import os
import pathlib
import sqlite3
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARDS = {"desktop", "server"}
# Of all known devices in the ranges, percent: those that are GPUs, of the chip, and of the form factor that a row states.
MIN_RIGHT = {"GPUs": 99.0, "of the chip": 97.0, "of the form factor": 97.0}
MAX_WRONG_OF_RANGE = 25.0 # of those in one range; one may be wrong in any


def fits(stated, known):
    """Whether a form factor is right: a card for a server is a card, and a GPU that is sold both ways either one."""
    return known == "unknown" or known == stated or {stated, known} == CARDS or "either" in (stated, known)


def read_ranges(path):
    rows = [line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#")]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def main():
    defaults = [os.environ.get("BUILD", "build") + "/passthru.db", ROOT / "data/ranges.tsv"]
    database, path = sys.argv[1:] + defaults[len(sys.argv) - 1:]
    known = sqlite3.connect(database).execute(
        "SELECT d.pci_id, d.name, g.chip, g.form_factor FROM device d LEFT JOIN gpu g USING (pci_id)").fetchall()
    counts = {"GPUs": [0, 0], "of the chip": [0, 0], "of the form factor": [0, 0]}
    failed = False
    taken = set()
    for row in read_ranges(pathlib.Path(path)):
        first, last = (int(row["vendor"], 16) << 16 | int(row[end], 16) for end in ("first", "last"))
        inside = [device for device in known if first <= device[0] <= last and device[0] not in taken]
        taken.update(device[0] for device in inside)
        gpus = [device for device in inside if device[2] is not None]
        same = [device for device in gpus if device[2] in ("", row["chip"])]
        fit = [device for device in gpus if fits(row["form_factor"], device[3])]
        for name, part, whole in (("GPUs", gpus, inside), ("of the chip", same, gpus), ("of the form factor", fit, gpus)):
            counts[name][0] += len(part)
            counts[name][1] += len(whole)
        wrong = [device for device in inside if device not in same or device not in fit]
        if len(wrong) > 1 and 100.0 * len(wrong) > MAX_WRONG_OF_RANGE * len(inside):
            failed = True
            print("not ok - %(vendor)s:%(first)s-%(last)s %(chip)s %(form_factor)s: too often wrong" % row)
            for device in wrong:
                print("    # %04x:%04x %s, %s" % (device[0] >> 16, device[0] & 0xffff, device[1], device[3]))
    for name, (part, whole) in counts.items():
        share = 100.0 * part / whole if whole else 0.0
        failed |= share < MIN_RIGHT[name]
        print("%s - ranges: %s: %d of %d, %.2f %% (bound %g)" % (
            "ok" if share >= MIN_RIGHT[name] else "not ok", name, part, whole, share, MIN_RIGHT[name]))
    sys.exit(failed)


main()
