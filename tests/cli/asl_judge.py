#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Say what methods a disassembly by `iasl -d` defines, and which hold a UUID, as aml_dump says it of the table.

usage: asl_judge.py FILE.dsl...        prints lines "FILE method PATH" and "FILE optimus|mux PATH"
"""
import re
import sys

UUIDS = {
    "a486d8f8-0bda-471b-a72b-6042a6b5bee0": "optimus",
    "9d95a0a0-0060-4d48-b34d-7e5fea129fd4": "mux",
}
TOKEN = re.compile(
    r'/\*.*?\*/|//[^\n]*'
    r'|ToUUID \("(?P<uuid>[^"]*)"\)'
    r'|"(?:[^"\\]|\\.)*"'
    r"|\b(?P<block>Scope|Device|Processor|PowerResource|ThermalZone|Method) \((?P<name>[\\^A-Z0-9_.]+)"
    r"|(?P<brace>[{}])",
    re.S,
)


def resolve(scope, name):
    """The path that a name stands for in a scope; a path is a tuple of segments."""
    if name.startswith("\\"):
        scope, name = (), name[1:]
    while name.startswith("^"):
        scope, name = scope[:-1], name[1:]
    return scope + tuple(segment.rstrip("_") or "_" for segment in name.split(".") if segment)


def judge(text):
    """Yields ("method", path) and (UUID's name, path)."""
    stack = [((), None)]  # for each brace that is open: the scope, and the method that it is in
    coming = None  # what the next brace opens
    told = set()
    for token in TOKEN.finditer(text):
        scope, method = stack[-1]
        if token["block"] and not method:
            path = resolve(scope, token["name"])
            coming = (scope, path) if token["block"] == "Method" else (path, None)
            if token["block"] == "Method":
                yield "method", path
        elif token["brace"] == "{":
            stack.append(coming or (scope, method))
            coming = None
        elif token["brace"] == "}":
            stack.pop()
        elif token["uuid"] and UUIDS.get(token["uuid"].lower()):
            found = UUIDS[token["uuid"].lower()], method or scope
            if not method or (method, found) not in told:
                told.add((method, found))
                yield found


def main(files):
    for file in files:
        with open(file, encoding="utf-8", errors="replace") as stream:
            for what, path in judge(stream.read()):
                print(file, what, "\\" + ".".join(path))


if __name__ == "__main__":
    main(sys.argv[1:])
