#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what a command makes of texts of lspci with what it should make of them.

usage: lspci_texts.py TEXTS COMMAND...        TEXTS explains itself; COMMAND reads standard input
Prints a line for each text, as tests do.
"""
import pathlib
import subprocess
import sys


def blocks(path):
    """Yields the name, the text as bytes, and what is expected of each."""
    for block in pathlib.Path(path).read_text("utf-8").split("==== ")[1:]:
        name, rest = block.split("\n", 1)
        text, expected = rest.split("==>\n")
        text = text.replace("\\c\n", "").replace("\\e", "\033").replace("\\r", "\r")
        yield name, text.encode(), expected


def main(path, *command):
    failed = False
    for name, text, expected in blocks(path):
        done = subprocess.run(command, input=text, capture_output=True, check=False)
        out, err = done.stdout.decode(), done.stderr.decode()
        if expected.startswith("! "):
            fits = done.returncode == 2 and not out and expected[2:-1] in err and "lspci -nnk" in err
        else:
            fits = done.returncode == 0 and out == expected
        print("%sok - %s" % ("" if fits else "not ", name))
        if not fits:
            print("".join("    # %s\n" % line for line in (out + err).splitlines()), end="")
        failed = failed or not fits
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
