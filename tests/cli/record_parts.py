#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of contrib/record-machine, each with odd input: configuration spaces, ACPI tables, files of a hostile machine."""
import os
import pathlib
import random
import socket
import struct
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "contrib"), str(HERE.parent / "machines")]
import machine  # noqa: E402
from recording import acpi_tables, closed_lists, host_files, pci_space  # noqa: E402
from recording.identity import Identity  # noqa: E402
from recording.source import Source  # noqa: E402
from recording.virtual_machines import Cleaner  # noqa: E402

SECRET = bytes(range(0xA1, 0xA9))
DSN, VSEC, DVSEC, REBAR, SRIOV, UNKNOWN = 0x0003, 0x000B, 0x0023, 0x0015, 0x0010, 0x0FFE
failed = 0


def check(name, condition):
    """One test."""
    global failed
    failed += not condition
    print("%s - %s" % ("ok" if condition else "not ok", name))


def space_with(chain, base=None):
    """A configuration space with extended capabilities: triples of a place, an identity and a body, linked in this order."""
    space = bytearray(base or machine.config_space((0x10DE, 0x1D16), machine.VGA, size=4096))
    for number, (place, identity, body) in enumerate(chain):
        following = chain[number + 1][0] if number + 1 < len(chain) else 0
        struct.pack_into("<I", space, place, identity | 1 << 16 | following << 20)
        space[place + 4:place + 4 + len(body)] = body
    return space


def extended_capabilities():
    """Wherever the serial number lies, it is zeroed, and what scan reads stays."""
    rebar = struct.pack("<II", 0x7F0, 1 | 1 << 5)
    plain = bytes(20)
    chains = {
        "alone": [(0x100, DSN, SECRET)],
        "first": [(0x100, DSN, SECRET), (0x200, REBAR, rebar)],
        "in the middle": [(0x100, REBAR, rebar), (0x140, DSN, SECRET), (0x150, 0x0018, bytes(4))],
        "last": [(0x100, REBAR, rebar), (0x200, 0x000D, bytes(4)), (0x600, DSN, SECRET)],
        "before the capability that comes before it": [(0x100, UNKNOWN, plain), (0x800, REBAR, rebar), (0x120, DSN, SECRET)],
        "in the last bytes": [(0x100, REBAR, rebar), (0xFF4, DSN, SECRET)],
        "right after a capability": [(0x100, REBAR, rebar), (0x10C, DSN, SECRET)],
        "twice": [(0x100, DSN, SECRET), (0x110, DSN, SECRET), (0x200, REBAR, rebar)],
        "behind a maker's own": [(0x100, VSEC, plain), (0x120, DVSEC, plain), (0x140, DSN, SECRET)],
    }
    for name, chain in chains.items():
        space = space_with(chain)
        cleaned = pci_space.clean(bytes(space))
        kept = [place for place, identity, _ in chain if identity == REBAR]
        check("the Device Serial Number %s: zeroed, its header and the resizable BAR stay" % name,
              SECRET in space and SECRET not in cleaned and len(cleaned) == 4096
              and all(cleaned[place:place + 4] == space[place:place + 4] for place, _, _ in chain)
              and all(cleaned[place:place + 12] == space[place:place + 12] for place in kept))
    for name, identity in (("a maker's own capability", VSEC), ("a designated maker's", DVSEC), ("one that nobody knows", UNKNOWN)):
        space = space_with([(0x100, identity, bytes(4) + SECRET)])
        check("%s: its body is zeroed" % name, SECRET in space and SECRET not in pci_space.clean(bytes(space)))
    sriov = bytes(range(1, 0x3D))
    check("SR-IOV stays", sriov in pci_space.clean(bytes(space_with([(0x100, SRIOV, sriov)]))))
    for count in (1, 3):
        space = space_with([(0x100, REBAR, struct.pack("<II", 0x7F0, 1 | count << 5))])
        struct.pack_into("<I8s", space, 0x104 + 8 * count, DSN | 1 << 16, SECRET)
        cleaned = pci_space.clean(bytes(space))
        check("one behind %d resizable BARs that no list names: zeroed" % count,
              SECRET in space and SECRET not in cleaned and cleaned[:0x10C] == space[:0x10C])
    loop = space_with([(0x100, UNKNOWN, plain), (0x140, DSN, SECRET), (0x100, UNKNOWN, plain)])
    check("a list that goes round ends, and the serial number in it is zeroed", SECRET not in pci_space.clean(bytes(loop)))
    for length in (0, 4, 63, 64, 65, 255, 256, 257, 4092, 4095):
        cut = bytes(space_with([(0x100, DSN, SECRET)]))[:length]
        check("a space of %d bytes stays as long" % length, len(pci_space.clean(cut)) == length)


def ordinary_capabilities():
    """Vital product data and what a maker defined are zeroed, power management and PCI Express stay."""
    base = machine.config_space((0x10DE, 0x1D16), machine.VGA, size=256, flr=True)
    for name, identity, after in (("vital product data", 0x03, 0x00), ("a maker's capability", 0x09, 0x00), ("one that nobody knows", 0x7E, 0x00)):
        for place in (0xC0, 0x50, 0xF4):  # free, inside of PCI Express, at the end
            space = bytearray(base)
            space[0x49] = place
            space[place:place + 12] = bytes((identity, after, 0, 0)) + SECRET
            cleaned = pci_space.clean(bytes(space))
            check("%s at 0x%02x: zeroed; power management and PCI Express stay" % (name, place),
                  SECRET in space and SECRET not in cleaned and cleaned[0x40:0x50] == space[0x40:0x50])
    check("the header stays as it is", pci_space.clean(bytes(base))[:64] == base[:64])
    first = bytearray(machine.config_space((0x10DE, 0x1D16), machine.VGA, size=256))
    first[0x06] |= 0x10
    first[0x34], first[0x40:0x44], first[0x64:0x6C] = 0x40, bytes((0x10, 0, 1, 0)), SECRET
    check("what lies behind PCI Express of version 1 is zeroed", SECRET not in pci_space.clean(bytes(first)))
    gap = bytearray(base)
    gap[0xE0:0xE8] = SECRET
    check("what lies between capabilities is zeroed", SECRET not in pci_space.clean(bytes(gap)))
    unlisted = bytearray(base)
    unlisted[0x06] &= ~0x10
    unlisted[0x80:0x88] = SECRET
    check("without a list of capabilities only the header stays", not any(pci_space.clean(bytes(unlisted))[64:]))


def random_spaces():
    """Random bytes, and random lists with a serial number somewhere."""
    chance = random.Random(1)
    same = all(len(pci_space.clean(data)) == len(data) for data in (chance.randbytes(4096) for _ in range(200)))
    check("200 random spaces: each stays as long", same)
    leaks = 0
    for _ in range(300):
        places = chance.sample(range(0x110, 0xFE0, 0x40), 8)
        chain = [(0x100, UNKNOWN, b"")] + [(place, chance.choice(list(pci_space.EXTENDED) + [VSEC, DVSEC, UNKNOWN]), b"") for place in places]
        at = chance.randrange(1, len(chain))
        chain[at] = (chain[at][0], DSN, SECRET)
        leaks += SECRET in pci_space.clean(bytes(space_with(chain)))
    check("300 random lists with a serial number in each: none is left", leaks == 0)


def tables(empty):
    """Tables stay tables."""
    names = Identity(Source(empty))
    good = machine.table(b"SSDT", b"\x08AAAA\x0d_AUXMAC_#98FA9B0A1B2C#\x00")
    cleaned = acpi_tables.clean(good + b"behind", b"SSDT", names)
    check("a table without identifiers has its length and a right checksum",
          len(cleaned) == len(good) and sum(cleaned) & 0xFF == 0 and b"98FA" not in cleaned and cleaned != good)
    wrong = bytearray(good)
    wrong[9] ^= 0x55
    check("a wrong checksum stays wrong", sum(acpi_tables.clean(bytes(wrong), b"SSDT", names)) & 0xFF == sum(wrong) & 0xFF != 0)
    code = machine.table(b"DSDT", bytes(range(256)) * 8 + b"FACEDEADBEEF0123" + b"\x5b\x82\x0aGFX0")
    check("what is not in a string is code, and stays", acpi_tables.clean(code, b"DSDT", names) == code)
    for name, data in (("nothing", b""), ("too short", b"SSDT" + bytes(20)), ("of another kind", good.replace(b"SSDT", b"MSDM"))):
        check("a table that is %s is left empty" % name, acpi_tables.clean(data, b"SSDT", names) == b"")
    numbers = "3c7c3fa10001"
    place = pathlib.Path(empty) / "numbers/sys/class/net/eth0"
    place.mkdir(parents=True)
    (place / "address").write_text(":".join(numbers[at:at + 2] for at in range(0, 12, 2)))
    owned = Identity(Source(str(place.parents[3])))
    package = bytes((0x12, 0x0D, 6, 0x0A, 0x3C, 0x0A, 0x7C, 0x0A, 0x3F, 0x0A, 0xA1, 0x00, 0x01))
    cleaned = acpi_tables.clean(machine.table(b"SSDT", b"\x08AAAA" + package), b"SSDT", owned)
    check("the machine's own address as numbers of a package: others, as long",
          cleaned[41:] == bytes((0x12, 0x0D, 6, 0x0A, 2, 0x0A, 2, 0x0A, 2, 0x0A, 2, 0x00, 0x01)))
    before = time.monotonic()
    for piece in (b"a", b"a@", b"::", b"aa:", b"serial "):
        acpi_tables.clean(machine.table(b"SSDT", b"\x0d" + piece * (250000 // len(piece)) + b"\x00"), b"SSDT", names)
    host_files.iomem(" 00000000-00000001 : efifb\n" * 30000)
    check("long strings and many lines take no time to speak of", time.monotonic() - before < 60)
    chance = random.Random(2)
    odd = [machine.vfct([(1, 0, 0, 0x1002, 1, b"IMAGE" * 9)])[:length] for length in range(0, 160)]
    odd += [b"VFCT" + struct.pack("<I", 200) + chance.randbytes(192) for _ in range(200)]
    check("damaged tables of images: no image, and no crash", not any(b"IMAGE" in acpi_tables.vfct(data) for data in odd))


def texts():
    """Lines keep their numbers, and random text does no harm."""
    chance = random.Random(3)
    words = ["intel_iommu=on", "\\", "\n", "\"", "'", "GRUB_CMDLINE_LINUX=", " ", "options", "vfio-pci", "ids=10de:1d16", "(", ")", "#", "MODULES=", "x=\"a b\"", '"a" "ro"']
    same = True
    for _ in range(300):
        text = "".join(chance.choice(words) for _ in range(40))
        for clean in (host_files.modprobe, host_files.modules, host_files.loader_entry, host_files.dracut, host_files.kernel_cmdline,
                      host_files.refind):
            same &= clean(text).count("\n") == text.count("\n")
        host_files.grub(text)
        host_files.mkinitcpio(text)
    check("300 random texts: their lines keep their numbers", same)
    for word, kept in (("intel_iomu=on", "intel_iomu=on"), ("vfio-pci.id=10de:1d16", "vfio-pci.id=10de:1d16"), ("vfio-pci.ids=10de:1d1,3c7c:3f12:3456", "vfio-pci.ids=10de:1d1,x"),
                       ("igfx_off", "igfx_off"),
                       ("intel_iommu=on,igfx-off,secret", "intel_iommu=on,igfx-off,x"), ("secret", "x"), ("secret=1", "x=x"), ("root=secret", "root=x"), ("ostree=/ostree/secret", "ostree=x")):
        check("the kernel parameter %s" % word, closed_lists.parameter(word) == kept)


    check("an address is no version", host_files.osrelease("6.1.2-192.168.1.77") == "6.1.2\n"
          and host_files.osrelease("4.18.0-553.16.1.el8_10.x86_64") == "4.18.0-553.16.1.el8_10.x86_64\n")
    names = host_files.neutral_names(["10-nvidia-470.conf", "vfio.conf", "10.0.0.5.conf", "1234-5678.conf"])
    check("names of files with an address or many digits are replaced",
          [name for name, neutral in names.items() if name == neutral] == ["10-nvidia-470.conf", "vfio.conf"])


def encodings():
    """Domains in encodings that passthru does not read are broken in the record, too."""
    for encoding, reads in (("UTF-8", True), ("iso-8859-1", True), ("us-ascii", True), ("cp1252", False), ("shift_jis", False),
                            ("idna", False), ("base64", False), ("nowhere", False)):
        text = "<?xml version='1.0' encoding='%s'?>\n<domain type='kvm'><name>secret</name></domain>" % encoding
        cleaned = Cleaner().config(text.encode())
        check("a domain that says it is in %s" % encoding, cleaned == (b"\n<domain type='kvm'></domain>\n" if reads else b"</x>\n"))


def hostile(work):
    """Links that lead out, FIFOs, sockets."""
    top, outside = work / "machine", work / "outside"
    outside.mkdir(parents=True)
    (outside / "secret").write_text("secret")
    (top / "etc").mkdir(parents=True)
    (top / "etc/inside").write_text("inside")
    (top / "etc/relative").symlink_to("inside")
    (top / "etc/out").symlink_to(outside / "secret")
    (top / "etc/up").symlink_to("../../outside/secret")
    (top / "etc/directory").symlink_to(outside)
    (top / "etc/round").symlink_to("round")
    os.mkfifo(top / "etc/fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(top / "etc/socket"))
    source = Source(str(top))
    check("a link inside of the machine is followed", source.read("/etc/relative", 99) == b"inside")
    for name in ("out", "up", "directory/secret", "round", "fifo", "socket", "directory", "../../outside/secret"):
        check("/etc/%s is not read" % name, source.read("/etc/" + name, 99) is None)
    check("a directory outside is not listed", source.names("/etc/directory") == [])
    check("nothing has a name with a NUL", not source.exists("/etc/in\0side") and source.read("/etc/in\0side", 99) is None)
    check("what is left out is named", len(source.missed) >= 5)
    check("no more than is asked for is read", source.read("/etc/inside", 3) == b"ins")


with tempfile.TemporaryDirectory() as directory:
    extended_capabilities()
    ordinary_capabilities()
    random_spaces()
    tables(directory)
    texts()
    encodings()
    hostile(pathlib.Path(directory) / "hostile")
sys.exit(failed > 0)
