# SPDX-License-Identifier: GPL-2.0-or-later
"""Arguments of QEMU, and properties as it takes them, by a closed list."""
import json
import re
import shlex

from recording.closed_lists import ADDRESS, exactly

SWITCH = "[01]|on|off|yes|no|true|false|auto"
NUMBER = "[0-9]{1,6}"
HEX = "0[xX][0-9a-fA-F]{1,8}|[0-9]{1,6}"
SIZE = "[0-9]{1,6}[kKMGT]?"
NOTHING = "(?!)"
MACHINE = (r"pc|q35|pc-(?:q35|i440fx)-(?:rhel)?[0-9]{1,2}\.[0-9]{1,2}(?:\.[0-9]{1,2})?(?:\+pve[0-9]{1,2})?|"
           r"pc-(?:q35|i440fx)-(?:xenial|bionic|focal|jammy|noble)(?:-hpb)?")
CPU = (r"host|max|base|custom(?:-x[0-9]{0,4})?|kvm(?:32|64)|qemu(?:32|64)|x86-64-v[1-4](?:-AES|-v[0-9])?|(?:486|athlon|phenom|core2duo|"
       r"coreduo|n270|pentium[23]?|Conroe|Penryn|Nehalem|Westmere|SandyBridge|IvyBridge|Haswell|Broadwell|Skylake|"
       r"Cascadelake|Cooperlake|Icelake|KnightsMill|SapphireRapids|GraniteRapids|SierraForest|EPYC|Opteron_G[1-5]|Dhyana)"
       r"(?:-(?:Client|Server|Rome|Milan|Genoa|Turin|IBRS|IBPB|SSBD|noTSX|Lite|v[0-9]))*")
FLAG = ("hypervisor|kvm|invtsc|topoext|aes|pcid|svm|vmx|ibpb|ssbd|virt-ssbd|amd-ssbd|amd-no-ssb|spec-ctrl|md-clear|pdpe1gb|"
        "hv-tlbflush|hv-evmcs|nested-virt|x2apic|la57|avx|avx2|avx512f|migratable|host-phys-bits|l3-cache|"
        "hv[-_](?:relaxed|spinlocks|vapic|time|vpindex|synic|stimer|reset|runtime|frequencies|passthrough|ipi)")
DEVICE = "hostpci[0-9]{1,2}(?:\\.[0-7])?|hostdev[0-9]{1,2}|vfio[0-9]{1,2}"
BUS = r"pcie?\.[0-9]{1,2}|ich9-pcie-port-[0-9]{1,2}|pci-bridge[0-9]?|root(?:_port)?\.?[0-9]{0,2}"
VFIO = dict.fromkeys("x-vga multifunction rombar display ramfb enable-migration x-igd-opregion x-igd-lpc x-igd-legacy-mode "
                     "x-req x-intx-mmap-timeout-ms x-no-mmap x-no-kvm-intx x-no-kvm-msi x-no-kvm-msix x-no-vfio-ioeventfd "
                     "x-no-geforce-quirks x-msix-relocation x-balloon-allowed x-pci-vendor-id x-pci-device-id "
                     "x-pci-sub-vendor-id x-pci-sub-device-id x-pci-class-code x-igd-gms x-nv-gpudirect-clique bootindex".split(),
                     "%s|%s" % (SWITCH, HEX))
PLACES = {"bus": BUS, "addr": r"(?:0x)?[0-9a-fA-F]{1,2}(?:\.(?:0x)?[0-7])?", "id": DEVICE}
DEVICES = {
    "vfio-pci": {**VFIO, **PLACES, "host": ADDRESS},
    "vfio-pci-nohotplug": {**VFIO, **PLACES, "host": ADDRESS},
    "intel-iommu": dict.fromkeys("intremap caching-mode device-iotlb eim aw-bits pt".split(), SWITCH + "|" + NUMBER),
    "virtio-iommu-pci": PLACES,
    **dict.fromkeys(("pcie-root-port", "ioh3420"), {
        **PLACES, **dict.fromkeys("x-speed x-width chassis slot port hotplug multifunction".split(), SWITCH + "|" + HEX)}),
    "ivshmem-plain": PLACES,
}


def options(patterns, first=NOTHING):
    """What cleans options with commas between them: those whose name has a pattern that its value is of; one without a
    name is of the pattern `first`."""
    def clean(value):
        kept = []
        for option in value.split(","):
            key, equals, own = option.strip().partition("=")
            if not equals:
                kept.append(key if exactly(first)(key) else "x")
            elif key in patterns:
                kept.append("%s=%s" % (key, own if exactly(patterns[key])(own) else "x"))
            else:
                kept.append("x=x")
        return ",".join(kept)
    return clean


def one_of(pattern):
    """What cleans a value that is of one pattern."""
    return lambda value: value if exactly(pattern)(value) else "x"


def machine(value):
    """A machine type; of one that is not known whether it is a q35 or an i440fx."""
    if not value:
        return ""
    kept = options({"type": MACHINE, "viommu": "intel|virtio", "accel": "kvm|tcg", "kernel_irqchip": "on|off|split",
                    "kernel-irqchip": "on|off|split", "smm": SWITCH, "vmport": SWITCH, "usb": SWITCH}, MACHINE)(value)
    for kind in ("q35", "i440fx"):
        if kind in value and kind not in kept:
            return kind
    return kept


cpu = options({"cputype": CPU, "hidden": SWITCH, "kvm": SWITCH, "hv-vendor-id": NOTHING, "hv_vendor_id": NOTHING,
               "phys-bits": "host|[0-9]{1,2}", "guest-phys-bits": "[0-9]{1,2}", "reported-model": CPU,
               "host-phys-bits-limit": HEX, "hv_spinlocks": HEX, "hv-spinlocks": HEX,
               "flags": "[+-](?:%s)(?:;[+-](?:%s))*" % (FLAG, FLAG),
               **dict.fromkeys(FLAG.partition("|hv[")[0].split("|"), SWITCH)},
              "%s|[+-]?(?:%s)" % (CPU, FLAG))

ARGUMENTS = {
    "cpu": cpu,
    "machine": machine,
    "M": machine,
    "global": one_of(r"intel-iommu\.aw-bits=(?:39|48|57)|"
                     r"(?:ICH9-LPC|PIIX4_PM)\.(?:disable_s[34]|noreboot|acpi-pci-hotplug-with-bridge-support)=(?:%s)|"
                     r"(?:q35-pcihost|i440FX-pcihost)\.pci-hole64-size=%s|mch\.extended-tseg-mbytes=%s|"
                     r"kvm-pit\.lost_tick_policy=(?:delay|discard)|pcie-root-port\.x-(?:speed|width)=%s"
                     % (SWITCH, SIZE, NUMBER, NUMBER)),
    "set": one_of(r"device\.(?:%s)\.(?:%s)=(?:%s|%s)" % (DEVICE, "|".join(VFIO), SWITCH, HEX)),
    "fw_cfg": options({"name": "opt/ovmf/X-PciMmio64Mb|etc/igd-opregion|etc/igd-bdsm-size", "string": NUMBER}),
    "acpitable": options({"file": NOTHING, "data": NOTHING}),
    "smbios": options({"type": "[0-9]{1,3}"}),
    "vga": one_of("none|std|cirrus|qxl|virtio|vmware"),
    "display": one_of("none|gtk|sdl"),
    "m": one_of(SIZE),
    "smp": options(dict.fromkeys("cores threads sockets dies maxcpus cpus".split(), NUMBER), NUMBER),
    "rtc": options({"base": "utc|localtime", "driftfix": "slew|none"}),
    "overcommit": options({"mem-lock": SWITCH, "cpu-pm": SWITCH}),
}
ALONE = frozenset("enable-kvm no-hpet no-acpi nodefaults nographic no-reboot".split())


def from_json(value):
    """A device that is given as a JSON object, with commas; "" when it is none."""
    try:
        given = json.loads(value)
        return ",".join([given.pop("driver")] + ["%s=%s" % (key, {True: "on", False: "off"}.get(own, own)) for key, own in given.items()])
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return ""


class Arguments:
    """Cleans a row of arguments, one after the other."""

    def __init__(self, roms, rom_directory=""):
        self.roms, self.rom_directory, self.option = roms, rom_directory, None

    def take(self, argument):
        """One argument; what belongs to none that is known is x."""
        option, self.option = self.option, None
        if option:
            return self._device(argument) if option == "device" else ARGUMENTS[option](argument)
        name = re.sub("^--?", "", argument) if argument.startswith("-") else ""
        if name in ARGUMENTS or name == "device":
            self.option = name
            return "-" + name
        return argument if name in ALONE else "x"

    def _device(self, value):
        if value.startswith("{"):
            value = from_json(value)
        driver, _, rest = value.partition(",")
        driver = driver[7:] if driver.startswith("driver=") else driver
        if driver not in DEVICES:
            return "x"
        kept = [driver]
        for option in rest.split(",") if rest else []:
            key, _, own = option.partition("=")
            if key == "romfile":
                kept.append("romfile=" + (self.roms.name(own) if own else ""))
            else:
                kept.append(options(DEVICES[driver])(option))
        return ",".join(kept)


# What passthru looks for in the line as it stands.
MARKERS = ("kvm=off", "hv_vendor_id", "hv-vendor-id", "vfio-pci", "-cpu host")


def line(text, roms):
    """Arguments in one line, as `args:` of Proxmox has them: with each marker that it has, and no other."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    arguments = Arguments(roms)
    kept = " ".join(arguments.take(word) for word in words)
    if "-cpu host" not in text:
        kept = kept.replace("-cpu host", "-cpu  host")
    return " ".join([kept] + [marker for marker in MARKERS if marker in text and marker not in kept]).strip()
