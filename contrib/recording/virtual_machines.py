# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual machines of Proxmox VE and libvirt by a closed list: what passthru reads of them, and what says how a device is
passed through. No names, identities, disks, networks or anything that somebody wrote."""
import re

from recording import qemu_arguments
from recording.closed_lists import ADDRESS, exactly, meant
from recording.domain_xml import Domain
from recording.qemu_arguments import HEX, NUMBER, SWITCH, one_of, options


class RomFiles:
    """ROM files by neutral names, each in a directory of its own unless it is Proxmox's."""

    def __init__(self):
        self.names = {}

    def name(self, path):
        """The neutral path of a ROM file: its suffix stays."""
        if path not in self.names:
            number = len(self.names) + 1
            directory = "/usr/share/kvm" if path.startswith("/usr/share/kvm/") else "/var/lib/libvirt/roms%d" % number
            suffix = re.search(r"\.(rom|bin|dump|vbios|fd)$", path)
            self.names[path] = "%s/vbios%d%s" % (directory, number, suffix[0] if suffix else "")
        return self.names[path]


HOSTPCI = {"pcie": SWITCH, "x-vga": SWITCH, "rombar": SWITCH, "legacy-igd": SWITCH, "driver": "vfio|keep",
           "mdev": r"nvidia-[0-9]{1,4}|i915-GVTg_V[0-9]_[0-9]",
           **dict.fromkeys(("device-id", "vendor-id", "sub-device-id", "sub-vendor-id"), HEX)}
HOSTPCI_WORDS = frozenset(word.replace("-", "_") for word in [*HOSTPCI, "host", "mapping", "romfile"])
VALUES = {
    "machine": qemu_arguments.machine,
    "bios": one_of("ovmf|seabios"),
    "vga": options({"type": "none|std|cirrus|vmware|qxl[234]?|virtio(?:-gl)?|serial[0-3]", "memory": NUMBER,
                    "clipboard": "vnc"}, "none|std|cirrus|vmware|qxl[234]?|virtio(?:-gl)?|serial[0-3]"),
    "ostype": one_of("other|wxp|w2k|w2k3|w2k8|wvista|win7|win8|win10|win11|l24|l26|solaris"),
    "memory": options({"current": "[0-9]{1,7}"}, "[0-9]{1,7}"),
    **dict.fromkeys("balloon cores sockets vcpus numa onboot tablet kvm acpi template".split(), one_of("[0-9]{1,7}")),
    "hugepages": one_of("any|2|1024"),
}
DISK = options({"size": "[0-9]{1,6}[KMGT]?", "efitype": "[24]m", "pre-enrolled-keys": SWITCH, "format": "raw|qcow2"})
MAP = options({"id": "[0-9a-f]{4}:[0-9a-f]{4}", "subsystem-id": "[0-9a-f]{4}:[0-9a-f]{4}", "iommugroup": "[0-9]{1,8}",
               "path": "%s(?:;%s){0,7}" % (ADDRESS, ADDRESS)})
# Known keys whose values are of no interest, or somebody's.
KEYS = (r"name|description|tags|parent|snaptime|smbios1|vmgenid|meta|scsihw|boot|bootdisk|agent|hotplug|startup|protection|"
        r"keyboard|lock|hookscript|rng0|spice_enhancements|tpmstate0|vmstate|runningmachine|runningcpu|cpulimit|cpuunits|"
        r"affinity|shares|sshkeys|audio0|(?:net|scsi|sata|ide|virtio|unused|serial|parallel|usb|virtiofs|ipconfig|numa|efidisk)[0-9]{1,3}")


class Cleaner:
    """Cleans the virtual machines of one host, which may share ROM files and mappings."""

    def __init__(self):
        self.roms = RomFiles()
        self.mappings = {}
        self.models = {}

    def config(self, data):
        """A configuration, told apart by its content as passthru does."""
        if data.lstrip(b"\xef\xbb\xbf \t\r\n\v\f").startswith(b"<") or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return Domain(data, self.roms).cleaned()
        return "\n".join(self._setting(line.strip()) for line in data.decode("utf-8-sig", "replace").split("\n")).encode()

    # qm.conf(5), line by line
    def _setting(self, line):
        key, colon, value = line.partition(":")
        value = value.strip()
        if not line or line.startswith("#"):
            return line[:1]
        if line.startswith("["):
            return "[x]"  # a snapshot
        if not colon or not exactly("[A-Za-z0-9_-]{1,64}")(key):
            return "x"
        if exactly("hostpci[0-9]{1,2}")(key):
            return "%s: %s" % (key, ",".join(self._hostpci(part.strip()) for part in value.split(",")))
        if key == "args":
            return "args: " + qemu_arguments.line(value, self.roms)
        if key == "efidisk0":
            _, comma, rest = value.partition(",")
            return "efidisk0: storage:disk" + comma + (DISK(rest) if comma else "")
        if key == "cpu":
            return "cpu: " + qemu_arguments.cpu(re.sub("(^|=)custom-([^,]*)", self._custom_cpu, value))
        if key in VALUES:
            return "%s: %s" % (key, VALUES[key](value))
        return "%s: x" % (key if exactly(KEYS)(key) else "x")

    def _custom_cpu(self, found):
        return "%scustom-%s" % (found[1], self.models.setdefault(found[2], "x%d" % (len(self.models) + 1)))

    def _hostpci(self, option):
        key, equals, value = option.partition("=")
        if not equals or key == "host":
            addresses = (value if equals else key).split(";")
            kept = ";".join(part if not part or exactly(ADDRESS)(part) else "x" for part in addresses)
            return key + equals + kept if equals else kept
        if key == "romfile":
            known = len(value) <= 200  # one that is longer is passed over
            return "romfile=" + self.roms.name("/usr/share/kvm/" + value).rpartition("/")[2] if known else "rombar=1"
        if key == "mapping":
            return "mapping=" + self.mappings.setdefault(value, "mapping%d" % (len(self.mappings) + 1))
        if key in HOSTPCI:
            return "%s=%s" % (key, value if exactly(HOSTPCI[key])(value) else "x")
        return (key if meant(key, HOSTPCI_WORDS) else "x") + "=x"

    def cpu_models(self, text):
        """The cluster's CPU models that virtual machines use: what they are told to be, and whether they hide KVM."""
        kept, is_used = [], False
        for line in text.splitlines():
            key, _, value = line.strip().partition(" ")
            if key == "cpu-model:":
                is_used = value.strip() in self.models
                kept += ["cpu-model: " + self.models[value.strip()]] if is_used else []
            elif is_used and key == "reported-model":
                kept.append("    reported-model " + qemu_arguments.cpu(value.strip()))
            elif is_used and key == "hidden" and exactly(SWITCH)(value.strip()):
                kept.append("    hidden " + value.strip())
        return "".join(line + "\n" for line in kept)

    def mapping_file(self, text):
        """The cluster's mappings: those of them that virtual machines use, with the devices but without the nodes."""
        kept, is_used = [], False
        for line in (line.rstrip("\r") for line in text.split("\n")):
            is_indented = line[:1] in (" ", "\t")
            if not is_indented and line.strip():
                is_used = line.strip() in self.mappings
                kept += [self.mappings[line.strip()]] if is_used else []
            elif is_used and line.split()[:1] == ["map"]:
                kept.append("\tmap " + MAP(",".join(part for part in line.split()[1].split(",") if not part.startswith("node="))))
        return "".join(line + "\n" for line in kept)
