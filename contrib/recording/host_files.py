# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's own configuration, file by file, each as far as passthru reads it. Lines keep their numbers, as findings name
them; a line that does not matter is left empty."""
import re

from recording import closed_lists
from recording.closed_lists import exactly, meant, module, parameters
from recording.identity import IP


def each_line(text, clean):
    """Text with each line cleaned."""
    return "\n".join(clean(line) for line in text.split("\n"))


# ---- kernel command lines ----
ASSIGNMENT = re.compile(r"(?:(GRUB_CMDLINE_LINUX(?:_DEFAULT)?)|[A-Za-z0-9_]+)(\+?=)|export\b", re.ASCII)


def grub(text):
    """/etc/default/grub: what is assigned to the two variables for a command line. Its shell is read as passthru does:
    quotes, a backslash before any character, += and values over several lines."""
    out, at = [], 0
    while at < len(text):
        found = ASSIGNMENT.match(text, at)
        if text[at].isspace() or text[at] == ";":
            out.append("\n" if text[at] == "\n" else " ")
            at += 1
        elif not found:
            at = (text + "\n").index("\n", at)
        elif not found[2]:
            at = found.end()
        else:
            value, at, closed = shell_value(text, found.end())
            if found[1]:
                value = re.sub(r'([\\"])', r"\\\1", grub_words(value, found[1]))
                out.append('%s%s"%s%s' % (found[1], found[2], value, '"' if closed else ""))
            else:
                out.append("\n" * value.count("\n"))
    return "".join(out)


def grub_words(value, variable):
    """A command line in which the word for the variable itself stays."""
    own = r"(?<!\S)(\$%s|\$\{%s\})(?!\S)" % (variable, variable)
    return "".join(part if number % 2 else parameters(part) for number, part in enumerate(re.split(own, value)))


def shell_value(text, at):
    """The value that begins at a place, where it ends, and whether its quotes are closed."""
    value, quote = [], ""
    while at < len(text):
        c = text[at]
        if c == "\\" and quote != "'" and at + 1 < len(text):
            at += 1
            value.append(text[at])
        elif c == quote or (not quote and c in "\"'"):
            quote = "" if quote else c
        elif not quote and (c.isspace() or c == ";"):
            break
        else:
            value.append(c)
        at += 1
    return "".join(value), at, not quote


def kernel_cmdline(text):
    """/etc/kernel/cmdline."""
    return each_line(text, lambda line: "" if line.lstrip().startswith("#") else parameters(line))


def loader_entry(text):
    """An entry of systemd-boot: its options."""
    def clean(line):
        key, _, words = line.strip().partition(" ")
        return "options " + parameters(words) if key == "options" else ""
    return each_line(text.replace("\t", " "), clean)


def syslinux(text):
    """SYSLINUX, as Unraid has it: where entries begin, which one is the default, and their parameters."""
    def clean(line):
        key, _, words = line.strip().partition(" ")
        if key.lower() == "append":
            return "append " + parameters(words)
        is_default = key.lower() == "menu" and words.strip().lower() == "default"
        return "label x" if key.lower() == "label" else "menu default" if is_default else ""
    return each_line(text.replace("\t", " "), clean)


def refind(text):
    """rEFInd's entries, a name and its parameters in each line."""
    def clean(line):
        parts = line.strip().split('"')
        return '"x" "%s"' % parameters(parts[3]) if line.strip().startswith('"') and len(parts) > 4 else ""
    return each_line(text, clean)


def limine(text):
    """Limine's entries: their parameters."""
    def clean(line):
        key, _, words = line.strip().partition(":")
        return "%s: %s" % (key, parameters(words)) if key.lower() in ("cmdline", "kernel_cmdline") else ""
    return each_line(text, clean)


# ---- what is bound by address, and split ----
def unraid_list(text):
    """Unraid's list of devices for vfio-pci: addresses and IDs."""
    def clean(line):
        key, equals, words = line.strip().partition("=")
        if key != "BIND" or not equals:
            return ""
        return "BIND=" + " ".join(word if exactly(r"%s(?:\|%s)?" % (closed_lists.ADDRESS, closed_lists.ID))(word) else "x"
                                  for word in words.split())
    return each_line(text, clean)


def splitter(text):
    """Lines that make virtual functions at each start."""
    written = exactly(r"(?:[a-z]+/|pci[0-9a-f]{4}:[0-9a-f]{2}/|%s/)*sriov_numvfs *= *[0-9]{1,5}" % closed_lists.ADDRESS)

    def clean(line):
        line = line.strip()
        if line.startswith("#") or ("sriov_numvfs" not in line and "sriov-manage" not in line):
            return ""
        return line if written(line) else "sriov_numvfs" if "sriov_numvfs" in line else "sriov-manage"
    return each_line(text, clean)


def builtin(text):
    """Of the modules that the kernel has built in, vfio-pci."""
    return "kernel/drivers/vfio/pci/vfio-pci.ko\n" if re.search("/vfio[-_]pci\\.ko", text) else "\n"


def binding_script(text):
    """A script of the initramfs: that it binds a device to vfio-pci by its address."""
    return "driver_override vfio-pci\n" if "driver_override" in text and "vfio-pci" in text else "\n"


# ---- modules ----
DIRECTIVES = frozenset("options softdep blacklist install alias remove config include weakdep".split())
VFIO_PARAMETERS = frozenset("ids id nointxmask disable_vga disable_idle_d3 enable_sriov disable_denylist".split())


def module_option(owner, option):
    """One parameter of a module. Of vfio-pci what is misspelled stays, too."""
    owner = meant(owner, closed_lists.VFIO) or owner.replace("-", "_")
    name, equals, value = option.partition("=")
    if not equals:
        known = owner == "vfio_pci" and (all(map(closed_lists.is_id, name.split(","))) or meant(name, VFIO_PARAMETERS))
        return name if known else "x"
    keep = closed_lists.MODULE_PARAMETERS.get(owner, {}).get(name)
    if not keep and owner == "vfio_pci" and meant(name, VFIO_PARAMETERS) or owner.startswith("vfio") and name == "ids":
        keep = closed_lists.IDS
    quote = '"' if value.startswith('"') else ""
    return "%s=%s%s%s" % (name, quote, keep(value[1:-1] if quote else value), quote) if keep else "x=x"


def directive(line):
    """One line of modprobe.d(5)."""
    words = line.split()
    if not words or words[0].startswith("#"):
        return ""
    if words[0] not in DIRECTIVES:
        return words[0] if meant(words[0], DIRECTIVES) else "x"
    name, names = words[0], words[1:]
    if name == "options":
        return " ".join([name] + [module(owner) for owner in names[:1]] + [module_option(names[0], word) for word in names[1:]])
    if name == "softdep":
        return " ".join([name] + [word if re.fullmatch("(pre|post):", word) else module(word) for word in names])
    if name in ("blacklist", "install"):
        # What an install command runs is somebody's; that it does nothing, or loads vfio-pci, is what matters.
        ran = " ".join(names[1:]) if name == "install" else ""
        signs = (("/false", "/bin/false"), ("/true", "/bin/true"), ("vfio", "modprobe vfio-pci"))
        ways = [way for sign, way in signs if sign in ran]
        return " ".join([name] + [module(owner) for owner in names[:1]] + ways[:1])
    return name


def modprobe(text):
    """modprobe.d: a backslash at the end of a line joins the next one to it, which is then left empty."""
    out, joined, lines = [], "", text.split("\n")
    waiting = 0
    for number, line in enumerate(lines):
        line = line.rstrip("\r")
        waiting += 1
        if line.endswith("\\") and number + 1 < len(lines):
            joined += line[:-1] + " "
            continue
        out += [directive(joined + line.rstrip("\\"))] + [""] * (waiting - 1)
        joined, waiting = "", 0
    return "\n".join(out)


def modules(text):
    """A list of modules, one a line: the name only, but for the devices that vfio-pci is given."""
    def clean(line):
        words = line.split()
        if not words or words[0][0] in "#;":
            return ""
        kept = [module_option("vfio_pci", word) for word in words[1:] if word.startswith("ids=")]
        return " ".join([module(words[0])] + (kept if words[0].replace("-", "_") == "vfio_pci" else []))
    return each_line(text, clean)


HOOKS = frozenset("base udev systemd autodetect modconf kms keyboard keymap consolefont block filesystems fsck encrypt "
                  "sd-encrypt lvm2 sd-vconsole microcode resume zfs btrfs mdadm_udev plymouth".split())


def mkinitcpio(text):
    """mkinitcpio.conf: MODULES and HOOKS, which may go over several lines."""
    out, at = [], 0
    while at < len(text):
        end = (text + "\n").index("\n", at)
        found = re.compile(r"[ \t]*(MODULES|HOOKS)(\+?=)").match(text, at, end)
        if found:
            start = found.end()
            if text[start:start + 1] == "(":
                closing = text.find(")", start)
                end = (text + "\n").index("\n", closing if closing >= 0 else len(text))
            known = (lambda word: word if word in HOOKS else "x") if found[1] == "HOOKS" else module
            value = re.sub(r"(?<![^\s(\"'])#[^\n]*", "", text[start:end])
            out.append(found[1] + found[2] + re.sub(r"[^\s\"'()]+", lambda word, known=known: known(word[0]), value))
        out.append("\n")
        at = end + 1
    return "".join(out)


def dracut(text):
    """dracut.conf(5): the drivers that it adds."""
    def clean(line):
        found = re.match(r"\s*((?:force|add)_drivers\+?)=(.*)$", line)
        drivers = found[2].partition("#")[0] if found else ""
        return "%s=%s" % (found[1], re.sub(r"[^\s\"'()]+", lambda word: module(word[0]), drivers)) if found else ""
    return each_line(text, clean)


# ---- what is said of the system ----
SUFFIXES = (r"pve|generic|amd64|arm64|x86_64|aarch64|cloud|rt[0-9]{0,3}|rc[0-9]{1,2}|arch[0-9]|zen[0-9]|lts|hardened|"
            r"lowlatency|oem|hwe|default|Unraid|unraid|bpo|deb[0-9]{2}u?[0-9]{0,2}|truenas|production|debug|MANJARO|gentoo|"
            r"cachyos|liquorix|azure|aws|gcp|kvm|microsoft|standard|WSL2|desktop|server|xanmod[0-9]|fc[0-9]{2}|"
            r"el[0-9]{1,2}(?:_[0-9]{1,2})?|[0-9]{1,3}")
RELEASE = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}(?:\.[0-9]{1,4}){0,3}(?:[-.+](?!%s)(?:%s)(?![A-Za-z0-9_]))*\+?" % (IP, SUFFIXES), re.ASCII)


def osrelease(text):
    """The kernel's version. Who builds a kernel may name it after the machine: such a suffix is cut off."""
    found = RELEASE.match(text.strip())
    return (found[0] if found else "") + "\n"


def os_release(identity):
    """What cleans os-release(5): the name and version of the system."""
    def clean(line):
        key, _, value = line.partition("=")
        if key not in ("NAME", "VERSION", "ID", "VERSION_ID", "PRETTY_NAME", "ID_LIKE", "VERSION_CODENAME"):
            return ""
        return '%s="%s"' % (key, re.sub(r'[\\"$`]', "", identity.free_text(value.strip(" '\""))))
    return lambda text: each_line(text, clean)


def unraid_version(text):
    """That it is Unraid, and which one."""
    found = re.match(r'version="[0-9]{1,2}(\.[0-9]{1,2}){1,2}(-rc\.?[0-9]{1,2})?"', text)
    return found[0] + "\n" if found else "\n"


def hypervisor_packages(text):
    """Of dpkg's list of what is installed, the versions of hypervisors."""
    found = re.findall(r"(?m)^Package: (pve-manager|truenas|libvirt-daemon|qemu-system-x86)\nStatus: (install ok installed)\n"
                       r"(?:\S.*\n| .*\n)*?Version: ([0-9][0-9a-z.:+~-]{0,60})$", text)
    return "".join("Package: %s\nStatus: %s\nVersion: %s\n\n" % package for package in found)


def cpuinfo(identity):
    """What cleans /proc/cpuinfo: the first processor's maker, name and widths of addresses, and the flags that tell of
    virtual machines."""
    def clean(text):
        wanted = []
        for line in text.split("\n\n")[0].splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("vendor_id", "model name"):
                wanted.append("%s\t: %s" % (key.strip(), identity.free_text(value, 128)))
            elif key.strip() == "address sizes" and exactly("[0-9]{1,3} bits physical, [0-9]{1,3} bits virtual")(value.strip()):
                wanted.append("address sizes\t:" + value)
            elif key.strip() == "flags":
                wanted.append("flags\t\t: " + " ".join(f for f in value.split() if f in ("vmx", "svm", "hypervisor", "la57")))
        return "\n".join(wanted) + "\n"
    return clean


def interrupts(text):
    """Whether interrupts are remapped shows at the names of the interrupt controllers alone."""
    return "".join(sorted({" %s\n" % chip for chip in re.findall(r"\b(?:IR-)?(?:IO-APIC|PCI-MSIX?|HPET-MSI)\b", text)}))


def iomem(text):
    """Framebuffers, and the devices and buses that they lie in."""
    framebuffer = re.compile(r"efifb|simplefb|vesafb|BOOTFB|simple-framebuffer")
    lines = [re.match(r"( *)([0-9a-f]{8,16}-[0-9a-f]{8,16}) : (.*)$", line) for line in text.splitlines()]
    wanted, above = set(), []  # above: the lines that a line lies in
    for number, line in ((number, line) for number, line in enumerate(lines) if line):
        while above and len(lines[above[-1]][1]) >= len(line[1]):
            above.pop()
        above.append(number)
        if framebuffer.search(line[3]):
            wanted.update(above)
    is_pci = exactly(r"(?:PCI Bus )?(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}(?::[0-9a-f]{2}\.[0-7])?")
    out = []
    for line in (lines[number] for number in sorted(wanted)):
        shown = framebuffer.search(line[3])
        out.append("%s%s : %s\n" % (line[1], line[2], shown[0] if shown else line[3] if is_pci(line[3]) else "x"))
    return "".join(out)


# ---- names of files ----
NAME_WORDS = frozenset("""vfio pci blacklist nvidia nouveau kvm intel amd amdgpu radeon i915 xe iommu unsafe interrupts pve gpu
passthrough passthru snd hda audio zfs local modules module options softdep mdadm dkms fbdev fb framebuffer rom stub usb systemd
alsa base iwlwifi tuned dist qemu system kernel helper installer installed graphics drivers driver proxmox lxd ubuntu debian arch
linux fallback loader entries grub cmdline cfg conf txt boot efi default init hardware nvme dm crypt lvm virtio net bridge
bonding nested ignore msrs sriov vgpu ids id host guest vm custom current legacy power management d3 rare network oss oem
framebuffers libnvidia container modeset drm""".split())


def neutral_names(names):
    """Another name for each file whose name is not made of common words: names keep their first character and their suffix,
    so that they come in nearly the same order."""
    neutral = {}
    for number, name in enumerate(sorted(set(names)), 1):
        stem, dot, suffix = name.rpartition(".")
        numbers = re.findall("[0-9]+", name)  # those of an address or of a disk are more
        common = len(numbers) < 3 and len("".join(numbers)) < 6 and all(
            part.lower() in NAME_WORDS or re.fullmatch(r"[0-9]{0,4}", part) for part in re.split("[-_.]", name))
        if common and name[0].isalnum():
            neutral[name] = name
        else:
            first = name[0] if name[0].isalnum() and name[0].isascii() else "x"
            maker = "-nvidia" if "nvidia" in name else ""  # that its driver is installed shows at the name alone
            neutral[name] = "%s-file%d%s%s" % (first, number, maker,
                                              dot + suffix if dot and stem and suffix in ("conf", "cfg") else "")
    return neutral
