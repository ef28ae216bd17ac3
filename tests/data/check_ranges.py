#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares data/ranges.tsv with the devices that a database knows by name: a range that guesses wrong for them would for
those that are still to come. Prints one line for each range that holds known devices, and how many are right.

usage: check_ranges.py DATABASE [RANGES]
Exit status: 0 when the bounds are kept, else 1."""
import pathlib
import sqlite3
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARDS = {"desktop", "server"}
# Of all known devices in the ranges, percent: those that are GPUs, of the chip, and of the form factor that a row states.
MIN_GPU, MIN_CHIP, MIN_FORM_FACTOR = 99.0, 97.0, 97.0
MIN_OF_RANGE = 75.0 # of one range; with fewer than 4 devices one may be wrong


def fits(stated, known):
    """Whether a form factor is right: a card for a server is a card, and a GPU that is sold both ways either one."""
    return known == "unknown" or known == stated or {stated, known} == CARDS or "either" in (stated, known)


def read_ranges(path):
    rows = [line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#")]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def main(database, path=ROOT / "data/ranges.tsv"):
    known = sqlite3.connect(database).execute(
        "SELECT d.pci_id, d.name, g.chip, g.form_factor FROM device d LEFT JOIN gpu g USING (pci_id)"
        " WHERE d.origin IS NULL OR (SELECT kind FROM origin o WHERE o.id = d.origin) = 'names'").fetchall()
    total = gpus = chips = right = stated = 0
    bad = []
    taken = set()
    for row in read_ranges(pathlib.Path(path)):
        first, last = (int(row["vendor"], 16) << 16 | int(row[end], 16) for end in ("first", "last"))
        inside = [device for device in known if first <= device[0] <= last and device[0] not in taken]
        taken.update(device[0] for device in inside)
        found = [device for device in inside if device[2] is not None]
        same = [device for device in found if device[2] in ("", row["chip"])]
        fit = [device for device in found if fits(row["form_factor"], device[3])]
        total, gpus, chips, right = total + len(inside), gpus + len(found), chips + len(same), right + len(fit)
        stated += row["form_factor"] != "either" and len(found)
        line = "%s:%s-%s %s %s: %d known, %d GPUs, %d of the chip, %d of the form factor" % (
            row["vendor"], row["first"], row["last"], row["chip"], row["form_factor"], *map(len, (inside, found, same, fit)))
        wrong = [device for device in inside if device not in same or device not in fit]
        if 100.0 * (len(inside) - len(wrong)) < MIN_OF_RANGE * len(inside) and len(wrong) > 1:
            bad.append(line)
        for device in wrong:
            line += "\n    %04x:%04x %s, %s" % (device[0] >> 16, device[0] & 0xffff, device[1], device[3])
        print(line)
    for name, part, whole, bound in (("GPUs", gpus, total, MIN_GPU), ("of the chip", chips, gpus, MIN_CHIP),
                                     ("of the form factor", right, gpus, MIN_FORM_FACTOR)):
        share = 100.0 * part / whole if whole else 0.0
        print("%s: %d of %d, %.2f %% (bound %g)" % (name, part, whole, share, bound))
        if share < bound:
            bad.append(name)
    print("%d of them are in ranges that state a form factor" % stated)
    if bad:
        sys.exit("ranges: too often wrong: " + "; ".join(bad))


main(*sys.argv[1:])
