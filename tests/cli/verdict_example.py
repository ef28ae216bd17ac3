#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Works a verdict out from the tables of a database, step by step, as docs/verdict.md has it (`make examples` writes what
this prints into it); no code is shared with the program.

Usage: verdict_example.py DATABASE VVVV:DDDD [CHASSIS [GUEST]]; - is any chassis"""
import sqlite3
import sys

COLUMNS = ("works", "works_with_workaround", "partial", "fails")
CAP = {"guest": 12.0, "chip": 16.0, "id": 16.0}


def row_of(table, number, database):
    return database.execute("SELECT * FROM %s WHERE rowid = ?" % table, (number,)).fetchone()


def weights_of(database, level, key, chassis, guest):
    """The weights of a level: those of this guest; those of another machine than this one count half."""
    sums = []
    for machine in {chassis, ""}:
        row = database.execute("SELECT * FROM evidence WHERE level = ? AND key = ? AND chassis = ? AND guest = ?",
                               (level, key, machine, guest)).fetchone()
        sums.append([row["weight_" + name] / 1e6 if row else 0.0 for name in COLUMNS])
    return [sum(pair) / len(pair) for pair in zip(*sums)]


def levels_of(database, gpu, pci_id, chassis, guest):
    vendor = pci_id[:4]
    keys = {"all": "", "class": "%s/%d" % (vendor, gpu["prior"]), "id": pci_id,
            "chip": "%s/%s/%s" % (vendor, gpu["chip"], gpu["form_factor"])}
    yield "all", weights_of(database, "all", "", "", "")
    yield "class", weights_of(database, "class", keys["class"], "", guest)
    if chassis:
        yield "chassis", weights_of(database, "class", keys["class"], chassis, guest)
    if guest:
        yield "guest", weights_of(database, "class", keys["class"], chassis, guest)
    for level in ("chip", "id"):
        yield level, weights_of(database, level, keys[level], chassis, guest)


def numbers(values):
    return "  ".join("%6.3f" % value for value in values)


def main():
    database = sqlite3.connect(sys.argv[1])
    database.row_factory = sqlite3.Row
    pci_id, chassis, guest = (sys.argv[2:] + ["", ""])[:3]
    vendor, device = (int(part, 16) for part in pci_id.split(":"))
    gpu = row_of("gpu", vendor << 16 | device, database)
    prior = row_of("prior", gpu["prior"], database)
    mean, above = [prior[name] for name in COLUMNS], prior["strength"]
    levels = list(levels_of(database, gpu, pci_id, "" if chassis == "-" else chassis, guest))
    print("                      works  around  partial fails   weight")
    print("prior               %s  %6.3f" % (numbers(mean), above))
    for number, (level, weights) in enumerate(levels):
        inner = [max([other[1][i] for other in levels[number + 1:]], default=0.0) for i in range(4)]
        own = weights if level == "all" else [max(weight - less, 0.0) for weight, less in zip(weights, inner)]
        print("%-7s own         %s" % (level, numbers(own)))
        if not sum(own):
            continue
        before = min(above, CAP.get(level, above))
        mean = [(before * share + weight) / (before + sum(own)) for share, weight in zip(mean, own)]
        above += sum(own)
        print("        s = %6.3f  %s  %6.3f" % (before, numbers(mean), before + sum(own)))
    print("usable = %.3f" % (mean[0] + mean[1]))


main()
