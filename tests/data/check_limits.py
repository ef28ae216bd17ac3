#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares docs/limits.md with the code: each bound is the value of the constant that its row names, and each message
that it quotes stands in the sources."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
SOURCES = [*ROOT.glob("*/*.[ch]"), *ROOT.glob("schema/*.tsv")]
failed = False


def check(name, wrong):
    global failed
    print("%s - %s" % ("not ok" if wrong else "ok", name))
    if wrong:
        print("    # " + wrong)
        failed = True


def value_of(path, expression):
    """A constant of a file, or what is computed of one; of a table of fields its limit."""
    text = (ROOT / path).read_text()
    if path.endswith(".tsv"):
        return int({row[0]: row[2] for row in (line.split("\t") for line in text.splitlines()) if len(row) > 2}[expression])

    def constant(match):
        found = re.search(r"\b%s\s*=\s*([^,;}]*)" % match.group(), text)
        return re.sub(r"\b(\d+)[UL]+\b", r"\1", re.sub(r"/\*.*?\*/", "", found.group(1)))

    digits = re.sub(r"[A-Za-z_]\w*", constant, expression)
    return eval(digits, {"__builtins__": {}}) if re.fullmatch(r"[\d\s<*()+-]+", digits) else digits


def number_of(bound):
    number, _, unit = bound.partition(" ")
    return int(number.replace(",", "")) * UNITS.get(unit, 1)


def messages(sources):
    """The literals of all sources, pieces joined, what is filled in as an ellipsis; tables as they are."""
    text = "\n".join(path.read_text() for path in sources)
    text = re.sub(r'"\s*\n\s*"', "", text)
    return re.sub(r"%\.?\d*(?:ll|z)?[dusg]", "…", text)


def main():
    text = messages(SOURCES)
    rows = [re.split(r"\s*(?<!\\)\|\s*", line)[1:5] for line in (ROOT / "docs/limits.md").read_text().splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row[0] != "what"]
    check("docs/limits.md has its rows", "" if len(rows) > 50 else "%d rows" % len(rows))
    for what, bound, said, place in rows:
        named = re.fullmatch(r"`([^`]+)` `([^`]+)`", place)
        if named:
            wanted, found = number_of(bound), value_of(*named.groups())
            check("%s: %s" % (what, bound), "" if wanted == found else "%s is %s" % (place, found))
        for quoted in re.findall(r"`([^`]+)`", said):
            quoted = quoted.replace("\\|", "|")
            check("%s: \"%s\"" % (what, quoted), "" if quoted in text else "no source says so")
    sys.exit(failed)


main()
