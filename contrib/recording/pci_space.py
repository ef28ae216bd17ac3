# SPDX-License-Identifier: GPL-2.0-or-later
"""PCI configuration spaces by a closed list: the header, and of each capability what says how a device is passed through
and what it can do. All else is zeroed: serial numbers (Device Serial Number is a MAC address at most network cards), vital
product data, what a maker defined, and what lies between capabilities."""

HEADER = 64
# Bytes to keep from the start of a capability (PCI Local Bus 3.0, 6.7; PCI Express Base 5.0, 7.5 to 7.9).
CAPABILITIES = {0x01: 8, 0x05: 4, 0x0D: 8, 0x10: 60, 0x11: 12, 0x13: 6}
EXTENDED = {
    0x0001: 0x1C,  # Advanced Error Reporting, without its log
    0x0002: 0x10,  # Virtual Channel
    0x000D: 8,     # Access Control Services
    0x000E: 8,     # Alternative Routing-ID
    0x000F: 8,     # Address Translation Services
    0x0010: 0x40,  # Single Root I/O Virtualization
    0x0013: 0x10,  # Page Request
    0x0015: 52,    # Resizable BAR
    0x0018: 8,     # Latency Tolerance Reporting
    0x0019: 12,    # Secondary PCI Express
    0x001B: 8,     # Process Address Space ID
    0x001E: 0x10,  # L1 PM Substates
    0x001F: 12,    # Precision Time Measurement
    0x0024: 52,    # Resizable BAR of virtual functions
}


def word(space, at):
    """A little-endian 16-bit register."""
    return int.from_bytes(space[at:at + 2], "little")


def ordinary(space):
    """The capabilities in the first 256 bytes: pairs of a place and an identity. Each place is visited once."""
    found, place, end = {}, space[0x34] & ~3 if word(space, 6) & 0x10 else 0, min(len(space), 256)
    while place and place + 2 <= end and place not in found and space[place] != 0xFF:
        found[place] = space[place]
        place = space[place + 1] & ~3
    return found


def extended(space):
    """The capabilities from 0x100 on."""
    found, place = {}, 0x100
    while 0x100 <= place <= len(space) - 4 and place not in found:
        header = int.from_bytes(space[place:place + 4], "little")
        if header in (0, 0xFFFFFFFF):
            break
        found[place] = header & 0xFFFF
        place = header >> 20 & ~3
    return found


def length(space, place, identity, lengths, header):
    """How many bytes of a capability stay, no more than it has where it tells that."""
    if lengths is EXTENDED and identity in (0x0015, 0x0024):
        return min(lengths[identity], 4 + 8 * max(1, space[min(place + 8, len(space) - 1)] >> 5))
    if lengths is CAPABILITIES and identity == 0x10 and word(space, place + 2) & 15 < 2:
        return 0x24  # the first version of PCI Express
    return lengths.get(identity, header)


def clean(space):
    """A configuration space without what is not on the list; as long as before."""
    kept = bytearray(len(space))
    kept[:HEADER] = space[:HEADER]
    if len(space) <= HEADER:
        return bytes(kept)
    for found, lengths, header, limit in ((ordinary(space), CAPABILITIES, 2, 256), (extended(space), EXTENDED, 4, 4096)):
        # Where lists are damaged, capabilities overlap: each ends where the next one begins.
        places = sorted(found) + [min(limit, len(space))]
        for place, following in zip(places, places[1:]):
            end = min(place + length(space, place, found[place], lengths, header), max(following, place + header), len(space))
            kept[place:end] = space[place:end]
    return bytes(kept)


def buses_below(space):
    """The numbers of the buses below a bridge; none for any other device."""
    if len(space) < HEADER or space[0x0E] & 0x7F != 1:
        return range(0)
    return range(space[0x19], space[0x1A] + 1)
