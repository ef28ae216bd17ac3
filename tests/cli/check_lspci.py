# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what pci_dump prints of a machine with what lspci itself says of it.

usage: check_lspci.py <COMPARISONS    each line: NAME, PCI_DUMP, LSPCI, WITHOUT, with tabs between: files that hold the
       output of pci_dump, and of lspci -D -nnvv; of the words of WITHOUT (driver, group, bar, flr, pm, vf, resizable)
       nothing is asked; with the word "text" it is right not to know what lspci does not state
Prints `ok - NAME` or `not ok - NAME`, with each difference below it."""
import re
import sys

MIB = 1 << 20
UNITS = {"": 1, "K": 1 << 10, "M": MIB, "G": 1 << 30, "T": 1 << 40}


def size(text):
    """Bytes of "256M"."""
    number, unit = re.fullmatch(r"(\d+)([KMGT]?)", text).groups()
    return int(number) * UNITS[unit]


def lspci_device(lines):
    """What lspci says of one device, by name; a value that it does not state is missing."""
    head = re.match(r"(\S+) .*\[(\w{4})\]: .*\[(\w{4}:\w{4})\](?: \(rev (\w\w)\))?(?: \(prog-if (\w\w))?", lines[0])
    address, klass, ids, revision, interface = head.groups()
    said = {"id": ids, "class": klass + (interface or "00"), "rev": revision or "00"}
    physical = False
    for line in lines[1:]:
        line = line.strip()
        if line.startswith("Capabilities:"):
            physical = "Physical Resizable BAR" in line
        patterns = {"subsystem": r"Subsystem:.*\[(\w{4}:\w{4})\]$", "driver": r"Kernel driver in use: (\S+)",
                    "group": r"IOMMU group: (\d+)", "flr": r".*\bFLReset([+-])", "pm": r".*\bNoSoftRst([+-])",
                    "vf": r".*\bTotal VFs: (\d+)", "bridge": r"Bus:.*secondary=(\w\w), subordinate="}
        for name, pattern in patterns.items():
            match = re.match(pattern, line)
            if match and name not in said:
                said[name] = match[1]
        match = re.match(r"(?:Region (\d)|Expansion ROM).*\[size=(\w+)\]", line)
        if match:
            said["bar" + match[1] if match[1] else "rom"] = size(match[2])
        match = re.match(r"BAR (\d):.*supported: (.*)", line)
        if match and physical:
            said["resizable" + match[1]] = sum(size(word[:-1]) // MIB for word in match[2].split())
    return address, said


def of_lspci(path):
    """All devices of a file that lspci wrote."""
    with open(path, encoding="utf-8") as file:
        return dict(lspci_device(block.splitlines()) for block in file.read().split("\n\n") if block.strip())


def dump_device(line):
    """What pci_dump says of one device, in the same words; None for what it does not know."""
    address, klass, ids, *words = line.split(" ")
    said = {"id": ids[:9], "class": klass[:4] + (klass[5:] or "00"), "rev": "00", "subsystem": ids[10:] or None}
    for word in words:
        name, equals, value = word.partition("=")
        bar = re.fullmatch(r"[0-9a-f]+\+([0-9a-f]+)i?w?p?(?:r(\w+))?", value) if re.fullmatch(r"[0-5R]", name) else None
        if bar:
            said["rom" if name == "R" else "bar" + name] = int(bar[1], 16) or None
            if bar[2]:
                said["resizable" + name] = int(bar[2], 16)
        elif not equals and name[-1] in "+-?":
            said[name[:-1]] = {"flr+": "+", "flr-": "-", "pm+": "-", "pm-": "+"}.get(name)
        elif not equals:
            said["rev"] = name
        elif name in ("vf", "bridge"):
            said[name] = re.split("[/-]", value)[0]
        elif name != "below":
            said[name] = value if value and value[0] != "-" else None
    return address, said


def of_dump(path):
    """All devices of a file that pci_dump wrote."""
    with open(path, encoding="utf-8") as file:
        return dict(dump_device(line) for line in file.read().splitlines() if line[0] not in "#!")


def differences(ours, theirs, without):
    """What is different of one device. Of GPUs all must be known."""
    gpu = theirs["class"][:2] in ("03", "12")
    absent = {} if "text" in without else {"flr": "-", "pm": "+", "vf": "0"}
    for name in sorted(set(ours) | set(theirs)):
        kind = name.rstrip("0123456789")
        if {kind, "bar" if kind == "rom" else kind} & without:
            continue
        if not gpu and kind in ("bar", "rom", "flr", "pm", "vf", "resizable") and ours.get(name) is None:
            continue
        if ours.get(name) != theirs.get(name, absent.get(name)):
            yield "%s: %s here, %s for lspci" % (name, ours.get(name), theirs.get(name))


def main():
    """Each line of standard input: what is compared, and the files and words of a comparison, with tabs between."""
    for line in sys.stdin:
        name, dump, text, words = line.rstrip("\n").split("\t")
        ours, theirs, without = of_dump(dump), of_lspci(text), set(words.split())
        wrong = ["%s: only on one side" % address for address in set(ours) ^ set(theirs)]
        for address in set(ours) & set(theirs):
            wrong += ["%s: %s" % (address, text) for text in differences(ours[address], theirs[address], without)]
        print("not ok" if wrong or not theirs else "ok", "-", name)
        for text in sorted(wrong):
            print("    #", text)


if __name__ == "__main__":
    main()
