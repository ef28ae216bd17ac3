#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts identifiers of every kind into a recorded machine, each a value of its own, and looks for each in a record of it.

Usage: record_secrets.py plant MACHINE            adds them to a machine that tests/machines/build made
       record_secrets.py search MACHINE RECORD    a test for each: it is in the machine, and not in the record"""
import os
import pathlib
import re
import shutil
import struct
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "machines"))
import machine  # noqa: E402

# <<name>> in the files below is a secret. Those that do not stand here are words made of their name.
VALUES = {
    "dmi serial": "PF3ABCDE1", "dmi uuid": "4c4c4544-0042-3510-8052-b4c04f4d3332", "dmi asset": "ACME-0042",
    "name serial": "QX7RT2299", "name asset": "DEPT-31415", "board serial": "MXL8231PQR", "bare serial": "5CG9123XYZ45",
    "host": "hangar18", "machine id": "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d", "net mac": "3c:7c:3f:a1:b2:c3",
    "block serial": "S4EWNX0R912345", "root uuid": "c7b1f2d0-77aa-4c3e-9d11-0a1b2c3d4e5f", "boot mac": "52:54:00:de:ad:01",
    "boot ip": "10.11.12.13", "luks uuid": "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "ids mac": "3c7c:3f12:3456", "cpu number": "482731905566",
    "page number": "77120034", "esp uuid": "5C1E-9F20", "entry id": "aa00bb11cc22dd33ee44ff5566778899", "bond mac": "3c7c3f123456",
    "bond other mac": "3c7c3f65ab21", "release id": "fedcba98765432100123456789abcdef",
    "smbios uuid": "11112222-3333-4444-5555-666677778888", "smbios base64": "U0VDUkVULVNFUklBTA==", "vmgenid": "99998888-7777-6666-5555-444433332222",
    "vm mac": "bc:24:11:0a:0b:0c", "wwn": "0x5000c500a1b2c3d4", "vm ip": "192.168.77.45", "args serial": "PF3QQQQQ9",
    "args drive serial": "WD-WCC4N7654321", "args mac": "3c7c3fabcdef", "args uuid": "deadbeef-0001-4002-8003-000000000abc",
    "args usb serial": "4C530001230815117134", "xml uuid": "12345678-aaaa-4bbb-8ccc-1234567890ab", "xml mac": "52:54:00:77:88:99",
    "xml serial": "ZA1B2C3D", "xml disk serial": "S3Z9NB0K123456A", "xml arg serial": "C02XK1ZZJGH5", "xml arg asset": "IT-99-0815",
    "xml usb serial": "0123456789ABCDE7", "acpi mac": "98FA9B0A1B2C", "acpi uuid": "0abc1def-2345-4678-9abc-def012345678",
    "acpi long hex": "aabbccddeeff1abc", "acpi serial": "LNV8231004", "acpi cue": "QZK7", "acpi wide serial": "R90TT12345",
    "acpi table end": "TAILSECRET", "dsn": "3c7c3ffffe123456", "dsn of an audio function": "00e04cfffe680001", "vsec": "a1a2a3a4a5a6a7a8",
    "dvsec": "b1b2b3b4b5b6b7b8", "vpd register": "c1c2c3c4", "vendor capability": "d1d2d3d4d5d6d7d8", "between capabilities": "e1e2e3e4e5e6e7e8",
    "aer log": "f1f2f3f4f5f6f7f8", "network card dsn": "a036bcfffe0d0e0f", "network card register": "91929394959697a8",
    "guid of a bus": "f8b3781a-1e82-4818-a1c3-63d806ec15bb", "vfct image": "7a7b7c7d7e7f8081", "edid serial": "61626364", "edid text": "HK7MX93",
    "service tag": "JKBWXY2", "chassis part": "CNCMK0097T00AB", "dotted mac": "3c7c.3fd1.e2f3", "spaced mac": "3c 7c 3f d4 e5 f6",
    "ip six": "2001:db8:85a3::8a2e:370:7334", "file ip": "192.168.1.78", "file digits": "0123-4567-8901", "acpi ip": "10.77.0.12",
    "acpi ip six": "fe80::3e7c:3fff:fea1:b2c3", "acpi buffer cue": "PF4XYZQR",
}
FILES = {
    "/etc/hostname": "<<host>>", "/etc/machine-id": "<<machine id>>",
    "/sys/class/net/eth0/address": "<<net mac>>", "/sys/block/sda/device/serial": "<<block serial>>",
    "/sys/class/dmi/id/product_serial": "<<dmi serial>>", "/sys/class/dmi/id/product_uuid": "<<dmi uuid>>",
    "/sys/class/dmi/id/chassis_asset_tag": "<<dmi asset>>", "/sys/class/dmi/id/board_serial": "<<board serial>>",
    "/sys/class/dmi/id/product_name": "Inspiron 3501 SN <<name serial>> Asset <<name asset>>",
    "/sys/class/dmi/id/sys_vendor": "Dell Inc. (<<dmi asset>>)", "/sys/class/dmi/id/board_name": "0XYZ12 <<board serial>> <<bare serial>>",
    "/sys/class/dmi/id/chassis_serial": "/<<service tag>>/<<chassis part>>/", "/sys/class/dmi/id/board_vendor": "Dell <<service tag>> <<ip six>> <<dotted mac>> <<spaced mac>>",
    "/sys/class/dmi/id/bios_version": "1.2 <<dmi serial>>",
    "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz serial=<<cpu serial>>\n"
                     "flags\t\t: fpu vmx <<cpu flag>>\n",
    "/proc/version": "Linux version 6.8.12-4-pve (<<builder>>@<<build host>>)",
    "/proc/sys/kernel/osrelease": "6.8.12-4-pve-<<kernel suffix>>",
    "/proc/fb": "0 <<framebuffer>>", "/proc/interrupts": "  1: 0 IR-IO-APIC 1-edge <<interrupt>>\n",
    "/proc/iomem": "00000000-ffffffff : PCI Bus 0000:00 <<iomem bus>>\n  a0000000-afffffff : 0000:00:02.0\n    a0000000-a0ffffff : BOOTFB\n"
                   "b0000000-bfffffff : <<iomem name>>\n",
    "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm) on <<host>>"\nID=debian\nHOSTNAME=<<release host>>\n'
                       'MACHINE_ID=<<release id>>\nVERSION_ID="12"\nHOME_URL="https://<<release url>>/"\n',
    "/etc/unraid-version": 'version="6.12.6"\nregistered=<<unraid owner>>\n',
    "/proc/cmdline": 'BOOT_IMAGE=/ROOT/<<boot image>>@/vmlinuz root=UUID=<<root uuid>> cryptdevice=/dev/disk/by-id/<<boot disk>>:crypt ro quiet '
                     'intel_iommu=on iommu=pt <<lone word>> nvidia.serial=<<driver serial>> nvidia.NVreg_TemporaryFilePath=/home/<<user>>/ '
                     'pci=nomsi,<<pci value>> kvm.<<kvm parameter>>=1 kvm.ignore_msrs=<<kvm value>> vfio-pci.ids=10de:1d16,<<ids mac>> '
                     'ip=<<boot ip>>::gw:<<boot host>>:eth0:<<boot mac>> video=<<video>> initcall_blacklist=<<initcall>>_init '
                     'modprobe.blacklist=nouveau,<<blacklisted>> rd.luks.uuid=luks-<<luks uuid>> isolcpus=1-3,<<cpu number>> '
                     'hugepages=<<page number>> console=ttyS0,<<console>> dyndbg="file <<quoted file>> +p" <<parameter name>>=1\n',
    "/etc/kernel/cmdline": "root=ZFS=<<pool>>/ROOT intel_iommu=on iommu=pt\n", "/etc/kernel/proxmox-boot-uuids": "<<esp uuid>>\n",
    "/etc/default/grub": "# of <<grub comment>>\nGRUB_DISTRIBUTOR=<<distributor>>\nGRUB_CMDLINE_LINUX_DEFAULT='quiet intel_iommu=on iommu=pt <<grub word>>'\n"
                         "GRUB_CMDLINE_LINUX=\"resume=/dev/disk/by-id/<<grub disk>>\n <<grub second line>>\"\nGRUB_PASSWORD=\"<<grub password>>\"\n",
    "/etc/default/grub.d/<<grub file>>.cfg": 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX video=efifb:off"\n',
    "/boot/loader/entries/<<entry id>>-6.8.conf": "title <<entry title>>\nmachine-id <<entry id>>\noptions root=LABEL=<<entry label>> iommu=pt\n",
    "/etc/modprobe.d/vfio.conf": "# by <<modprobe comment>>\noptions vfio-pci ids=10de:1d16,<<bad id>> disable_vga=1 <<vfio parameter>>=1\n"
                                 "options bonding primary=enx<<bond mac>> mac=<<bond other mac>>\noptions snd_hda_intel model=<<audio model>>\n"
                                 "options <<other module>> key=<<module key>>\ninstall foo /home/<<install user>>/bin/x\n"
                                 "alias <<alias>> nouveau\nblacklist <<modprobe blacklisted>>\nsoftdep nouveau pre: vfio-pci <<softdep>>\n"
                                 "<<directive>> x\noptions kvm \\\n  ignore_msrs=1 <<continued>>\n",
    "/etc/modprobe.d/<<modprobe file>>.conf": "blacklist nvidia\n", "/etc/modprobe.d/<<ignored file>>": "blacklist nouveau\n",
    "/usr/lib/modprobe.d/nvidia-<<maker file>>.conf": "options nvidia NVreg_RegistryDwords=\"<<registry>>\"\n",
    "/etc/modules": "vfio\nvfio_pci ids=10de:1d16 <<module word>>\n<<loaded module>> <<loaded option>>\n# <<modules comment>>\n",
    "/etc/modules-load.d/<<load file>>.conf": "<<load module>>\n", "/etc/modules-load.d/<<file ip>>.conf": "vfio\n", "/etc/modules-load.d/<<file digits>>.conf": "vfio\n",
    "/etc/mkinitcpio.conf": "FILES=(/etc/<<key file>>)\nMODULES=(vfio_pci vfio\n  <<early module>>) # <<mkinitcpio comment>>\nHOOKS=(base modconf <<hook>>)\n",
    "/etc/dracut.conf.d/vfio.conf": 'hostonly_cmdline="<<dracut>>"\nforce_drivers+=" vfio_pci <<dracut driver>> "\n',
    "/etc/pve/virtual-guest/cpu-models.conf": "cpu-model: <<cpu model>>\n    reported-model <<reported model>>\n    hv-vendor-id <<model vendor>>\n    hidden <<model word>>\n"
                                              "cpu-model: <<other cpu model>>\n    hidden 1\n",
    "/etc/initramfs-tools/scripts/init-top/<<script file>>": "#!/bin/sh\n# <<script comment>>\necho vfio-pci >/sys/bus/pci/devices/0000:01:00.0/driver_override\n",
    "/var/lib/dkms/nvidia/<<dkms version>>/build/x": "<<dkms file>>\n",
    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c": "<<secure boot>>\n",
    "/etc/libvirt/qemu/autostart/<<xml file>>.xml": "<<autostart>>\n",
    "/etc/pve/mapping/pci.cfg": "<<mapping>>\n\tmap id=10de:1d16,node=<<mapping node>>,path=0000:01:00\n<<other mapping>>\n",
    "/etc/pve/nodes/<<node>>/qemu-server/101.conf": "\n".join((
        "#<<vm comment>>", "name: <<vm name>>", "description: <<vm description>>", "tags: <<vm tag>>", "agent: 1,<<agent>>=1",
        "smbios1: uuid=<<smbios uuid>>,serial=<<smbios base64>>,base64=1", "vmgenid: <<vmgenid>>", "net0: virtio=<<vm mac>>,bridge=<<bridge>>",
        "scsi0: <<storage>>:vm-101-disk-0,serial=<<disk serial>>,wwn=<<wwn>>", "ide2: /mnt/<<iso path>>/x.iso,media=cdrom",
        "efidisk0: <<efi storage>>:vm-101-disk-1,size=4M,efitype=4m", "sshkeys: ssh-ed25519%20<<ssh key>>", "ipconfig0: ip=<<vm ip>>/24",
        "cpu: custom-<<cpu model>>,hv-vendor-id=<<hv vendor>>,hidden=1,flags=+aes;+<<cpu option>>", "machine: pc-q35-8.0+<<machine suffix>>",
        "bios: ovmf", "usb0: host=<<usb host>>", "hookscript: local:snippets/<<hook script>>", "ciuser: <<cloud user>>", "<<vm key>>: 1",
        "hostpci0: 0000:01:00,pcie=1,romfile=<<rom owner>>.rom,mdev=<<mdev>>,<<hostpci option>>=1", "hostpci1: mapping=<<mapping>>",
        "args: -cpu 'host,kvm=off,hv_vendor_id=<<args vendor>>' -smbios type=1,serial=<<args serial>>,asset=<<args asset>> "
        "-drive file=/dev/<<args disk>>,serial=<<args drive serial>> -netdev user,id=n,mac=<<args mac>> -uuid <<args uuid>> "
        "-fw_cfg name=opt/<<fw_cfg name>>,file=/root/<<fw_cfg file>> -acpitable file=/home/<<acpitable>>/ssdt.aml -name <<args name>> "
        "-device usb-host,serial=<<args usb serial>> -vnc :1,password-secret=<<vnc>> -object secret,data=<<args secret>> "
        "-device vfio-pci,host=01:00.0,id=<<args id>>,x-vga=on,romfile=/root/<<args rom>>.bin -set device.hostpci0.<<property>>=1 "
        "-global <<global>>.x=1 <<args word>>", "<<vm line>>", "[<<snapshot>>]", "name: <<snapshot name>>", "hostpci0: 01:00")) + "\n",
    "/etc/libvirt/qemu/<<xml file>>.xml": "\n".join((
        "<!-- <<xml comment>> -->", "<?<<xml instruction>> x?>", "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' xmlns:y='<<xmlns>>'>",
        "<name><<xml name>></name><uuid><<xml uuid>></uuid><title><<xml title>></title>", "<metadata><app><<xml metadata>></app></metadata>",
        "<description><![CDATA[<<xml description>>]]></description><<<xml element>>/>",
        "<os firmware='efi'><type arch='x86_64' machine='pc-q35-8.2'>hvm</type><loader readonly='yes' type='pflash'>/home/<<loader>>/CODE.fd</loader>",
        "<nvram template='/x'>/nvram/<<nvram>>.fd</nvram></os>", "<features><hyperv><vendor_id state='on' value='<<xml vendor>>'/></hyperv><kvm><hidden state='on'/></kvm></features>",
        "<cpu mode='custom'><model><<xml cpu>></model></cpu>", "<sysinfo type='smbios'><system><entry name='serial'><<xml serial>></entry></system></sysinfo>",
        "<devices><emulator>/opt/<<emulator>>/qemu</emulator><interface type='bridge'><mac address='<<xml mac>>'/><source bridge='<<xml bridge>>'/></interface>",
        "<disk type='block'><source dev='/dev/disk/by-id/<<xml disk>>'/><serial><<xml disk serial>></serial></disk>",
        "<filesystem><source dir='/srv/<<xml share>>'/></filesystem><graphics type='vnc' passwd='<<xml password>>'/>",
        "<input type='evdev'><source dev='/dev/input/by-id/usb-<<keyboard>>-event-kbd'/></input>",
        "<rng model='virtio'><backend model='egd' type='tcp'><source mode='connect' host='<<rng host>>'/></backend></rng>",
        "<serial type='tcp'><source mode='connect' host='<<serial host>>' service='1'/></serial>",
        "<audio type='pulseaudio' serverName='/run/user/1000/pulse/native-<<pulse user>>'/>",
        "<hostdev mode='subsystem' type='pci' managed='yes' id='<<hostdev attribute>>'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>",
        "<rom file='/mnt/user/isos/<<xml rom>>/vbios.rom'/><alias name='ua-<<alias name>>'/></hostdev>",
        "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><serial><<xml usb serial>></serial></source></hostdev><memballoon model='none'/></devices>",
        "<qemu:commandline><qemu:arg value='-smbios'/><qemu:arg value='type=2,serial=<<xml arg serial>>,asset=<<xml arg asset>>'/>",
        "<qemu:arg value='-fw_cfg'/><qemu:arg value='opt/x,file=/root/<<xml arg file>>'/><qemu:env name='<<env>>' value='<<env value>>'/></qemu:commandline>",
        "<seclabel><label><<label>></label></seclabel></domain>")) + "\n",
    "/etc/libvirt/qemu/entities.xml": "<!DOCTYPE domain [<!ENTITY who '<<entity>>'>]>\n<domain type='kvm'><name>&who;</name></domain>\n",
    "/etc/libvirt/qemu/broken.xml": "<domain type='kvm'>\n<devices><hostdev type='pci'>\n</devices>\n<name><<after the break>></name></domain>\n",
    "/sys/class/iommu/<<iommu>>/x": "", "/sys/firmware/acpi/tables/SSDT<<table name>>": "SSDT <<odd table>>",
    "/sys/bus/pci/devices/0000:00:02.0/vpd": "<<vpd file>>", "/sys/bus/pci/devices/0000:00:02.0/label": "<<label file>>",
    "/sys/bus/pci/devices/0000:00:02.0/irq": "<<irq>>", "/sys/bus/pci/devices/0000:00:02.0/reset_method": "flr <<reset method>>",
    "/sys/bus/pci/devices/0000:01:00.0/rom": "<<rom>>", "/sys/class/drm/card0-eDP-1/edid": "<<edid>>",
    "/sys/class/drm/card0-eDP-1/status": "connected <<status>>",
}
TABLES = {"MSDM": "<<product key>>", "SLIC": "<<licence>>"}
ASL = '''    Name (MACA, "_AUXMAC_#<<acpi mac>>#") Name (UIDA, "{<<acpi uuid>>}") Name (HEXA, "<<acpi long hex>>") Name (SERA, "Battery <<acpi serial>>")
    Name (CUEA, "S/N: <<acpi cue>>") Name (WIDA, Unicode ("S/N <<acpi wide serial>>")) Name (DMIA, "Dell <<dmi serial>> <<net mac>>")
    Name (TAGA, "<<service tag>> <<chassis part>>") Name (IPAA, "<<acpi ip>> <<acpi ip six>>") Name (BUFC, Buffer () {"S/N <<acpi buffer cue>>"})'''


def value(name):
    """A secret by its name."""
    return VALUES.get(name) or "Zq" + name.title().replace(" ", "").replace("_", "") + "Qz"


def filled(text):
    """Text with its secrets in place."""
    return re.sub("<<([a-z_][a-z0-9_ ]*)>>", lambda found: value(found[1]), text)


def names():
    """The names of all secrets."""
    text = "\n".join(part for item in FILES.items() for part in item) + ASL + "".join(TABLES.values())
    return sorted(set(re.findall("<<([a-z_][a-z0-9_ ]*)>>", text)) | set(VALUES))


def raw(name):
    """A secret that is a number, as bytes."""
    return bytes.fromhex(value(name))


def capability(space, place, identity, body, following=0):
    """Writes an extended capability."""
    struct.pack_into("<I", space, place, identity | 1 << 16 | following << 20)
    space[place + 4:place + 4 + len(body)] = body


def plant_spaces(top):
    """Secrets in configuration spaces: of the GPU, of another function of it, of a card that has nothing to do with it."""
    gpu = top / "sys/bus/pci/devices/0000:01:00.0/config"
    space = bytearray(gpu.read_bytes().ljust(4096, b"\0"))
    capability(space, 0x100, 0x0001, bytes(24) + raw("aer log") * 4, 0x150)
    capability(space, 0x150, 0x0003, raw("dsn"), 0x160)
    capability(space, 0x160, 0x000B, struct.pack("<I", 1 | 1 << 16 | 16 << 20) + raw("vsec"), 0x180)
    capability(space, 0x180, 0x0023, struct.pack("<II", 0x10DE | 20 << 20, 0) + raw("dvsec"), 0x1C0)
    capability(space, 0x1C0, 0x0018, bytes(4))
    space[0x300:0x308] = raw("between capabilities")
    last = 0x34
    while space[last]:
        last = space[last] + 1
    space[last] = 0xC0
    space[0xC0:0xC8] = bytes((0x03, 0xD0, 0, 0x80)) + raw("vpd register")
    space[0xD0:0xDC] = bytes((0x09, 0, 12, 0)) + raw("vendor capability")
    gpu.write_bytes(space)
    other = machine.Machine(top)
    other.places["0000:01:00.0"] = "/" + str(gpu.parent.resolve().relative_to(top.resolve()))
    bridge = other.places["0000:01:00.0"].rpartition("/")[0]
    other.places["bridge"] = bridge
    for address, name, ids, klass, parent in (("0000:01:00.1", "dsn of an audio function", (0x10DE, 0x10F1), machine.AUDIO, "bridge"),
                                              ("0001:00:01.0", "network card dsn", (0x8086, 0x1539), machine.ETHERNET, "hyper-v")):
        other.places["hyper-v"] = filled("/sys/devices/LNXSYSTM:00/<<guid of a bus>>/pci0001:00")
        other.pci(address, ids, klass, parent=parent, group=30)
        config = other.path("/sys/bus/pci/devices/%s/config" % address)
        space = bytearray(config.read_bytes().ljust(4096, b"\0"))
        capability(space, 0x100, 0x0003, raw(name))
        if parent == "hyper-v":
            space[0xE0:0xE8] = raw("network card register")
        config.write_bytes(space)


def edid():
    """A monitor's data with a serial number and a serial text (VESA E-EDID, 3.4 and 3.10.3)."""
    data = bytearray(b"\0" + b"\xff" * 6 + b"\0" + bytes(120))
    data[12:16] = raw("edid serial")
    data[54:72] = b"\0\0\0\xff\0" + value("edid text").encode().ljust(13, b"\n")
    data[127] = -sum(data) & 0xFF
    return bytes(data)


def plant_tables(top):
    """Secrets in ACPI tables."""
    added = machine.Machine(top)
    data = ", ".join("0x%02x" % byte for byte in edid() + bytes.fromhex(value("net mac").replace(":", "")))
    added.asl("SSDT9", filled(ASL) + "\n    Name (BUFA, Buffer () {%s})" % data)
    table = top / "sys/firmware/acpi/tables/SSDT9"
    table.write_bytes(table.read_bytes() + value("acpi table end").encode())
    for name, text in TABLES.items():
        added.put("/sys/firmware/acpi/tables/" + name, machine.table(name.encode(), filled(text).encode()))
    added.put("/sys/firmware/acpi/tables/VFCT", machine.vfct([(1, 0, 0, 0x1002, 0x6FDF, raw("vfct image") * 4)]))


def plant(top):
    """Puts all into a machine."""
    shutil.rmtree(top / "etc/pve/qemu-server", ignore_errors=True)
    for path in ("etc/default/grub", "etc/modprobe.d/vfio.conf"):
        (top / path).unlink(missing_ok=True)
    for path, text in FILES.items():
        place = top / filled(path).lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(filled(text))
    (top / "etc/pve/qemu-server").symlink_to(filled("nodes/<<node>>/qemu-server"))
    plant_spaces(top)
    plant_tables(top)


def haystack(top):
    """Everything in a machine: names, contents, and where links lead."""
    found = []
    for directory, directories, files in os.walk(top):
        for name in directories + files:
            path = os.path.join(directory, name)
            found.append(os.path.relpath(path, top).encode())
            if os.path.islink(path):
                found.append(os.readlink(path).encode())
            elif name in files:
                found.append(pathlib.Path(path).read_bytes())
    return b"\n".join(found)


def is_in(secret, all_of_it, lower):
    """Whether a secret is there: as text in any case, one byte or two a character, without separators, or as a number in
    either order of bytes."""
    texts = {secret.lower(), re.sub("[:-]", "", secret).lower()}
    if any(text.encode(encoding) in lower for text in texts for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
        return True
    digits = re.sub("[:-]|^0x", "", secret)
    if not re.fullmatch("(?:[0-9A-Fa-f]{2}){4,}", digits):
        return False
    number = bytes.fromhex(digits)
    return number in all_of_it or number[::-1] in all_of_it


def search(top, record):
    """A line for each secret."""
    places = [(data, data.lower()) for data in (haystack(top), haystack(record))]
    failed = 0
    for name in names():
        source, recorded = (is_in(value(name), *place) for place in places)
        ok = source and not recorded
        failed += not ok
        why = "" if ok else ": it is in the record" if recorded else ": it is not in the machine, so that nothing is tested"
        print("%s - a record has no %s%s" % ("ok" if ok else "not ok", name, why))
    return failed == 0 and len(names()) >= 60


if sys.argv[1:2] == ["plant"] and len(sys.argv) == 3:
    plant(pathlib.Path(sys.argv[2]))
elif sys.argv[1:2] == ["search"] and len(sys.argv) == 4:
    sys.exit(0 if search(sys.argv[2], sys.argv[3]) else 1)
else:
    sys.exit(__doc__)
