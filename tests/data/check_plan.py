#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks data/plan.tsv: what the import cannot know to be wrong."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TITLE_WIDTH, LINE_WIDTH = 66, 100
failed = False


def rows(path):
    """The rows of a table as dicts, without comments."""
    lines = [line.split("\t") for line in (ROOT / path).read_text().splitlines() if line and line[0] != "#"]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def report(name, faults):
    """Prints one line for a check, and what is wrong."""
    global failed
    print("%s - %s" % ("not ok" if faults else "ok", name))
    for fault in faults:
        print("    # " + str(fault))
    failed = failed or bool(faults)


def words(group):
    """The values of a group of the vocabulary."""
    return [row["word"] for row in rows("schema/vocabulary.tsv") if row["group"] == group]


plan = rows("data/plan.tsv")
steps = list(dict.fromkeys(row["step"] for row in plan))
# What each variable may have at most that a title names.
LONGEST = {"driver": "580", "vm": "win11-gaming", "group": "100", "foreign": ""}


def shown(title):
    """A title as it may be printed."""
    return re.sub(r"\{([a-z-]+)\}", lambda name: LONGEST[name[1]], title)


report("plan.tsv: the rows of a step stand together",
       [step for step in steps if len({at - [row["step"] for row in plan].index(step) for at, row in enumerate(plan) if row["step"] == step})
        != max(at - [row["step"] for row in plan].index(step) for at, row in enumerate(plan) if row["step"] == step) + 1])
report("plan.tsv: a title fits a line of %d characters" % TITLE_WIDTH,
       [row["title"] for row in plan if len(shown(row["title"])) > TITLE_WIDTH])
report("plan.tsv: why is a sentence", [row["why"] for row in plan if row["why"] and not row["why"].endswith(".")])
report("plan.tsv: check and undo are none", [row["check"] + row["undo"] for row in plan
                                             for text in (row["check"], row["undo"]) if re.match("[A-Z][a-z]+ [a-z]|.*[.]$", text)])
report("plan.tsv: each source is an address", [row["source"] for row in plan if not re.fullmatch(r"https://[^ ]+\.[^ ]+", row["source"])])
report("plan.tsv: no line ends in a space", [row for row in plan for text in row.values() if re.search(r" (\\n|$)", text)])
report("plan.tsv: what is typed is plain", [row["commands"] for row in plan if not re.fullmatch("[ -~]*", row["commands"] + row["content"])])
report("plan.tsv: each step has a title and a check", [step for step in steps for column in ("title", "check")
                                                      if not any(row[column] for row in plan if row["step"] == step)])
used = " ".join(row["when"] + "," + row["have"] for row in plan)
report("plan.tsv: each fact decides something", [fact for fact in words("plan_fact") if not re.search(r"(?<![a-z-])%s(?![a-z-])" % fact, used)])
texts = " ".join(text for row in plan for text in row.values())
report("plan.tsv: each variable is used", [name for name in words("plan_variable") if "{%s}" % name not in texts])


def says_how(step, facts):
    """Whether something is to be typed in this step on a host of these facts."""
    def holds(condition):
        return all(any((word.lstrip("!") in facts) != word.startswith("!") for word in part.split("|")) for part in condition.split(","))
    return any(row["commands"] for row in plan if row["step"] == step and holds(row["when"]))


SYSTEMS = ["proxmox debian", "debian", "fedora", "arch", "opensuse", "nixos", "unraid", "truenas", "fedora ostree", "debian popos", ""]
report("plan.tsv: how each host gets its kernel parameters",
       [system + " " + boot for system in SYSTEMS for boot in ("grub", "proxmox-boot", "kernel-cmdline", "")
        if not says_how("iommu-kernel", ["intel-cpu", boot, *system.split()])])
documented = re.search(r"\| `id` \| string \| (`[a-z].*?);", (ROOT / "docs/json.md").read_text())[1]
report("docs/json.md: the steps of plan.tsv", sorted(set(re.findall("`([a-z-]+)`", documented)) ^ set(steps)))
sys.exit(failed)
