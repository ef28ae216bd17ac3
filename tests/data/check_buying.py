#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks passthru recommend the questions of buying.tsv, and checks what it answers.

usage: check_buying.py [PASSTHRU DATABASE]; without them those of the build folder $BUILD

One line per question, "ok - ..." or "not ok - ...", with what is wrong as "# ..." below it.
"""
import fnmatch
import json
import os
import pathlib
import subprocess
import sys

# What holds for every answer: it can be bought, has drivers, and no filter lets through what is not known.
RULES = (
    'c["card"]["bus"].startswith("PCIe ") and c["card"]["sold"] in ("retail", "server", "mining")',
    'c["card"]["security"] in ("current", "legacy")',
    'c["verdict"]["level"] in ("likely", "works")',
    'c["why"]',
)


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns.split("|"))


def faults(answer, first, never, rule):
    """What is wrong with an answer, a line each; an answer without cards is one that names none."""
    cards = answer.get("cards", [])
    if not cards:
        return [] if "-" in first.split("|") else ["no card: " + str(answer.get("error"))]
    wrong = [] if matches(cards[0]["name"], first) else ["%s comes first" % cards[0]["name"]]
    wrong += ["%s is among them" % c["name"] for c in cards if never != "-" and matches(c["name"], never)]
    for held in RULES + ((rule,) if rule != "-" else ()):
        wrong += ["%s: not %s" % (c["name"], held) for c in cards if not eval(held, {"c": c})]
    return wrong


def main(arguments):
    build = os.environ.get("BUILD", "build")
    program, database = arguments or (build + "/passthru", build + "/tests/frozen.db")
    failed = False
    rows = [line.split("\t") for line in (pathlib.Path(__file__).parent / "buying.tsv").read_text("utf-8").splitlines()
            if line and line[0] != "#"]
    for question, first, never, rule in rows[1:]:
        run = subprocess.run([program, "recommend", "--json", "--db", database, *question.split()], capture_output=True, text=True,
                             check=False)
        wrong = faults(json.loads(run.stdout or "{}"), first, never, rule)
        print("%s - recommend %s" % ("not ok" if wrong else "ok", question))
        for line in wrong:
            print("    # " + line)
        failed |= bool(wrong)
    print("%s - %d questions" % ("ok" if len(rows) > 30 else "not ok", len(rows) - 1))
    return failed or len(rows) <= 30


sys.exit(main(sys.argv[1:]))
