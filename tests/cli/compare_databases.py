#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what two databases of passthru answer with: everything but row numbers, paths and how sources share what
several of them have. Prints the first differences; exit 1 when there are any. Usage: compare_databases.py A B"""
import sqlite3
import sys

# What each table says, without the numbers of rows; names of rows in their place.
QUERIES = {
    "devices": "SELECT * FROM device ORDER BY 1",
    "subsystems": "SELECT * FROM subsystem ORDER BY 1, 2",
    "GPUs": "SELECT pci_id, chip, form_factor, display, vbios, reset, prior, usable FROM gpu ORDER BY 1",
    "names": "SELECT name, pci_id, revision, product, form_factor, source FROM alias ORDER BY 1, 2, 3, 4",
    "words": "SELECT count(*) FROM alias_words WHERE alias_words MATCH 'geforce'",
    "evidence": "SELECT * FROM evidence ORDER BY level, key, chassis, guest",
    "workarounds": "SELECT * FROM workaround ORDER BY level, key, rank",
    "alternatives": "SELECT * FROM alternative ORDER BY key, rank",
    "reports": """SELECT hex(id), pci_id, subsystem, chassis, outcome, date, public, environment_failure, sender, body FROM report ORDER BY id""",
    "symptoms": "SELECT hex(id), symptom FROM report_symptom JOIN report ON seq = report ORDER BY 1, 2",
    "attempts": "SELECT hex(id), place, fix, result FROM report_attempt JOIN report ON seq = report ORDER BY 1, 2",
    "order of reports": "SELECT hex(id) FROM report INDEXED BY report_of_device ORDER BY pci_id, date DESC, id",
    "kinds of sources": "SELECT kind, version FROM source ORDER BY 1, 2",
}


def main():
    databases = [sqlite3.connect("file:%s?mode=ro" % path, uri=True) for path in sys.argv[1:3]]
    different = 0
    for what, query in QUERIES.items():
        a, b = ([row for row in database.execute(query)] for database in databases)
        if a == b:
            continue
        different = 1
        print("%s: %d and %d rows" % (what, len(a), len(b)))
        for x, y in zip(a, b):
            if x != y:
                print("  %s\n  %s" % (x, y))
                break
    for path, database in zip(sys.argv[1:3], databases):
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            different = 1
            print("%s is damaged" % path)
    return different


sys.exit(main())
