#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the page of a GPU says all that `passthru query --full --json` says. Usage: site_says.py SITE VOCABULARY <JSON

Prints lines `ok ...` and `not ok ...`. A member that EXPECTED does not have fails, so that a new one gets its place."""
import html.parser
import json
import re
import sys

SITE, VOCABULARY = sys.argv[1:]
MEANING = {}
for line in open(VOCABULARY, encoding="utf-8"):
    if not line.startswith("#") and line.count("\t") > 1:
        MEANING[tuple(line.split("\t")[:2])] = line.rstrip("\n").split("\t")[2]
OUTCOMES = {"works": "works", "works_with_workaround": "with a workaround", "partial": "partly", "fails": "fails"}


class Text(html.parser.HTMLParser):
    """What a reader sees of the main part, also of what is folded."""

    def __init__(self):
        super().__init__()
        self.parts, self.in_main, self.links = [], False, set()

    def handle_starttag(self, tag, attributes):
        self.in_main |= tag == "main"
        self.links.add(dict(attributes).get("href"))
        if tag not in ("a", "b", "small", "span", "code"):
            self.parts.append(" ")

    def handle_endtag(self, tag):
        self.in_main &= tag != "main"

    def handle_data(self, data):
        if self.in_main:
            self.parts.append(data)


def number(value):
    return "%g" % value


def percent(share):
    return re.compile(r"\b%d %%" % int(share * 100 + 0.5 + 1e-9))


def attribute(kind):
    return lambda v, d: [v["value"], *([v["source"], percent(v["confidence"])] if v["value"] != "unknown" else [])]


def prices(card):
    for price in card["prices"]:
        yield "$%d" % price["low"] + ("-%d" % price["high"] if price["high"] > price["low"] else "")
        yield from (price["as_of"], "kind of price: " + price["kind"])


def card(v, d):
    if not v:
        return
    yield from v["names"] + [number(size) for size in v["vram_gib"]]
    for key, unit in (("bandwidth_gb_s", " GB/s"), ("board_power_w", " W"), ("slots", " slot"), ("length_mm", " mm")):
        if v[key] and (key != "bandwidth_gb_s" or len(v["names"]) == 1):
            yield number(v[key]) + unit
        elif v[key]:
            yield number(v[key])
    for key in ("memory", "power_connectors", "low_profile", "cooling", "outputs", "bus", "released", "sold", "generation",
                "licence", "macos", "cuda", "rocm", "note"):
        yield v[key] or ""
    for key in ("encode", "decode", "split"):
        yield "" if v[key] is None else ", ".join(v[key]) or "none"
    yield from prices(v)


def verdict(v, d):
    yield re.compile(r"\b%s\b" % v["level"], re.I)
    if v["probability"] is None:
        return
    for key, share in v["outcomes"].items():
        yield re.compile(re.escape(OUTCOMES[key]) + " " + percent(share).pattern)
    yield re.compile("range of success: " + percent(v["low"]).pattern.replace(" %", " to ") + percent(v["high"]).pattern)
    sentences = re.split(r"(?<=\.) (?=[A-Z0-9])", v["basis"])
    for sentence in sentences:
        yield "" if d["blockers"] and sentence.startswith("Checked against") else sentence


def report(item):
    yield OUTCOMES[item["outcome"].replace("-", "_")]
    yield MEANING["sample", item["sample"]]
    for key in ("chassis", "hypervisor", "guest_os", "machine", "date", "url", "note"):
        value = item.get(key, "")
        yield "" if key == "chassis" and value == "unknown" else ("guest " if value and key == "guest_os" else "") + value
    for attempt in item["attempts"]:
        yield "%s: %s" % (attempt["fix"], attempt["result"]) + (" for " + attempt["for"] if "for" in attempt else "")


def reports(v, d):
    for key in OUTCOMES:
        yield "%d %s" % (v[key], key.replace("_", "-")) if v[key] else ""
    yield "%d statement" % v["statements"] if v["statements"] else ""
    for item in v["items"]:
        yield from report(item)


def fixes(v, d):
    for fix in v:
        if fix["helped"] and not (len(d["reports"]["items"]) == 1):
            yield "%d of %d %s" % (fix["helped"], fix["tried"], fix["fix"])
        yield fix["fix"]
        yield fix.get("needed_until", "") if fix["helped"] else ""


def similar(v, d):
    for fix in v:
        name, count = re.escape(re.sub("^other:", "", fix["fix"])), "%d of %d" % (fix["helped"], fix["tried"])
        yield re.compile("%s \\(%s\\)|%s %s" % (name, count, count, name))


def symptoms(v, d):
    for symptom in v:
        yield "%s, in %d report" % (symptom["symptom"], symptom["reports"])
        yield from similar(symptom["fixes"] + symptom["fixes_beside"], d)


def remaining(v, d):
    if v:
        yield "%d of %d report" % (v["helped"], v["tried"]) if v["tried"] else "No report of any"
        yield from v["worked_on"] + v["failed_on"] + v["fixes"]


def alternatives(v, d):
    for other in v:
        yield from (other["name"], percent(other["probability"]))
        yield "$%d" % other["price_usd"] if other["price_usd"] else ""
        yield "the same chip as a card" if other["same_chip"] else ""


def contradiction(v, d):
    if v:
        yield "%d of these succeeded, %d did not" % (v["usable"], v["not_usable"])
        for side in v["differs"]:
            yield "%s: %d of %d" % (side["value"], side["usable"], side["usable"] + side["not_usable"])


EXPECTED = {
    "query": lambda v, d: [v], "pci_id": lambda v, d: [v], "vendor": lambda v, d: [v], "name": lambda v, d: [v],
    "name_source": lambda v, d: [v or ""], "chip": lambda v, d: [v or ""],
    "is_listed": lambda v, d: [] if v else ["Not listed"], "generation": lambda v, d: [v or ""], "is_gpu": lambda v, d: [],
    "form_factor": attribute("form_factor"), "vbios": attribute("vbios"), "reset": attribute("reset"),
    "display": attribute("display"),
    "driver_support": lambda v, d: [v["driver"] or "", "security fixes: " + v["security"]] if v else [],
    "card": card, "verdict": verdict,
    "parts": lambda v, d: [text for part in v.values() for text in (part["level"] + ", ", percent(part["probability"]))],
    "reports": reports, "contradiction": contradiction, "blockers": lambda v, d: [blocker["text"] for blocker in v],
    "workarounds": fixes, "similar_workarounds": similar, "symptoms": symptoms, "remaining_path": remaining,
    "alternatives": alternatives,
}
KEYS = {"verdict": {"level", "probability", "low", "high", "outcomes", "guest", "knowledge", "direct_reports", "pooled_reports",
                    "basis", "sample"},
        "reports": {*OUTCOMES, "statements", "latest", "items"}}
for device in json.load(sys.stdin):
    page = Text()
    page.feed(open("%s/gpu/%s/index.html" % (SITE, device["pci_id"].replace(":", "-")), encoding="utf-8").read())
    seen = re.sub(r"\s+", " ", "".join(page.parts))
    wrong = []
    for key, value in device.items():
        if key not in EXPECTED or set(value if key in KEYS else ()) - KEYS.get(key, set()):
            wrong.append("%s has no place on a page" % key)
            continue
        for text in EXPECTED[key](value, device):
            found = text.search(seen) if isinstance(text, re.Pattern) else re.sub(r"\s+", " ", text) in seen
            if not found:
                wrong.append("%s: %s" % (key, getattr(text, "pattern", text)))
    for symptom in device["symptoms"]:
        if "../../symptom/%s/" % symptom["symptom"] not in page.links:
            wrong.append("no link to %s" % symptom["symptom"])
    years = re.search(r"By year, how many succeeded: ([^.]*)\.", seen)
    if years:
        counts = re.findall(r"[0-9]{4}: ([0-9]+) of ([0-9]+)", years[1])
        undated = re.findall(r"; ([0-9]+) earlier or undated", years[1])
        total = sum(device["reports"][key] for key in OUTCOMES)
        if sum(int(of) for _, of in counts) + sum(map(int, undated)) != total or len(counts) < 2:
            wrong.append("the years are not those of %d reports: %s" % (total, years[1]))
    elif sum(device["reports"][key] for key in OUTCOMES) > 12:
        wrong.append("no chart of the years")
    order = [seen.find(mark) for mark in ("Based on", "Reports", "On your machine", "Facts")]
    if -1 in order or order != sorted(order):
        wrong.append("the order is another: %s" % order)
    print("%s - the page of %s says all that --full says" % ("not ok" if wrong else "ok", device["pci_id"]))
    for line in wrong:
        print("    # %s" % line)
