#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Works a verdict out from the tables of a database, step by step, as docs/verdict.md has it (`make examples` writes what
this prints into it); no code is shared with the program.

Usage: verdict_example.py DATABASE VVVV:DDDD"""
import sqlite3
import sys

COLUMNS = ("works", "works_with_workaround", "partial", "fails")
CAP = {"chip": 12.0, "id": 12.0}


def row_of(table, number, database):
    return database.execute("SELECT * FROM %s WHERE rowid = ?" % table, (number,)).fetchone()


def evidence_of(level, gpu, database):
    keys = {"all": "", "class": "%04x/%s/%s/%s/%s" % (gpu["pci_id"] >> 16, gpu["form_factor"], gpu["vbios"], gpu["display"], gpu["reset"]),
            "chip": "%04x/%s/%s" % (gpu["pci_id"] >> 16, gpu["chip"], gpu["form_factor"]), "id": sys.argv[2]}
    return database.execute("SELECT * FROM evidence WHERE level = ? AND key = ? AND chassis = ''", (level, keys[level])).fetchone()


def numbers(values):
    return "  ".join("%6.3f" % value for value in values)


def main():
    database = sqlite3.connect(sys.argv[1])
    database.row_factory = sqlite3.Row
    vendor, device = (int(part, 16) for part in sys.argv[2].split(":"))
    gpu = row_of("gpu", vendor << 16 | device, database)
    prior = row_of("prior", gpu["prior"], database)
    mean, strength = [prior[name] for name in COLUMNS], prior["strength"]
    levels = []
    for level in ("all", "class", "chip", "id"):
        row = evidence_of(level, gpu, database)
        levels.append((level, [row["weight_" + name] / 1e6 for name in COLUMNS] if row else [0.0] * 4))
    print("                    works  around  partial fails   weight")
    print("prior             %s  %6.3f" % (numbers(mean), strength))
    for number, (level, weights) in enumerate(levels):
        inner = [max([other[1][i] for other in levels[number + 1:]], default=0.0) for i in range(4)]
        own = [max(weight - less, 0.0) for weight, less in zip(weights, inner)]
        if level == "all" and sum(own) > 2.0:
            own = [2.0 * weight / sum(own) for weight in own]
        if not sum(own):
            print("%-5s own         %s" % (level, numbers(own)))
            continue
        before = min(strength, CAP.get(level, strength))
        strength = before + sum(own)
        mean = [(before * share + weight) / strength for share, weight in zip(mean, own)]
        print("%-5s own         %s" % (level, numbers(own)))
        print("      s = %6.3f  %s  %6.3f" % (before, numbers(mean), strength))
    print("usable = %.3f" % (mean[0] + mean[1]))


main()
