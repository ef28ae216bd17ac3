# SPDX-License-Identifier: GPL-2.0-or-later
"""A domain of libvirt (https://libvirt.org/formatdomain.html) by a closed list of elements and attributes. Each element
stays in its line, as findings name it; broken XML stays broken there."""
from xml.parsers import expat

from recording.qemu_arguments import HEX, Arguments, machine, one_of

MAX_DEPTH, MAX_PATH = 64, 512
# What expat reads by itself, as passthru does; Python would add others, and fail at some.
ENCODINGS = ("utf-8", "utf-16", "utf-16be", "utf-16le", "iso-8859-1", "us-ascii")
YES = one_of("yes|no")
STATE = {"state": one_of("on|off")}
QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"
ELEMENTS = {
    "/domain": {"type": one_of("kvm|qemu|hvf|xen|lxc"), "xmlns:qemu": one_of(QEMU)},
    "/domain/os": {"firmware": one_of("efi|bios")},
    "/domain/os/type": {"arch": one_of("x86_64|i686|aarch64"), "machine": machine},
    "/domain/os/loader": {"readonly": YES, "secure": YES, "stateless": YES, "type": one_of("pflash|rom")},
    "/domain/cpu": {"mode": one_of("custom|host-model|host-passthrough|maximum"), "check": one_of("none|partial|full"),
                    "match": one_of("minimum|exact|strict"), "migratable": one_of("on|off")},
    "/domain/cpu/feature": {"policy": one_of("force|require|optional|disable|forbid"), "name": one_of("hypervisor")},
    "/domain/cpu/maxphysaddr": {"mode": one_of("passthrough|emulate"), "limit": one_of("[0-9]{1,2}"), "bits": one_of("[0-9]{1,2}")},
    "/domain/os/firmware/feature": {"enabled": YES, "name": one_of("enrolled-keys|secure-boot")},
    "/domain/devices/iommu/driver": {"aw_bits": one_of("[0-9]{1,2}")},
    "/domain/features/acpi": {},
    "/domain/features/kvm/hidden": STATE,
    "/domain/features/hyperv/vendor_id": STATE,
    "/domain/features/ioapic": {"driver": one_of("kvm|qemu")},
    "/domain/features/smm": STATE,
    "/domain/devices/memballoon": {"model": one_of("none|virtio(?:-(?:non-)?transitional)?|xen")},
    "/domain/devices/iommu": {"model": one_of("intel|smmuv3|virtio|amd")},
    "/domain/devices/hostdev": {"mode": one_of("subsystem|capabilities"), "managed": YES,
                                "type": one_of("pci|usb|scsi|scsi_host|mdev|misc|storage|net")},
    "/domain/devices/hostdev/driver": {"name": one_of("vfio|kvm|xen")},
    "/domain/devices/hostdev/source/address": dict.fromkeys(("domain", "bus", "slot", "function"), one_of(HEX)),
    "/domain/devices/hostdev/rom": {"bar": one_of("on|off"), "enabled": YES, "file": None},
    "/domain/qemu:commandline/qemu:arg": {"value": None},
}
PARENTS = frozenset(path[:at] for path in ELEMENTS for at, c in enumerate(path) if c == "/" and at)


class Rejected(Exception):
    """What passthru rejects, and what shows that in the record."""


class Domain:
    """One domain while it is read."""

    def __init__(self, data, roms):
        self.data, self.roms = data, roms
        self.out, self.line, self.path, self.kept = [], 1, "", []
        self.arguments = Arguments(roms)
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.XmlDeclHandler = self._declaration

    def cleaned(self):
        """The domain's bytes, cleaned."""
        try:
            self.parser.Parse(self.data, True)
            end = "" if self.out else "<x/>"
        except expat.ExpatError:
            end = self._to_line() + "</x>"
        except Rejected as rejected:
            end = self._to_line() + str(rejected)
        text = "".join(self.out)
        # That there is one is looked for in the text, and may be in a comment.
        mark = "<!--<hostdev-->" if b"<hostdev" in self.data and "<hostdev" not in text else ""
        wide = self.data[:2] in (b"\xff\xfe", b"\xfe\xff")
        return (text + mark + end + "\n").encode("utf-16" if wide else "utf-8")

    def _to_line(self):
        missing = self.parser.CurrentLineNumber - self.line
        self.line += max(missing, 0)
        return "\n" * missing

    def _declaration(self, _version, encoding, _standalone):
        if encoding and encoding.lower() not in ENCODINGS:
            raise Rejected("</x>")

    def _doctype(self, *_):
        raise Rejected("<!DOCTYPE x>")

    def _start(self, name, attributes):
        if len(self.kept) == MAX_DEPTH or len(self.path.encode()) + len(name.encode()) + 1 >= MAX_PATH:
            raise Rejected("</x>")
        self.path += "/" + name
        path = self.path[len("/domstatus"):] if self.path.startswith("/domstatus/") else self.path
        known = path in ELEMENTS or path in PARENTS or path == "/domstatus"
        if known and all(self.kept):
            kept = {key: self._attribute(key, value, ELEMENTS.get(path, {})) for key, value in attributes.items()}
            self.out.append(self._to_line() + "<" + name + "".join(" %s='%s'" % (key, value) for key, value in kept.items()
                                                                   if value is not None) + ">")
        self.kept.append(known)

    def _attribute(self, key, value, allowed):
        if key not in allowed:
            return None
        if key == "file":  # one that is too long is passed over
            return self.roms.name(value) if value and len(value.encode()) < 256 else None
        return allowed[key](value) if allowed[key] else self.arguments.take(value)

    def _end(self, name):
        if all(self.kept):
            self.out.append("</%s>" % name)
        self.kept.pop()
        self.path = self.path[:len(self.path) - len(name) - 1]
