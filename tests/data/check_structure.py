#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The structure that docs/architecture.md promises: which room may know which, no circle of calls between files, no file
that is too long, a licence in each.

Usage: check_structure.py [BUILD_DIRECTORY]; else $OBJECTS, else build."""
import collections
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("OBJECTS", ROOT / "build"))
KNOWS = {"core": "", "probe": "core", "db": "core", "answer": "db core", "feed": "core",
         "importer": "feed db core", "hub": "feed answer db core", "cli": "answer probe db core"}
MAX_LINES = 500
failed = False


def check(name, problems):
    global failed
    print("%s - %s" % ("not ok" if problems else "ok", name))
    for problem in sorted(problems)[:20]:
        print("    # " + problem)
    failed = failed or bool(problems)


def functions_of(paths):
    """By the path of an object file, the global functions that it defines, and the symbols that its code refers to: a table of
    functions is no call."""
    functions = {str(path): (set(), set()) for path in paths}

    def output(*command):
        return subprocess.run([*command, *paths], capture_output=True, text=True, check=True).stdout.splitlines()

    for line in output("nm", "-A", "-g", "--defined-only", "--format=posix"):
        path, _, symbol = line.partition(": ")
        if symbol.split()[1] == "T":
            functions[path][0].add(symbol.split()[0])
    for line in output("objdump", "-r", "-j", ".text", "-j", ".text.startup", "-j", ".text.unlikely"):
        words = line.split()
        if " file format " in line:
            calls = functions[line.partition(":  ")[0]][1]
        elif len(words) == 3 and words[1].startswith("R_"):
            calls.add(re.split("[-+]0x|@", words[2])[0])
    return functions


def circles(calls):
    """The sets of files that can each be reached from the other: Tarjan's strongly connected components."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in calls[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            circle = stack[stack.index(node):]
            del stack[-len(circle):]
            if len(circle) > 1:
                found.append(circle)

    for node in list(calls):
        if node not in index:
            visit(node)
    return found


sources = [path for room in KNOWS for path in sorted((ROOT / room).glob("*.[ch]"))]
texts = {path: path.read_text() for path in sources}
check("rooms know only those below them",
      ["%s includes %s" % (path.relative_to(ROOT), name)
       for path, text in texts.items()
       for name in re.findall(r'#include "((\w+)/[^"]+)"', text)
       for room in [name[1]] for name in [name[0]]
       if room != path.parent.name and room not in KNOWS[path.parent.name].split()])
check("no file has more than %d lines" % MAX_LINES,
      [str(path.relative_to(ROOT)) for path, text in texts.items() if text.count("\n") > MAX_LINES])
names = re.findall(r"(?<![\w/])([a-z_0-9]+\.[ch])\b", (ROOT / "docs/architecture.md").read_text())
check("docs/architecture.md names files that there are",
      sorted(set(names) - {path.name for path in sources}) + ["names few"] * (len(set(names)) < 50))

# What a database file says is bounded where it is read: a reader that forgets it once let a file choose an index.
BOUNDED = {"db/database.c", "db/evidence.c"}  # the functions that bound; and one that reads what it has just written
check("numbers of a database are read within bounds",
      [str(path.relative_to(ROOT)) for path, text in texts.items()
       if re.search(r"sqlite3_column_(int|int64|double)\(", text) and str(path.relative_to(ROOT)) not in BOUNDED])

files = [path for pattern in ("*/*.[ch]", "tests/*/*.[ch]", "tests/*/*.test", "tests/*/*.sh", "tests/*/*.py", "schema/*.awk",
                              "schema/*.sql", "docs/*.[0-9]", "docs/*.md", "Makefile")
         for path in sorted(ROOT.glob(pattern)) if not path.parts[len(ROOT.parts)].startswith("build")]
check("each file names its licence", [str(path.relative_to(ROOT)) for path in files
                                      if "SPDX-License-Identifier: GPL-2.0-or-later" not in path.read_text()[:200]])

paths = [path for room in KNOWS for path in (BUILD / room).glob("*.o") if (ROOT / room / path.stem).with_suffix(".c").exists()]
objects = {str(pathlib.Path(path).relative_to(BUILD).with_suffix("")): found for path, found in functions_of(paths).items()}
home = {symbol: name for name, (defined, _) in objects.items() for symbol in defined}
calls = collections.defaultdict(set)
for name, (_, used) in objects.items():
    calls[name] = {home[symbol] for symbol in used if symbol in home} - {name}
check("the objects of all rooms were looked at", [] if len(objects) > 100 else ["only %d in %s" % (len(objects), BUILD)])
check("no circle of calls between files", [" <-> ".join(sorted(circle)) for circle in circles(calls)])
sys.exit(failed)
