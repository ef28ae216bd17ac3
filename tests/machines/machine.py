# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds recorded machines for tests: a folder with the parts of /sys, /proc and /etc that passthru reads, as
contrib/record-machine leaves it. Configuration spaces are written bit by bit (PCI Local Bus 3.0, PCI Express Base 5.0),
ACPI tables are compiled by iasl."""
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

VGA, DISPLAY_3D, DISPLAY_OTHER = 0x030000, 0x030200, 0x038000
AUDIO, USB, SERIAL_UCSI, BRIDGE, HOST_BRIDGE, ACCELERATOR = 0x040300, 0x0C0330, 0x0C8000, 0x060400, 0x060000, 0x120000
ETHERNET, NVME, ISA = 0x020000, 0x010802, 0x060100

# Port types of the PCI Express capability.
ENDPOINT, ROOT_PORT, UPSTREAM, DOWNSTREAM, INTEGRATED = 0, 4, 5, 6, 9


def memory(size, prefetchable=False, wide=False, resizable=0):
    """A memory BAR: bytes; `resizable` has bit n set for each size 1 MiB << n that it can have."""
    return {"size": size, "io": False, "prefetchable": prefetchable, "wide": wide, "resizable": resizable}


def ports(size):
    """A BAR of I/O ports."""
    return {"size": size, "io": True, "prefetchable": False, "wide": False, "resizable": 0}


MIB, GIB = 1 << 20, 1 << 30
# What an ordinary GPU has: registers, memory, ports.
GPU_BARS = {0: memory(16 * MIB), 1: memory(256 * MIB, True, True), 3: memory(32 * MIB, True, True), 5: ports(128)}


def config_space(ids, klass, *, revision=0, subsystem=None, bars=None, rom=0, multifunction=False, buses=None, flr=False,
                 soft_reset=True, port=ENDPOINT, express=True, power=True, sriov=0, size=4096):
    """The bytes of a configuration space. `buses` (primary, secondary, subordinate) makes it a bridge; `soft_reset`:
    the function keeps its state when it leaves D3hot (No_Soft_Reset is set)."""
    vendor, device = ids
    space = bytearray(4096)
    struct.pack_into("<HHHHBBBB", space, 0, vendor, device, 0x0007, 0x0010 if express or power else 0, revision,
                     klass & 0xFF, klass >> 8 & 0xFF, klass >> 16)
    space[0x0E] = (1 if buses else 0) | (0x80 if multifunction else 0)
    address = 0xA0000000
    for index, bar in (bars or {}).items():
        flags = 1 if bar["io"] else (0xC if bar["wide"] and bar["prefetchable"] else 4 if bar["wide"] else 8 if
                                     bar["prefetchable"] else 0)
        low = 0x3000 if bar["io"] else address
        struct.pack_into("<I", space, 0x10 + 4 * index, low | flags)
        address += max(bar["size"], MIB) if not bar["io"] and bar["size"] < 512 * MIB else 0
    if buses:
        space[0x18:0x1B] = bytes(buses)
    elif subsystem:
        struct.pack_into("<HH", space, 0x2C, *subsystem)
    if rom and not buses:
        struct.pack_into("<I", space, 0x30, 0xC0000000)
    capabilities = []
    if power:
        capabilities.append((0x01, struct.pack("<HHBB", 0xC803, 0x0008 if soft_reset else 0, 0, 0)))
    if express:
        capabilities.append((0x10, struct.pack("<HII", 2 | port << 4, 1 << 28 if flr else 0, 0) + bytes(46)))
    place = 0x40
    if capabilities:
        space[0x34] = place
    for number, (identity, body) in enumerate(capabilities):
        following = place + (2 + len(body) + 3 & ~3)
        space[place] = identity
        space[place + 1] = following if number + 1 < len(capabilities) else 0
        space[place + 2:place + 2 + len(body)] = body
        place = following
    if express and size > 256:
        extended(space, bars or {}, sriov)
    return bytes(space[:size])


def extended(space, bars, sriov):
    """The extended capabilities, from 0x100."""
    bodies = []
    resizable = [(index, bar) for index, bar in bars.items() if bar["resizable"]]
    if resizable:
        body = b""
        for index, bar in resizable:
            current = (bar["size"] // MIB).bit_length() - 1
            body += struct.pack("<II", bar["resizable"] << 4 & 0xFFFFFFFF,
                                index | (len(resizable) << 5 if not body else 0) | current << 8)
        bodies.append((0x15, body))
    if sriov:
        bodies.append((0x10, struct.pack("<IHHHHHHHHHH", 0, 0, 0, sriov, sriov, 0, 0, 4, 1, 0, 0) + bytes(36)))
    place = 0x100
    for number, (identity, body) in enumerate(bodies):
        following = place + 4 + len(body)
        struct.pack_into("<I", space, place, identity | 1 << 16 | (following << 20 if number + 1 < len(bodies) else 0))
        space[place + 4:place + 4 + len(body)] = body
        place = following


class Machine:
    """One recorded machine below `folder`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.places = {}
        self.cards = 0
        self.put("/sys/bus/pci/drivers/.keep", "")

    def path(self, path):
        """Where a path of the machine lies."""
        return self.folder / path.lstrip("/")

    def put(self, path, content):
        """Writes a file; text gets a newline at its end."""
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = (content if content.endswith("\n") or not content else content + "\n").encode()
        target.write_bytes(content)

    def link(self, path, target):
        """A relative link from one path of the machine to another."""
        place = self.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(os.path.relpath(self.path(target), place.parent))

    def host(self, *, chassis=3, vendor="ASUS", product="System", cpu="Intel(R) Core(TM) i5-12400", flags="vmx",
             cmdline="BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet", kernel="6.8.12-4-pve", iommu="intel", remapping=True,
             release="12"):
        """The host as such. `iommu`: intel, amd, or "" for none in the firmware tables; "intel off" has the tables only."""
        dmi = {"chassis_type": str(chassis), "sys_vendor": vendor, "product_name": product, "board_name": product,
               "bios_version": "1.0"}
        for name, value in dmi.items():
            self.put("/sys/class/dmi/id/" + name, value)
        maker = "AuthenticAMD" if "AMD" in cpu else "GenuineIntel"
        self.put("/proc/cpuinfo", "processor\t: 0\nvendor_id\t: %s\nmodel name\t: %s\nflags\t\t: fpu %s" % (maker, cpu, flags))
        self.put("/proc/cmdline", cmdline)
        self.put("/proc/sys/kernel/osrelease", kernel)
        self.put("/etc/os-release", 'PRETTY_NAME="Debian GNU/Linux %s"\nID=debian\nVERSION_ID="%s"' % (release, release))
        self.put("/sys/firmware/acpi/tables/DSDT", table(b"DSDT", b""))
        kind, _, off = iommu.partition(" ")
        self.path("/sys/class/iommu").mkdir(parents=True, exist_ok=True)
        self.path("/sys/kernel/iommu_groups").mkdir(parents=True, exist_ok=True)
        if kind:
            self.put("/sys/firmware/acpi/tables/" + ("DMAR" if kind == "intel" else "IVRS"),
                     dmar(remapping) if kind == "intel" else table(b"IVRS", bytes(12)))
        if kind and not off:
            self.put("/sys/class/iommu/" + ("dmar0/intel-iommu/cap" if kind == "intel" else "ivhd0/amd-iommu/cap"), "1")

    def pci(self, address, ids, klass, *, parent=None, driver="", group=None, acpi="", boot_vga=None, resets=None,
            d3cold=None, removable=None, rom_image=None, connectors=None, physfn=None, vfs=None, config=4096, bars=None,
            rom=0, subsystem=None, revision=0, sriov=0, **space):
        """One device. `parent`: the address of the bridge above it; `connectors`: names to statuses, makes a DRM card;
        `resets`: what reset_method lists; `config`: how many bytes of configuration space can be read."""
        root_bus = "/sys/devices/pci%s" % address[:7]
        place = "%s/%s" % (self.places[parent] if parent else root_bus, address)
        self.places[address] = place
        self.put(place + "/config", config_space(ids, klass, revision=revision, subsystem=subsystem, bars=bars, rom=rom,
                                                 sriov=sriov, size=config, **space))
        self.link("/sys/bus/pci/devices/" + address, place)
        files = {"vendor": "0x%04x" % ids[0], "device": "0x%04x" % ids[1], "class": "0x%06x" % klass, "irq": "16",
                 "revision": "0x%02x" % revision, "resource": self.resource(bars or {}, rom), "enable": "1"}
        if subsystem:
            files.update(subsystem_vendor="0x%04x" % subsystem[0], subsystem_device="0x%04x" % subsystem[1])
        optional = {"boot_vga": boot_vga, "reset_method": resets, "d3cold_allowed": d3cold, "removable": removable}
        files.update({name: str(value) for name, value in optional.items() if value is not None})
        if sriov:
            files.update(sriov_totalvfs=str(sriov), sriov_numvfs=str(vfs or 0))
        for name, text in files.items():
            self.put("%s/%s" % (place, name), text)
        if rom_image is not None:
            self.put(place + "/rom", rom_image)
        if driver:
            self.put("/sys/bus/pci/drivers/%s/bind" % driver, "")
            self.link(place + "/driver", "/sys/bus/pci/drivers/" + driver)
        if group is not None:
            self.put("/sys/kernel/iommu_groups/%d/type" % group, "DMA")
            self.link(place + "/iommu_group", "/sys/kernel/iommu_groups/%d" % group)
            self.link("/sys/kernel/iommu_groups/%d/devices/%s" % (group, address), place)
        if acpi:
            self.put(place + "/firmware_node/path", acpi)
        if physfn:
            self.link(place + "/physfn", self.places[physfn])
        if connectors is not None:
            self.drm(place, connectors)
        return address

    @staticmethod
    def resource(bars, rom):
        """The lines that the kernel prints for six BARs, the ROM, and the windows of a bridge."""
        lines, address, skip = [], 0xA0000000, False
        for index in range(7):
            bar = bars.get(index) if index < 6 else (memory(rom) if rom else None)
            if skip or not bar:
                lines.append("0x%016x 0x%016x 0x%016x" % (0, 0, 0))
                skip = False
                continue
            flags = 0x40101 if bar["io"] else 0x40200 | (0x2000 if bar["prefetchable"] else 0) | (0x100000 if bar["wide"] else 0)
            start = 0x3000 if bar["io"] else address
            lines.append("0x%016x 0x%016x 0x%016x" % (start, start + bar["size"] - 1, flags if index < 6 else 0x46200))
            address += bar["size"] if not bar["io"] else 0
            skip = bar["wide"]
        return "\n".join(lines + ["0x%016x 0x%016x 0x%016x" % (0, 0, 0)] * 6)

    def drm(self, place, connectors):
        """A DRM card with its connectors."""
        card = "card%d" % self.cards
        self.cards += 1
        self.put("%s/drm/%s/dev" % (place, card), "226:0")
        self.link("%s/drm/%s/device" % (place, card), place)
        self.link("/sys/class/drm/" + card, "%s/drm/%s" % (place, card))
        for name, status in connectors.items():
            self.put("%s/drm/%s/%s-%s/status" % (place, card, card, name), status)
            self.link("/sys/class/drm/%s-%s" % (card, name), "%s/drm/%s/%s-%s" % (place, card, card, name))

    def asl(self, name, text):
        """An ACPI table compiled from ASL; `name` is DSDT, SSDT1 and so on. iasl is an independent judge of the bytes."""
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "table.asl"
            source.write_text('DefinitionBlock ("", "%s", 2, "PASSTH", "TEST", 1)\n{\n%s\n}\n' % (name[:4], text))
            subprocess.run(["iasl", "-p", str(source.with_suffix("")), str(source)], check=True, capture_output=True)
            self.put("/sys/firmware/acpi/tables/" + name, source.with_suffix(".aml").read_bytes())


def table(signature, body):
    """An ACPI table with its header and checksum (ACPI 6.5, 5.2.6)."""
    header = bytearray(struct.pack("<4sIBB6s8sI4sI", signature, 36 + len(body), 1, 0, b"PASSTH", b"TESTTEST", 1, b"TEST", 1))
    header[9] = -(sum(header) + sum(body)) & 0xFF
    return bytes(header) + body


def dmar(remapping):
    """A DMAR table; its flags say whether interrupts can be remapped (Intel VT-d 8.1)."""
    return table(b"DMAR", struct.pack("<BB10x", 38, 1 if remapping else 0))


def vfct(images):
    """A VFCT table (as amdgpu reads it): images are (bus, device, function, vendor, device id, bytes)."""
    body = bytes(16) + struct.pack("<IIIIII", 36 + 40, 0, 0, 0, 0, 0)
    for bus, slot, function, vendor, device, image in images:
        body += struct.pack("<IIIHHHHII", bus, slot, function, vendor, device, 0, 0, 0, len(image)) + image
    return table(b"VFCT", body)


def have_iasl():
    """Whether ACPI tables can be compiled here."""
    return shutil.which("iasl") is not None
