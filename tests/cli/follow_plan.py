#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does on a recorded machine what a plan says: writes the lines that each step wants into its file, as docs/json.md says, and
does what driverctl would. All else that is to be typed makes something of these files, or is a command of a hypervisor
whose file the plan names too.

Usage: follow_plan.py PLAN.json MACHINE"""
import json
import pathlib
import re
import sys

# What two lines of a file have in common that set the same.
KEYS = [(r"/modprobe\.d/", r"(options|softdep) \S+"), (r"/pve/", r"[a-z]+\d*(?=:)"), (r"/loader/entries/", r"options"),
        (r"/kernel/cmdline$", r""), (r"/default/grub$", r"[A-Z_]+="), (r".*", r"[A-Za-z_.]+(?=[ =+(])")]


def put_lines(text, path, content):
    """The text with these lines, before the first section of a file of Proxmox."""
    pattern = next(key for place, key in KEYS if re.search(place, path))
    head, mark, tail = text.partition("\n[") if "/pve/" in path else (text, "", "")
    lines = head.splitlines()
    for line in content.splitlines():
        key = re.match(pattern, line)
        same = [at for at, other in enumerate(lines) if key and re.match(re.escape(key[0]) + r"(?![\w-])" if key[0] else "", other)]
        if same:
            lines[same[0]] = line
        else:
            lines.append(line)
    return "\n".join(lines) + "\n" + mark + tail


def follow(step, machine):
    """Does one step."""
    if step["file"] and step["content"]:
        path = machine / step["file"].lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text() if path.exists() else ""
        if path.suffix == ".xml":
            text = text.replace("</devices>", step["content"] + "\n</devices>")
        else:
            text = put_lines(text, step["file"], step["content"])
        path.write_text(text)
    for command in step["commands"]:
        override = re.fullmatch("driverctl set-override (\\S+) (\\S+)", command)
        if override:
            path = machine / "etc/driverctl.d" / override[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(override[2] + "\n")


def main():
    plan = json.loads(pathlib.Path(sys.argv[1]).read_text())
    for step in plan["steps"]:
        if step["state"] == "todo":
            follow(step, pathlib.Path(sys.argv[2]))


main()
