# SPDX-License-Identifier: GPL-2.0-or-later
"""ACPI tables (ACPI 6.5, 5.2): the AML stays as it is, strings in it that name a machine are crossed out."""
import re

from recording import identity

HEADER = 36
STRING = re.compile(rb"(?<=\x0d)[\x20-\x7e]{4,}(?=\x00)")  # StringPrefix and its text (20.2.3)
WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){8,}")             # Unicode() and what drivers of Windows are given
EDID = re.compile(rb"\x00\xff{6}\x00", re.DOTALL)


def length_of(table):
    """The length that the header states."""
    return int.from_bytes(table[4:8], "little")


def same_sum(table, before):
    """The table with a checksum that is as right, or wrong, as that of the table before."""
    out = bytearray(table)
    out[9] = (out[9] + sum(before) - sum(out)) & 0xFF
    return bytes(out)


def mask_edids(table):
    """Monitors' data (VESA E-EDID, 3.4 and 3.10.3) without serial numbers, their own checksum mended."""
    out = bytearray(table)
    for found in EDID.finditer(table):
        edid = found.start()
        if edid + 128 > len(out) or sum(table[edid:edid + 128]) & 0xFF:
            continue
        out[edid + 12:edid + 16] = bytes(4)
        for place in range(edid + 54, edid + 126, 18):
            if out[place:place + 4] == b"\0\0\0\xff":
                out[place + 5:place + 18] = b"X".ljust(13, b"\n")
        out[edid + 127] = (out[edid + 127] - sum(out[edid:edid + 128])) & 0xFF
    return bytes(out)


def clean(data, signature, names):
    """A table cut to its length, without identifiers; nothing when it is none. `names` is the machine's Identity."""
    if len(data) < HEADER or not data.startswith(signature) or length_of(data) < HEADER:
        return b""
    before = data[:length_of(data)]
    table = names.mask_bytes(before)
    table = STRING.sub(lambda found: identity.mask_string(found[0].decode()).encode(), table)
    table = WIDE.sub(lambda found: identity.mask_string(found[0].decode("utf-16-le")).encode("utf-16-le"), table)
    # What no piece of code looks like is crossed out wherever it is.
    table = identity.mask_code(table.decode("latin-1")).encode("latin-1")
    return same_sum(mask_edids(table), before)


def vfct(data, signature=b"VFCT", _=None):
    """The table of AMD's vBIOS images without the images, which are somebody's firmware: their headers, with bus numbers,
    IDs and lengths, stay."""
    if len(data) < HEADER or not data.startswith(signature) or length_of(data) < HEADER:
        return b""
    table = data[:length_of(data)]
    out = bytearray(len(table))
    out[:HEADER], out[52:60] = table[:HEADER], table[52:60]
    place = int.from_bytes(table[52:56], "little")
    while 76 <= place < len(table):
        out[place:place + 28] = table[place:place + 28]
        place += 28 + int.from_bytes(table[place + 24:place + 28], "little")
    return same_sum(bytes(out[:len(table)]), table)
