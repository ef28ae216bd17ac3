#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks what `passthru query --json` or `--ndjson` printed against docs/json.md.

Usage: check_answer.py [--ndjson] [--count N] VOCABULARY.TSV <ANSWER
Prints one line for each violation (at most 20) and exits with 1 if there was any.
"""
import argparse
import json
import os
import re
import sys


def pattern(regex):
    return lambda value: isinstance(value, str) and re.fullmatch(regex, value)


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def word(group):
    return lambda value: value in GROUPS[group]


def maybe(shape):
    return ("maybe", shape)


# What a value is: a condition, an object with these members (and any others), a list of one shape, or maybe null.
# A member whose key ends with ? may be missing.
GROUPS = {}
TEXT = pattern("(?s).+")
DATE = pattern("[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
ID = pattern("[0-9a-f]{4}:[0-9a-f]{4}")
COUNT = lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0
SOME = lambda value: COUNT(value) and value > 0
FRACTION = lambda value: number(value) and 0 <= value <= 1
OUTCOMES = ("works", "works_with_workaround", "partial", "fails")
PATH = {"blocker": word("blocker"), "fix": word("fix"), "text": TEXT, "fixes": [word("fix")], "tried": COUNT, "helped": COUNT,
        "worked_on": [TEXT], "failed_on": [TEXT]}
CONTRADICTION = {"usable": SOME, "not_usable": SOME,
                 "differs": [{"field": TEXT, "value": TEXT, "usable": COUNT, "not_usable": COUNT}]}
ANY = {"query": TEXT, "pci_id": ID, "vendor": TEXT, "name": TEXT, "chip": maybe(TEXT), "is_gpu": lambda value: value in (True, False)}
VERDICT = {"level": word("level"), "basis": TEXT, "direct_reports": COUNT, "pooled_reports": COUNT,
           "knowledge": lambda value: value in ("subsystem", "id", "chip", "chassis", "class", "mechanism", "none"),
           "probability": maybe(FRACTION), "low": maybe(FRACTION), "high": maybe(FRACTION),
           "outcomes": maybe({key: FRACTION for key in OUTCOMES})}
AMOUNT = lambda value: isinstance(value, (int, float)) and value > 0
PRICE = {"low": SOME, "high": SOME, "as_of": DATE, "kind": word("price_kind"), "condition": word("condition"), "sources": SOME,
         "old": lambda value: value in (True, False)}
CARD = {"names": [TEXT], "vram_gib": [AMOUNT], "memory": maybe(TEXT), "bandwidth_gb_s": maybe(AMOUNT), "board_power_w": maybe(AMOUNT),
        "slots": maybe(AMOUNT), "power_connectors": maybe(TEXT), "low_profile": maybe(word("low_profile")),
        "cooling": maybe(word("cooling")), "outputs": maybe(TEXT), "length_mm": maybe(AMOUNT), "bus": maybe(TEXT),
        "released": maybe(DATE), "sold": maybe(word("sold")), "price_usd": maybe(PRICE), "prices": [PRICE],
        "encode": maybe([word("codec")]), "decode": maybe([word("codec")]), "split": maybe([word("splitting")]),
        **{key: maybe(TEXT) for key in ("generation", "licence", "macos", "driver", "security", "cuda", "rocm", "note")}}
GPU = {
    **{name: {"value": word(name), "confidence": FRACTION, "source": lambda value: isinstance(value, str)}
       for name in ("form_factor", "vbios", "reset", "display")},
    "card": maybe(CARD), "verdict": VERDICT, "remaining_path": maybe(PATH), "contradiction": maybe(CONTRADICTION),
    "reports": {**{key: COUNT for key in OUTCOMES}, "latest": maybe(DATE),
                "items": [{"id": TEXT, "outcome": word("outcome"), "url?": pattern("https?://.+"), "date?": DATE}]},
    "blockers": [{"id": word("blocker"), "text": TEXT}],
    "workarounds": [{"fix": lambda value: value in GROUPS["fix"] or value.startswith("other:"), "tried": SOME, "helped": COUNT,
                     "text": TEXT}],
    "alternatives": [{"pci_id": ID, "name": TEXT, "probability": FRACTION, "price_usd": maybe(SOME), "price_high_usd": maybe(SOME),
                      "price_as_of": maybe(DATE)}],
}
ERROR = {"query": TEXT, "error": {"code": TEXT, "message": TEXT}}


def misfits(value, shape, where):
    """What in a value is not of its shape, a line each."""
    if isinstance(shape, tuple):
        return [] if value is None else misfits(value, shape[1], where)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return ["%s: is no list" % where]
        return [line for i, one in enumerate(value) for line in misfits(one, shape[0], "%s[%d]" % (where, i))]
    if not isinstance(shape, dict):
        return [] if shape(value) else ["%s: %r" % (where, value)]
    if not isinstance(value, dict):
        return ["%s: is no object" % where]
    lines = []
    for key, member in shape.items():
        name = key.rstrip("?")
        if name in value:
            lines += misfits(value[name], member, "%s.%s" % (where, name))
        elif key == name:
            lines.append("%s.%s: is missing" % (where, name))
    return lines


def contradictions(answer):
    """What in an answer about a GPU of the right shape contradicts the rest of it, by name."""
    verdict, reports, path, both = (answer[key] for key in ("verdict", "reports", "remaining_path", "contradiction"))
    items, total = reports["items"], sum(reports[key] for key in OUTCOMES)
    dates = [item.get("date", "") for item in items]
    low, probability, high, outcomes = (verdict[key] for key in ("low", "probability", "high", "outcomes"))
    checks = {
        "a value without confidence or source": all(
            answer[name]["value"] == "unknown" or answer[name]["confidence"] > 0 and answer[name]["source"]
            for name in ("form_factor", "vbios", "reset", "display")),
        "more direct reports than reports": verdict["direct_reports"] <= total and len(items) <= total + reports["statements"],
        "a report twice": len({item["id"] for item in items}) == len(items),
        "reports that are not newest first": dates == sorted(dates, reverse=True),
        "another latest report": not items or (reports["latest"] or "") == dates[0],
        "a fix that helped too often": all(one["helped"] <= one["tried"] for one in answer["workarounds"]),
        "its own alternative": all(one["pci_id"] != answer["pci_id"] for one in answer["alternatives"]),
        "an alternative that is no better": all(one["probability"] > (probability or 0) for one in answer["alternatives"]),
        "a price upside down": not answer["card"] or all(one["low"] <= one["high"] for one in answer["card"]["prices"]),
        "a price without its month": all((one["price_usd"] is None) == (one["price_as_of"] is None)
                                         for one in answer["alternatives"]),
    }
    if verdict["level"] != "unknown":
        known = None not in (low, probability, high, outcomes)
        shares = [outcomes[key] for key in OUTCOMES] if known else []
        checks["a verdict without numbers"] = known
        checks["an interval that is none"] = known and low <= probability <= high and low < high
        checks["outcomes that do not sum to 1"] = known and abs(sum(shares) - 1) < 0.005
        checks["a probability that is not P(usable)"] = known and abs(shares[0] + shares[1] - probability) < 0.002
    if path:
        checks["a path that contradicts itself"] = (
            path["fixes"][0] == path["fix"] and len(path["worked_on"]) <= path["helped"] <= path["tried"]
            and bool(path["worked_on"]) == bool(path["helped"]) and not set(path["worked_on"]) & set(path["failed_on"]))
    if both:
        checks["a value on more sides than there are"] = all(
            one["usable"] <= both["usable"] and one["not_usable"] <= both["not_usable"] for one in both["differs"])
    return ["%s: %s" % (answer["pci_id"], what) for what, holds in checks.items() if not holds]


def problems(answer):
    where = str(answer.get("pci_id") or answer.get("query"))
    if "error" in answer:
        return misfits(answer, ERROR, where)
    if not answer.get("is_gpu"):
        return misfits(answer, ANY, where) + (["%s: a verdict on what is no GPU" % where] if "verdict" in answer else [])
    return misfits(answer, {**ANY, **GPU}, where) or contradictions(answer)


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("an object has a key twice: %s" % keys)
    return dict(pairs)


def no_constant(name):
    raise ValueError("%s is no JSON" % name)


def parse(text):
    return json.loads(text, object_pairs_hook=unique_keys, parse_constant=no_constant)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ndjson", action="store_true")
    parser.add_argument("--count", type=int)
    parser.add_argument("vocabulary", type=argparse.FileType(encoding="ascii"))
    options = parser.parse_args()
    for line in options.vocabulary:
        if line.count("\t") == 2:
            GROUPS.setdefault(line.split("\t")[0], set()).add(line.split("\t")[1])
    with open(os.path.join(os.path.dirname(options.vocabulary.name), "findings.tsv"), encoding="ascii") as findings:
        GROUPS["blocker"] = {line.split("\t")[0] for line in findings if line.split("\t")[2:3] == ["blocker"]}
    text = sys.stdin.buffer.read().decode("utf-8")
    answers = [parse(line) for line in text.splitlines()] if options.ndjson else parse(text)
    found = [line for answer in answers for line in problems(answer)] if isinstance(answers, list) else ["no array"]
    if options.count is not None and len(answers) != options.count:
        found.append("%d answers, not %d" % (len(answers), options.count))
    print("\n".join(found[:20]) or "%d answers, all as docs/json.md says" % len(answers))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
