#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check the tables of cards, prices and chips, also against the GPUs of a database; prove that bad rows are found.

usage: check_cards.py [REPOSITORY_ROOT [DATABASE]]; without a database that of the build folder $BUILD

One line per check, "ok - ..." or "not ok - ...", with the faults as "# ..." below it.
"""
import collections
import os
import pathlib
import re
import sqlite3
import sys

FAULTS_SHOWN = 10
COVERED = 95.0      # percent
COVERED_FROM = "2014"
SLOT_WATTS = 75
# NVIDIA's professional boards of 250 W have one 8-pin plug, and take a ninth more than it is meant for.
OVERDRAWN = 1.12
PLUG_WATTS = {"6-pin": 75, "8-pin": 150, "8-pin EPS": 300, "12-pin": 600, "16-pin": 600}
# A server's module or Apple's takes its power from a connector of its own.
OWN_POWER = re.compile(r"OAM|SXM\d|MXM|Apple MPX")

NUMBER = r"\d+(\.\d+)?"
PCI_ID = r"[0-9a-f]{4}:[0-9a-f]{4}(/[0-9a-f]{2})?"
PCI_IDS = f"{PCI_ID}(,{PCI_ID})*"
PLUGS = r"\d+x (6-pin|8-pin|8-pin EPS|12-pin|16-pin)"
CODEC = "(h264|hevc|hevc10|vp9|av1)"
SPLIT = "(sr-iov|vgpu|vgpu-unlock|mxgpu)"
MACOS = r"\d+(\.\d+)?"
ADDRESS = r"https://\S+\.\S+"
SOURCE = f"{ADDRESS}( {ADDRESS})*"
# What may stand in a column; a ? at its end: it may be blank, which is unknown.
CARDS = {
    "name": r"\S.*\S", "pci_ids": PCI_IDS, "chip": r"\S.*", "released?": r"(19|20)\d\d(-(0[1-9]|1[0-2])(-[0-3]\d)?)?",
    "vram_gib": NUMBER, "memory?": r"G?DDR\d?X?|GDDR[3-7]X?|HBM(2|2e|3|3e)?", "bandwidth_gb_s?": NUMBER,
    "board_power_w?": r"\d+", "slots?": r"[1-4](\.5)?", "low_profile?": "yes|no|some", "cooling?": "active|passive|some",
    "power_connectors?": rf"none|(none or )?{PLUGS}( \+ {PLUGS})*|Apple MPX", "outputs?": r"none|\d+x \S.*",
    "length_mm?": r"\d+", "bus": r"PCIe [1-6]\.0 x(1|4|8|16)|AGP [48]x|PCI|MXM|OAM|SXM\d|Apple MPX",
    "cuda_capability?": r"\d+\.\d", "fp32_tflops?": NUMBER, "launch_usd?": r"\d+",
    "sold": "retail|oem|mining|server|embedded", "source": SOURCE,
}
PRICES = {
    "name": r"\S.*\S", "pci_ids": PCI_IDS, "price_usd_low": r"[1-9]\d*", "price_usd_high": r"[1-9]\d*",
    "condition": "used|new|mixed", "as_of": r"20\d\d-(0[1-9]|1[0-2])", "kind": "asking|sold|estimate",
    "url": r"https?://\S+\.\S+",
}
CHIPS = {
    "vendor": r"[0-9a-f]{4}", "chip": r"[0-9a-f]{4}:[0-9a-f]{2,4}\*?|[A-Z][^*]*\*?", "generation": r"\S.*",
    "encode?": f"none|{CODEC}(,{CODEC})*", "decode?": f"none|{CODEC}(,{CODEC})*", "split?": f"none|{SPLIT}(,{SPLIT})*",
    "licence?": "none|vgpu", "macos?": rf"none|{MACOS}-({MACOS})?", "driver?": r"none|current|\d+(\.\d+)*",
    "security?": r"current|legacy|ended 20\d\d-(0[1-9]|1[0-2])", "cuda?": r"none|current|\d+",
    "rocm?": r"none|current|\d+(\.\d+)?", "note?": r"\S.{0,79}", "source": SOURCE,
}
# Columns that a buyer filters by, and how large or small their numbers are at most.
FILTERED = ["vram_gib", "memory", "bandwidth_gb_s", "board_power_w", "slots", "low_profile", "cooling", "power_connectors",
            "outputs", "length_mm"]
LIMITS = {"vram_gib": (0.1, 512), "bandwidth_gb_s": (1, 20000), "board_power_w": (5, 2000), "length_mm": (100, 400),
          "fp32_tflops": (0.001, 1000), "launch_usd": (20, 50000)}
# Two boards with one ID must differ in one of these, or a buyer could not tell them apart.
TELLING = FILTERED + ["fp32_tflops", "sold"]


def read_table(path, content, columns):
    """The rows of a table as dicts with their place, and what is wrong with its form or a value."""
    rows, faults, header = [], [], None
    names = [name.rstrip("?") for name in columns]
    for number, line in enumerate(content.splitlines(), 1):
        place = f"{path}:{number}"
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        if header is None:
            header = fields
            if fields != names:
                faults.append(f"{place}: the columns must be {' '.join(names)}")
        elif len(fields) != len(names):
            faults.append(f"{place}: {len(fields)} fields instead of {len(names)}")
        else:
            for (name, pattern), value in zip(columns.items(), fields):
                if not (re.fullmatch(pattern, value) or (name.endswith("?") and not value)):
                    faults.append(f"{place}: {name.rstrip('?')} cannot be {value!r}")
            rows.append(dict(zip(names, fields), place=place))
    if not content.startswith("# version: "):
        faults.append(f"{path}:1: the first line must be # version: N")
    return rows, faults


def number_of(row, column):
    """A number of a row; None where it is unknown or wrong."""
    return float(row[column]) if re.fullmatch(NUMBER, row[column]) else None


def power_faults(row):
    """Yield what is wrong between the watts of a card and what it takes them from."""
    watts, plugs = number_of(row, "board_power_w"), row["power_connectors"]
    if not watts or not plugs or OWN_POWER.search(row["bus"]):
        return
    available = SLOT_WATTS + sum(int(count) * PLUG_WATTS[plug] for count, plug in
                                 re.findall(r"(\d+)x (8-pin EPS|\d+-pin)", plugs))
    if watts > available * OVERDRAWN:
        yield f"{row['place']}: {row['name']} takes {watts:g} W, but slot and {plugs} give {available} W"
    if plugs[0].isdigit() and watts < 60:
        yield f"{row['place']}: {row['name']} takes {watts:g} W and yet has {plugs}"


def size_faults(row):
    """Yield what cannot be in the numbers of a card and its size."""
    for column, (low, high) in LIMITS.items():
        value = number_of(row, column)
        if value is not None and not low <= value <= high:
            yield f"{row['place']}: {column} {value:g} is not between {low:g} and {high:g}"
    slots, length, watts = (number_of(row, column) for column in ("slots", "length_mm", "board_power_w"))
    if row["low_profile"] == "yes" and ((slots or 0) > 2 or (length or 0) > 200 or (watts or 0) > 80):
        yield f"{row['place']}: {row['name']} is too large, or takes too much, for a low-profile card"
    if slots and slots >= 2.5 and watts and watts < 200:
        yield f"{row['place']}: {row['name']} takes {watts:g} W and {slots:g} slots"
    if (row["cuda_capability"] != "") != row["pci_ids"].startswith("10de:"):
        yield f"{row['place']}: CUDA capability belongs to NVIDIA's cards, and to each of them"


def id_faults(cards, gpus):
    """Yield what is wrong with the names, the IDs and the chips of the cards."""
    named, owners = {}, collections.defaultdict(list)
    for row in cards:
        if row["name"] in named:
            yield f"{row['place']}: {row['name']} stands in {named[row['name']]} already"
        named.setdefault(row["name"], row["place"])
        chips = []
        for pci_id in row["pci_ids"].split(","):
            owners[pci_id].append(row)
            chip = gpus.get(pci_id[:9])
            if chip is None:
                yield f"{row['place']}: {pci_id} of {row['name']} is no known GPU"
            elif chip not in chips:
                chips.append(chip)
        if chips and row["chip"] != ",".join(chips):
            yield f"{row['place']}: {row['name']} has the chip {','.join(chips)}, not {row['chip']}"
    for pci_id, rows in owners.items():
        for other in rows[1:]:
            first = rows[0]
            if other is first or all(first[column] == other[column] for column in TELLING):
                yield f"{other['place']}: nothing tells {other['name']} from {first['name']}, which has {pci_id} too"


def output_faults(cards, without_outputs):
    """Yield the cards with outputs whose GPU is said to have none; where revisions share an ID, it is said of another card."""
    for row in cards:
        for pci_id in row["pci_ids"].split(","):
            if row["outputs"] not in ("", "none") and pci_id in without_outputs:
                yield f"{row['place']}: {row['name']} has {row['outputs']}, but {pci_id} is said to have no outputs"


def laptop_faults(cards, laptop_chips):
    """Yield the cards whose ID and revision are said to be those of a laptop chip."""
    for row in cards:
        for pci_id in row["pci_ids"].split(","):
            if pci_id in laptop_chips:
                yield f"{row['place']}: {row['name']} is a card, but {pci_id} is said to be a laptop chip"


def price_faults(prices, cards):
    """Yield what is wrong with the prices."""
    ids = {row["name"]: set(row["pci_ids"].split(",")) for row in cards}
    for row in prices:
        if row["name"] not in ids:
            yield f"{row['place']}: no card is called {row['name']}"
        elif not set(row["pci_ids"].split(",")) <= ids[row["name"]]:
            yield f"{row['place']}: {row['name']} has no {row['pci_ids']}"
        if (number_of(row, "price_usd_low") or 0) > (number_of(row, "price_usd_high") or 0):
            yield f"{row['place']}: the low price is above the high one"


def fits(row, pci_id, chip):
    """Whether a line of the chips is about this GPU."""
    if row["vendor"] != pci_id[:4]:
        return False
    name = pci_id if ":" in row["chip"] else chip
    return name.startswith(row["chip"][:-1]) if row["chip"].endswith("*") else name == row["chip"]


def chip_faults(chips, gpus):
    """Yield what is wrong with the chips: a line that is never the first to fit, a split without a word on its licence."""
    used = {next((row["place"] for row in chips if fits(row, *gpu)), None) for gpu in gpus.items()}
    for row in chips:
        if row["place"] not in used:
            yield f"{row['place']}: {row['vendor']} {row['chip']} is the first to fit for no known GPU"
        if ("vgpu" in row["split"]) != (row["licence"] == "vgpu"):
            yield f"{row['place']}: {row['chip']}: vgpu must be licensed, and nothing else is"
        for column, vendor in (("cuda", "10de"), ("rocm", "1002")):
            if row[column] not in ("", "none") and row["vendor"] != vendor:
                yield f"{row['place']}: {row['chip']}: {column} is of another vendor"


def coverage_faults(cards, chips, gpus):
    """Yield each column that too few of the newer cards have, and too many GPUs without a line for their chip."""
    newer = [row for row in cards if row["released"] >= COVERED_FROM]
    for column in FILTERED:
        # A module for a server has no bracket: it takes no slot, and no length of a case.
        asked = [row for row in newer if column not in ("slots", "length_mm") or not OWN_POWER.search(row["bus"])]
        known = [row for row in asked if row[column]]
        if len(known) * 100 < COVERED * len(asked):
            yield f"{column} is known of {len(known)} of {len(asked)} cards since {COVERED_FROM}"
    asked = [gpu for gpu in gpus.items() if gpu[1] and gpu[0][:4] in {row["vendor"] for row in chips}]
    known = [gpu for gpu in asked if any(fits(row, *gpu) for row in chips)]
    if len(known) * 100 < COVERED * len(asked):
        yield f"a chip is known of {len(known)} of {len(asked)} GPUs"
    for row in cards:
        if not any(fits(chip, row["pci_ids"][:9], row["chip"].partition(",")[0]) for chip in chips):
            yield f"{row['place']}: no line for the chip {row['chip']}"


CHECKS = ["every value is one that its column can have", "IDs, names and chips are those of known GPUs",
          "a card with outputs is not said to have none", "a card is not said to be a laptop chip", "watts fit to plugs", "sizes are believable", "every price is one of a card", "every chip has one line that decides",
          "enough is known"]


def all_faults(tables, gpus, without_outputs, laptop_chips):
    """What is wrong with the tables, given as {name: content}: a list of faults for each of CHECKS."""
    cards, form = read_table("data/cards.tsv", tables["cards"], CARDS)
    prices, price_form = read_table("data/prices.tsv", tables["prices"], PRICES)
    chips, chip_form = read_table("data/chips.tsv", tables["chips"], CHIPS)
    return [form + price_form + chip_form, list(id_faults(cards, gpus)), list(output_faults(cards, without_outputs)),
            list(laptop_faults(cards, laptop_chips)),
            [fault for row in cards for fault in power_faults(row)], [fault for row in cards for fault in size_faults(row)],
            list(price_faults(prices, cards)), list(chip_faults(chips, gpus)), list(coverage_faults(cards, chips, gpus))]


# ---- proof that each check can fail ----
GPUS = {"10de:1d01": "GP108", "1002:67df": "Ellesmere"}
GT_1030 = dict(zip((name.rstrip("?") for name in CARDS), (
    "GeForce GT 1030", "10de:1d01", "GP108", "2017-05-17", "2", "GDDR5", "48.06", "30", "1", "some", "some", "none",
    "1x DVI, 1x HDMI 2.0", "145", "PCIe 3.0 x4", "6.1", "1.13", "79", "retail", "https://example.org/gt-1030")))
RX_580 = GT_1030 | {"name": "Radeon RX 580 8 GB", "pci_ids": "1002:67df/e7", "chip": "Ellesmere", "cuda_capability": ""}
PRICE = dict(zip(PRICES, (
    "GeForce GT 1030", "10de:1d01", "30", "50", "used", "2026-02", "asking", "https://example.org/price")))
CHIP = dict(zip((name.rstrip("?") for name in CHIPS), (
    "10de", "GP10*", "Pascal", "none", "h264", "none", "none", "none", "580", "legacy", "12", "none", "",
    "https://example.org/chip")))
ELLESMERE = CHIP | {"vendor": "1002", "chip": "Ellesmere", "cuda": "none", "rocm": "4"}
# For each of CHECKS: the table, and values that it must find in the example row of that table.
BAD = [
    [("cards", {"released": "May 2017"}), ("cards", {"vram_gib": "two"}), ("cards", {"vram_gib": ""}),
     ("cards", {"slots": "5"}), ("cards", {"low_profile": "maybe"}), ("cards", {"cooling": "fan"}),
     ("cards", {"power_connectors": "8-pin"}), ("cards", {"bus": "PCIe"}), ("cards", {"sold": "used"}),
     ("cards", {"source": "somebody"}), ("cards", {"source": "https://example.org/a b"}), ("cards", {"pci_ids": "10de:1D01"}), ("prices", {"as_of": "March 2026"}),
     ("prices", {"kind": "guess"}), ("prices", {"condition": "old"}), ("prices", {"url": "a shop"}),
     ("chips", {"encode": "h265"}), ("chips", {"split": "yes"}), ("chips", {"macos": "Sonoma"}),
     ("chips", {"security": "over"}), ("chips", {"note": "x" * 81})],
    [("cards", {"pci_ids": "10de:1d99"}), ("cards", {"chip": "GP107"}), ("cards", {"pci_ids": "10de:1d01,10de:1d01"}),
     ("cards", {"name": "Radeon RX 580 8 GB"})],
    [("cards", {"pci_ids": "10de:1c07"})],
    [("cards", {"pci_ids": "1002:67df/c0"})],
    [("cards", {"board_power_w": "90"}), ("cards", {"power_connectors": "1x 8-pin"}),
     ("cards", {"board_power_w": "200", "power_connectors": "none or 1x 6-pin"})],
    [("cards", {"length_mm": "14"}), ("cards", {"vram_gib": "2048"}), ("cards", {"slots": "3"}),
     ("cards", {"low_profile": "yes", "length_mm": "267"}), ("cards", {"cuda_capability": ""})],
    [("prices", {"name": "GT 1030"}), ("prices", {"pci_ids": "10de:1d02"}), ("prices", {"price_usd_low": "60"})],
    [("chips", {"chip": "GP107"}), ("chips", {"split": "vgpu"}), ("chips", {"rocm": "6"})],
    [("chips", {"chip": "GA10*"}), ("cards", {"memory": ""}), ("cards", {"length_mm": ""})],
]


def table(row, *more):
    """The text of a table with these rows."""
    return "\n".join(["# version: 1", "\t".join(row)] + ["\t".join(one.values()) for one in (row, *more)]) + "\n"


def self_test():
    """Yield a fault for each damage that is not found, and where the undamaged rows are not right."""
    def found(changed="", change=None, more=()):
        rows = {name: row | (change if name == changed else {}) for name, row in
                (("cards", GT_1030), ("prices", PRICE), ("chips", CHIP))}
        return all_faults({"cards": table(rows["cards"], RX_580, *more), "prices": table(rows["prices"]),
                           "chips": table(rows["chips"], ELLESMERE)}, GPUS, {"10de:1c07"},
                          {"1002:67df/c0"})
    for fault in sum(found(), []):
        yield f"the example is not right: {fault}"
    for what, damages, number in zip(CHECKS, BAD, range(len(CHECKS))):
        for name, change in damages:
            if not found(name, change)[number]:
                yield f"not found by \"{what}\": {change} in {name}"
    if not found(more=[GT_1030 | {"name": "GT 1030 again"}])[1]:
        yield "not found: two cards with one ID that nothing tells apart"
    if found(more=[GT_1030 | {"name": "GeForce GT 1030 DDR4", "memory": "DDR4"}])[1]:
        yield "refused: two cards with one ID and other memory"


def main(arguments):
    if len(arguments) > 2:
        sys.exit(__doc__)
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parents[2]
    database = pathlib.Path(arguments[1] if len(arguments) > 1 else os.environ.get("BUILD", "build") + "/passthru.db")
    tables = {name: (root / f"data/{name}.tsv").read_text(encoding="utf-8") for name in ("cards", "prices", "chips")}
    with sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True) as db:
        rows = [(f"{pci_id >> 16:04x}:{pci_id & 0xffff:04x}", chip, display)
                for pci_id, chip, display in db.execute("SELECT pci_id, chip, display FROM gpu")]
        laptop_chips = {f"{pci_id >> 16:04x}:{pci_id & 0xffff:04x}/{revision:02x}" for pci_id, revision in
                        db.execute("SELECT pci_id, revision FROM gpu_variant WHERE form_factor = 'mobile' AND revision >= 0")}
    gpus = {pci_id: chip for pci_id, chip, _ in rows}
    without_outputs = {pci_id for pci_id, _, display in rows if display == "none"}
    failed = False
    results = all_faults(tables, gpus, without_outputs, laptop_chips) + [list(self_test())]
    for what, faults in zip(CHECKS + ["each of these checks can fail"], results):
        failed = failed or bool(faults)
        print(f"{'not ok' if faults else 'ok'} - {what}")
        for fault in faults[:FAULTS_SHOWN]:
            print(f"# {fault}")
        if len(faults) > FAULTS_SHOWN:
            print(f"# ... and {len(faults) - FAULTS_SHOWN} more")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
