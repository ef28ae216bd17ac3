#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks data/board-words.tsv and data/processors.tsv: what the import cannot know to be wrong.

usage: check_names.py [PASSTHRU DATABASE]; without them those of the build folder $BUILD

- No word is known that tells two GPUs apart, and none stands there twice in another spelling.
- Each processor stands in one row, and asking for it gives a GPU of that row.
- A name of typed-names.txt gives the ID that stands behind it.
Prints what is wrong, and one line for each check. Exit status: 0 when all is well, else 1."""
import json
import os
import pathlib
import re
import subprocess
import sys

DATA = pathlib.Path(__file__).parent.parent.parent / "data"
TYPED = pathlib.Path(__file__).parent / "typed-names.txt"
TELLING = set("ti xt xtx super gre d s m x g h max ultra nano fury duo black boost ghz le se gs gto gso "
              "ada blackwell vega titan mxgpu ultimate".split())
KINDS = {"vendor", "brand", "line", "maker", "noise", "memory", "mobile", "card", "model"}
failed = False


def rows(name):
    lines = [line.split("\t") for line in (DATA / name).read_text().splitlines() if line and line[0] != "#"]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def report(what, faults):
    global failed
    failed |= bool(faults)
    print(("not ok - " if faults else "ok - ") + what + "".join("\n    # " + fault for fault in faults))


def pieces(text):
    return " ".join(re.findall(r"[a-z]+|\d+|[*]", text.lower()))


def spelled_out(processors):
    """The processors of a row: "Core i5-12400/12400T" is the Core i5-12400 and the Core i5-12400T."""
    first, *others = processors.split("/")
    start = max(first.rfind("-"), first.rfind(" ")) + 1
    numbers = re.search(r"[^ -]*\d[^ -]*( v\d)?$", first)
    prefix = first[:numbers.start()] if numbers else first[:start]
    return [first] + [prefix + other for other in others]


def check_words():
    seen = {}
    faults = []
    for row in rows("board-words.tsv"):
        word = pieces(row["word"])
        if word in TELLING:
            faults.append('"%s" tells two GPUs apart' % row["word"])
        if word in seen:
            faults.append('"%s" is "%s" again' % (row["word"], seen[word]))
        if row["kind"] not in KINDS:
            faults.append('"%s": what is %s?' % (row["word"], row["kind"]))
        seen[word] = row["word"]
    report("board-words.tsv: words that tell nothing, each once", faults)


def check_processors(passthru, database):
    places = {}
    faults = []
    for row in rows("processors.tsv"):
        for processor in spelled_out(row["processor"]):
            if processor in places:
                faults.append("%s stands in two rows" % processor)
            places[processor] = row["pci_ids"].split(",")
    report("processors.tsv: each processor once", faults)
    names = sorted(places)
    faults = []
    for start in range(0, len(names), 100):
        some = names[start:start + 100]
        out = subprocess.run([passthru, "query", "--db", database, "--reports", "0", "--ndjson", *some], text=True,
                             capture_output=True).stdout
        first = {}
        for answer in map(json.loads, out.splitlines()):
            first.setdefault(answer["query"], answer)
        known = {answer["pci_id"] for answer in map(json.loads, subprocess.run(
            [passthru, "query", "--db", database, "--reports", "0", "--ndjson", *{i for n in some for i in places[n]}],
            text=True, capture_output=True).stdout.splitlines()) if "pci_id" in answer}
        for name in some:
            wanted = [pci_id for pci_id in places[name] if pci_id in known]
            if wanted and first[name].get("pci_id") not in wanted:
                faults.append("%s: %s, not %s" % (name, first[name].get("pci_id", "nothing"), " ".join(wanted)))
    report("processors.tsv: %d processors find their GPU" % len(names), faults)


def check_typed(passthru, database):
    """Names with an ID: that of the GPU that is meant, as all lists of PCI IDs have it."""
    typed = dict(line.split("\t") for line in TYPED.read_text("utf-8").splitlines() if "\t" in line)
    out = subprocess.run([passthru, "query", "--db", database, "--reports", "0", "--ndjson", *typed], text=True, capture_output=True)
    first = {}
    for answer in map(json.loads, out.stdout.splitlines()):
        first.setdefault(answer.get("query"), answer.get("pci_id"))
    report("typed-names.txt: %d names give the GPU that is meant" % len(typed),
           ["%s: %s, not %s" % (name, first.get(name), pci_id) for name, pci_id in typed.items() if first.get(name) != pci_id])


def main():
    build = pathlib.Path(os.environ.get("BUILD", "build"))
    passthru, database = sys.argv[1:3] if len(sys.argv) > 2 else (build / "passthru", build / "passthru.db")
    check_words()
    check_typed(passthru, database)
    check_processors(passthru, database)
    return failed


sys.exit(main())
