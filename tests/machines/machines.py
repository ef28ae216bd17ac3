# SPDX-License-Identifier: GPL-2.0-or-later
"""The machines that the tests look at, each by its name. Each is a kind of machine that people ask about."""
import machine
import rom
from machine import GIB, GPU_BARS, MIB, Machine, memory

GRUB = 'GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT="quiet %s"\nGRUB_CMDLINE_LINUX=""'
VFIO_MODULES = "vfio\nvfio_iommu_type1\nvfio_pci"

MACHINES = {}


def recorded(build):
    """Registers a machine under its name."""
    MACHINES[build.__name__.replace("_", "-")] = build
    return build


def host_bridge(m, ids, group=0):
    """The first device of any machine."""
    m.pci("0000:00:00.0", ids, machine.HOST_BRIDGE, group=group, express=False, power=False)


def root_port(m, address, ids, bus, group, **more):
    """A port with one bus behind it."""
    m.pci(address, ids, machine.BRIDGE, buses=(int(address[5:7], 16), bus, bus), port=machine.ROOT_PORT, group=group,
          driver="pcieport", **more)


def audio(m, address, ids, **more):
    """The other function of a card."""
    m.pci(address, ids, machine.AUDIO, multifunction=True, **{"bars": {0: memory(16384)}, **more})


def intel_gpu(m, device, group=1, **more):
    """The GPU in an Intel processor."""
    bars = {0: memory(16 * MIB, False, True), 2: memory(256 * MIB, True, True)}
    m.pci("0000:00:02.0", (0x8086, device), machine.VGA, group=group, driver="i915", boot_vga=1, resets="flr pm", express=False,
          **{"bars": bars, **more})


def intel_host(m, port="0000:00:01.0", group=1):
    """A host bridge, an ISA bridge and a root port for a GPU."""
    grouped = group is not None
    host_bridge(m, (0x8086, 0x4650), 0 if grouped else None)
    m.pci("0000:00:1f.0", (0x8086, 0x7A86), machine.ISA, group=3 if grouped else None, express=False, power=False)
    root_port(m, port, (0x8086, 0x460D), 1, group)


def amd_host(m):
    """The same for AMD, where each device has a group of its own."""
    host_bridge(m, (0x1022, 0x1480))
    root_port(m, "0000:00:03.1", (0x1022, 0x1483), 0x0A, 9)


def vfio_config(m, ids, words, *, vm="", softdep="nouveau"):
    """A host that was set up for vfio-pci as the guides say."""
    m.put("/etc/default/grub", GRUB % words)
    m.put("/etc/modprobe.d/vfio.conf", "options vfio-pci ids=%s disable_vga=1\nsoftdep %s pre: vfio-pci" % (ids, softdep))
    m.put("/etc/modprobe.d/blacklist.conf", "blacklist nouveau\nblacklist nvidia\nblacklist nvidiafb\nblacklist radeon\nblacklist amdgpu")
    m.put("/etc/modules", VFIO_MODULES)
    m.put("/etc/initramfs-tools/modules", "# nothing more")
    if vm:
        m.put("/etc/pve/qemu-server/101.conf", vm)
        m.put("/var/lib/dpkg/status", "Package: pve-manager\nStatus: install ok installed\nVersion: 8.2.4\n")


def proxmox_vm(address, more=""):
    """A machine of Proxmox that has a GPU passed through."""
    return ("agent: 1\nballoon: 0\nbios: ovmf\nboot: order=scsi0\ncores: 4\ncpu: host\n"
            "efidisk0: local-lvm:vm-101-disk-0,efitype=4m,pre-enrolled-keys=0,size=4M\nhostpci0: %s,pcie=1\n"
            "machine: q35\nmemory: 8192\nmeta: creation-qemu=9.0.2\nname: gpu\nnet0: virtio=BC:24:11:00:00:01,bridge=vmbr0\n"
            "ostype: l26\nscsi0: local-lvm:vm-101-disk-1,size=64G\nscsihw: virtio-scsi-single\nvga: std\n%s" % (address, more))


IRIS_PLUS = {"revision": 7, "subsystem": (0x1028, 0x097B)}
NVIDIA_CARD = {"revision": 0xA1, "bars": GPU_BARS, "rom": 512 * 1024, "multifunction": True}
RTX_3060 = {**NVIDIA_CARD, "resets": "flr bus", "flr": True, "subsystem": (0x1462, 0x397D)}


def laptop_with_mx330(m, words):
    """The laptop of the article: an i7-1065G7 whose MX330 is a 3D controller without outputs."""
    m.host(chassis=10, vendor="Dell Inc.", product="Inspiron 3501", cpu="Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz",
           cmdline="BOOT_IMAGE=/boot/vmlinuz-6.8.12-4-pve root=/dev/mapper/pve-root ro quiet " + words)
    host_bridge(m, (0x8086, 0x8A12))
    intel_gpu(m, 0x8A52, acpi="\\_SB_.PCI0.GFX0", connectors={"eDP-1": "connected", "HDMI-A-1": "disconnected"},
              rom=128 * 1024, rom_image=bytes(512), **IRIS_PLUS)
    root_port(m, "0000:00:1c.0", (0x8086, 0x34B8), 1, 10, acpi="\\_SB_.PCI0.RP01")
    m.pci("0000:01:00.0", (0x10DE, 0x1D16), machine.DISPLAY_3D, parent="0000:00:1c.0", group=15, driver="vfio-pci",
          revision=0xA1, subsystem=(0x1028, 0x097B), acpi="\\_SB_.PCI0.RP01.PXSX", bars=GPU_BARS, resets="bus", d3cold=1)
    m.asl("DSDT", """
        Scope (\\_SB) { Device (PCI0) { Name (_HID, EisaId ("PNP0A08"))
            Device (GFX0) { Name (_ADR, 0x00020000) }
            Device (RP01) { Name (_ADR, 0x001C0000) Device (PXSX) { Name (_ADR, 0) } } } }""")
    m.asl("SSDT1", """
        External (\\_SB.PCI0.RP01.PXSX, DeviceObj)
        Scope (\\_SB.PCI0.RP01.PXSX)
        {
            Name (VBOR, Buffer (0x1000) {})
            Method (_ROM, 2, NotSerialized) { Return (VBOR) }
            Method (_DSM, 4, Serialized)
            {
                If (LEqual (Arg0, ToUUID ("a486d8f8-0bda-471b-a72b-6042a6b5bee0"))) { Return (One) }
                Return (Zero)
            }
        }""")
    vfio_config(m, "10de:1d16", words, vm=proxmox_vm("0000:01:00"))


@recorded
def seed(m):
    """Six attempts and three days: everything configured right, and the vBIOS out of reach."""
    laptop_with_mx330(m, "intel_iommu=on,igfx_off iommu=pt")


@recorded
def seed_igfx_alone(m):
    """The same with a parameter that the kernel silently ignores."""
    laptop_with_mx330(m, "intel_iommu=on igfx_off iommu=pt")


@recorded
def mux_laptop(m):
    """A gaming laptop with a MUX: its RTX 2060 has a ROM and outputs of its own."""
    m.host(chassis=10, vendor="ASUSTeK COMPUTER INC.", product="ROG Strix G531GV", cpu="Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz",
           cmdline="root=/dev/sda1 ro quiet intel_iommu=on iommu=pt")
    host_bridge(m, (0x8086, 0x3EC4))
    intel_gpu(m, 0x3E9B, acpi="\\_SB_.PCI0.GFX0", connectors={"eDP-1": "connected"}, **IRIS_PLUS)
    root_port(m, "0000:00:01.0", (0x8086, 0x1901), 1, 2, acpi="\\_SB_.PCI0.PEG0")
    m.pci("0000:01:00.0", (0x10DE, 0x1F11), machine.VGA, parent="0000:00:01.0", group=3, driver="nouveau", revision=0xA1,
          subsystem=(0x1043, 0x8A1F), acpi="\\_SB_.PCI0.PEG0.PEGP", bars=GPU_BARS, resets="flr bus", flr=True, rom=512 * 1024,
          rom_image=rom.option_rom(0x10DE, 0x1F11), connectors={"HDMI-A-2": "disconnected", "eDP-2": "disconnected"})
    m.asl("DSDT", """
        Scope (\\_SB) { Device (PCI0) { Name (_HID, EisaId ("PNP0A08"))
            Device (PEG0) { Name (_ADR, 0x00010000) Device (PEGP) { Name (_ADR, 0)
                Method (_DSM, 4, Serialized)
                {
                    If (LEqual (Arg0, ToUUID ("9d95a0a0-0060-4d48-b34d-7e5fea129fd4"))) { Return (One) }
                    Return (Zero)
                } } } } }""")


RX_6600 = {"revision": 0xC7, "subsystem": (0x1DA2, 0xE447), "rom": 128 * 1024,
           "bars": {0: memory(256 * MIB, True, True, 0x3F00), 2: memory(2 * MIB, True, True), 4: machine.ports(256),
                    5: memory(MIB)}}


@recorded
def rx6600(m):
    """A desktop with a card that passes through without ado."""
    m.host(vendor="ASUS", product="PRIME B550M-A", cpu="AMD Ryzen 7 5700X", flags="svm", iommu="amd",
           cmdline="BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet iommu=pt vfio-pci.ids=1002:73ff,1002:ab28")
    amd_host(m)
    m.pci("0000:0a:00.0", (0x1002, 0x73FF), machine.VGA, parent="0000:00:03.1", group=20, driver="vfio-pci", multifunction=True,
          resets="bus", boot_vga=0, rom_image=rom.option_rom(0x1002, 0x73FF), **RX_6600)
    audio(m, "0000:0a:00.1", (0x1002, 0xAB28), parent="0000:00:03.1", group=21, driver="vfio-pci", resets="bus")
    vfio_config(m, "1002:73ff,1002:ab28", "iommu=pt vfio-pci.ids=1002:73ff,1002:ab28", softdep="amdgpu",
                vm=proxmox_vm("0000:0a:00"))


@recorded
def polaris(m):
    """A desktop with an RX 580, which does not come back from a reset by itself."""
    m.host(vendor="MSI", product="B450 TOMAHAWK", cpu="AMD Ryzen 5 3600", flags="svm", iommu="amd",
           cmdline="root=/dev/sda1 ro quiet iommu=pt")
    amd_host(m)
    m.pci("0000:0a:00.0", (0x1002, 0x67DF), machine.VGA, parent="0000:00:03.1", group=20, driver="vfio-pci", resets="pm bus",
          multifunction=True, revision=0xE7, subsystem=(0x1DA2, 0xE387), rom=128 * 1024, boot_vga=0, soft_reset=False,
          rom_image=rom.option_rom(0x1002, 0x67DF),
          bars={0: memory(256 * MIB, True, True), 2: memory(2 * MIB, True, True), 4: machine.ports(256), 5: memory(262144)})
    audio(m, "0000:0a:00.1", (0x1002, 0xAAF0), parent="0000:00:03.1", group=20, driver="vfio-pci", bars={0: memory(16384, False, True)})
    vfio_config(m, "1002:67df,1002:aaf0", "iommu=pt", softdep="amdgpu")


@recorded
def shared_group(m):
    """A card behind the chipset, in one group with the network and the disk of the host."""
    m.host(vendor="Gigabyte", product="B365M", cpu="Intel(R) Core(TM) i5-9400F CPU @ 2.90GHz",
           cmdline="root=/dev/sda1 ro quiet intel_iommu=on iommu=pt")
    intel_host(m, "0000:00:1d.0", group=7)
    m.pci("0000:01:00.0", (0x10DE, 0x1C82), machine.VGA, parent="0000:00:1d.0", group=7, driver="vfio-pci", resets="bus",
          subsystem=(0x1458, 0x3747), boot_vga=1, rom_image=rom.option_rom(0x10DE, 0x1C82), **NVIDIA_CARD)
    audio(m, "0000:01:00.1", (0x10DE, 0x0FB9), parent="0000:00:1d.0", group=7, driver="vfio-pci")
    root_port(m, "0000:00:1c.0", (0x8086, 0xA290), 2, 7)
    m.pci("0000:02:00.0", (0x10EC, 0x8168), machine.ETHERNET, parent="0000:00:1c.0", group=7, driver="r8169",
          bars={0: machine.ports(256), 2: memory(4096, False, True)})
    vfio_config(m, "10de:1c82,10de:0fb9", "intel_iommu=on iommu=pt")


@recorded
def iommu_off(m):
    """VT-d is switched off in the firmware: no DMAR table, whatever the command line says."""
    m.host(vendor="ASRock", product="Z390 Pro4", cpu="Intel(R) Core(TM) i7-9700K CPU @ 3.60GHz", iommu="",
           cmdline="root=/dev/sda1 ro quiet intel_iommu=on iommu=pt")
    intel_host(m, group=None)
    m.pci("0000:01:00.0", (0x10DE, 0x2504), machine.VGA, parent="0000:00:01.0", driver="nouveau", boot_vga=1,
          connectors={"HDMI-A-1": "connected", "DP-1": "disconnected"}, rom_image=rom.option_rom(0x10DE, 0x2504), **RTX_3060)
    audio(m, "0000:01:00.1", (0x10DE, 0x228E), parent="0000:00:01.0", driver="snd_hda_intel")


@recorded
def bound_to_nvidia(m):
    """The host's own driver holds the card."""
    m.host(cmdline="root=/dev/sda1 ro quiet intel_iommu=on iommu=pt")
    intel_host(m)
    m.pci("0000:01:00.0", (0x10DE, 0x2504), machine.VGA, parent="0000:00:01.0", group=15, driver="nvidia", boot_vga=0,
          connectors={"HDMI-A-2": "disconnected"}, rom_image=rom.option_rom(0x10DE, 0x2504), **RTX_3060)
    audio(m, "0000:01:00.1", (0x10DE, 0x228E), parent="0000:00:01.0", group=15, driver="snd_hda_intel")
    intel_gpu(m, 0x4692, 2, revision=0x0C, connectors={"HDMI-A-1": "connected"})


@recorded
def boot_vga_efifb(m):
    """The only card of the machine: the firmware's framebuffer lies on it."""
    m.host(cpu="Intel(R) Core(TM) i5-12400F", cmdline="root=/dev/sda1 ro quiet intel_iommu=on iommu=pt")
    intel_host(m)
    m.pci("0000:01:00.0", (0x10DE, 0x2504), machine.VGA, parent="0000:00:01.0", group=15, driver="vfio-pci", boot_vga=1,
          rom_image=b"", **RTX_3060)
    audio(m, "0000:01:00.1", (0x10DE, 0x228E), parent="0000:00:01.0", group=15, driver="vfio-pci")
    m.put("/proc/fb", "0 EFI VGA")
    m.put("/proc/iomem", "a1000000-b0ffffff : PCI Bus 0000:01\n  a1000000-b0ffffff : 0000:01:00.0\n    a1000000-a17fffff : efifb")
    vfio_config(m, "10de:2504,10de:228e", "intel_iommu=on iommu=pt")


@recorded
def amd_hybrid(m):
    """A laptop whose firmware hands the vBIOS of its Radeon out by ATRM, a method of the integrated GPU's device."""
    m.host(chassis=10, vendor="Dell Inc.", product="Inspiron 5537", cpu="Intel(R) Core(TM) i7-4500U CPU @ 1.80GHz",
           cmdline="root=/dev/sda1 ro quiet intel_iommu=on")
    host_bridge(m, (0x8086, 0x0A04))
    intel_gpu(m, 0x0A16, acpi="\\_SB_.PCI0.GFX0", connectors={"eDP-1": "connected"}, revision=9, subsystem=(0x1028, 0x05E9),
              bars={0: memory(4 * MIB, False, True), 2: memory(256 * MIB, True, True)})
    root_port(m, "0000:00:1c.4", (0x8086, 0x9C18), 3, 8, acpi="\\_SB_.PCI0.RP05")
    m.pci("0000:03:00.0", (0x1002, 0x6600), machine.DISPLAY_OTHER, parent="0000:00:1c.4", group=9, driver="radeon",
          subsystem=(0x1028, 0x05E9), acpi="\\_SB_.PCI0.RP05.PEGP", resets="pm bus", soft_reset=False,
          bars={0: memory(256 * MIB, True, True), 2: memory(262144, False, True), 4: machine.ports(256)}, connectors={})
    m.asl("DSDT", """
        Scope (\\_SB) { Device (PCI0) { Name (_HID, EisaId ("PNP0A08"))
            Device (GFX0) { Name (_ADR, 0x00020000) }
            Device (RP05) { Name (_ADR, 0x001C0004) Device (PEGP) { Name (_ADR, 0) } } } }""")
    m.asl("SSDT5", """
        External (\\_SB.PCI0.GFX0, DeviceObj)
        Scope (\\_SB.PCI0.GFX0)
        {
            Method (ATPX, 2, Serialized) { Return (Zero) }
            Method (ATRM, 2, Serialized) { Return (Buffer (16) {}) }
        }""")


@recorded
def apu(m):
    """A mini PC with nothing but the GPU in its processor; the firmware leaves its vBIOS in the table VFCT."""
    m.host(chassis=35, vendor="AZW", product="SER5", cpu="AMD Ryzen 5 5560U with Radeon Graphics", flags="svm", iommu="amd",
           cmdline="root=/dev/sda1 ro quiet iommu=pt")
    host_bridge(m, (0x1022, 0x1630))
    root_port(m, "0000:00:08.1", (0x1022, 0x1635), 4, 5)
    m.pci("0000:04:00.0", (0x1002, 0x1638), machine.VGA, parent="0000:00:08.1", group=5, driver="amdgpu", multifunction=True,
          boot_vga=1, revision=0xC1, subsystem=(0x1002, 0x1636), connectors={"HDMI-A-1": "connected", "DP-1": "disconnected"},
          resets="pm", soft_reset=False,
          bars={0: memory(256 * MIB, True, True), 2: memory(2 * MIB, True, True), 4: machine.ports(256), 5: memory(524288)})
    audio(m, "0000:04:00.1", (0x1002, 0x1637), parent="0000:00:08.1", group=5, driver="snd_hda_intel")
    m.pci("0000:04:00.3", (0x1022, 0x1639), machine.USB, parent="0000:00:08.1", group=5, driver="xhci_hcd", multifunction=True,
          bars={0: memory(MIB, False, True)})
    m.put("/sys/firmware/acpi/tables/VFCT", machine.vfct([(4, 0, 0, 0x1002, 0x1638, rom.option_rom(0x1002, 0x1638, efi=False))]))
    m.asl("DSDT", "Scope (\\_SB) { Device (PCI0) { Name (_HID, EisaId (\"PNP0A08\")) } }")


@recorded
def egpu(m):
    """A laptop with a desktop card in a Thunderbolt box."""
    m.host(chassis=10, vendor="LENOVO", product="20XW", cpu="11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz",
           cmdline="root=/dev/sda1 ro quiet intel_iommu=on iommu=pt")
    host_bridge(m, (0x8086, 0x9A14))
    intel_gpu(m, 0x9A49, revision=1, connectors={"eDP-1": "connected"})
    m.pci("0000:00:07.0", (0x8086, 0x9A23), machine.BRIDGE, buses=(0, 0x20, 0x49), port=machine.ROOT_PORT, group=4,
          driver="pcieport", acpi="\\_SB_.PC00.TRP0")
    m.pci("0000:20:00.0", (0x8086, 0x15D3), machine.BRIDGE, parent="0000:00:07.0", buses=(0x20, 0x21, 0x49), group=16,
          port=machine.UPSTREAM, driver="pcieport", removable="removable")
    m.pci("0000:21:01.0", (0x8086, 0x15D3), machine.BRIDGE, parent="0000:20:00.0", buses=(0x21, 0x22, 0x22), group=17,
          port=machine.DOWNSTREAM, driver="pcieport", removable="removable")
    m.pci("0000:22:00.0", (0x1002, 0x73FF), machine.VGA, parent="0000:21:01.0", group=18, driver="vfio-pci", resets="bus",
          multifunction=True, removable="removable", boot_vga=0, rom_image=rom.option_rom(0x1002, 0x73FF), **RX_6600)
    audio(m, "0000:22:00.1", (0x1002, 0xAB28), parent="0000:21:01.0", group=19, driver="vfio-pci", removable="removable")
    m.asl("DSDT", """
        Scope (\\_SB) { Device (PC00) { Name (_HID, EisaId ("PNP0A08"))
            Device (GFX0) { Name (_ADR, 0x00020000) Method (ATRM, 2, Serialized) { Return (Zero) } }
            Device (TRP0) { Name (_ADR, 0x00070000) } } }""")


@recorded
def server(m, all_devices=100):
    """A server with eight GPUs that can have virtual functions, and as many PCI devices in all."""
    m.host(chassis=23, vendor="Supermicro", product="SYS-420GP-TNR", cpu="Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz",
           cmdline="root=/dev/sda1 ro quiet intel_iommu=on iommu=pt")
    devices = 0
    for socket in range(4):
        domain_bus = 0x20 * socket
        host = "0000:%02x:00.0" % domain_bus
        m.pci(host, (0x8086, 0x09A2), machine.HOST_BRIDGE, group=socket, express=False, power=False)
        devices += 1
        for slot in range(2):
            port = "0000:%02x:%02x.0" % (domain_bus, slot + 1)
            bus = domain_bus + 4 * slot + 1
            root_port(m, port, (0x8086, 0x347A), bus, 10 + socket * 2 + slot)
            gpu = "0000:%02x:00.0" % bus
            m.pci(gpu, (0x10DE, 0x2235), machine.DISPLAY_3D, parent=port, group=30 + socket * 2 + slot, driver="vfio-pci",
                  resets="flr bus", flr=True, revision=0xA1, subsystem=(0x10DE, 0x145A), sriov=32,
                  bars={0: memory(16 * MIB), 1: memory(64 * GIB, True, True, 0x1FFC0), 3: memory(32 * MIB, True, True)},
                  rom=512 * 1024, rom_image=rom.option_rom(0x10DE, 0x2235))
            devices += 2
    number = 0
    while devices < all_devices:
        address = "0000:%02x:%02x.%d" % (0x0C + 0x20 * (number // 97 % 4), 1 + number % 97 // 8 % 31, number % 97 % 8)
        if address not in m.places:
            m.pci(address, (0x8086, 0x3456 + number % 16), 0x088000, group=100 + number // 8, express=False, power=False,
                  multifunction=True, config=256)
            devices += 1
        number += 1


@recorded
def vm(m):
    """A virtual machine without any GPU."""
    m.host(chassis=1, vendor="QEMU", product="Standard PC (Q35 + ICH9, 2009)", cpu="Intel(R) Xeon(R) Processor @ 2.60GHz",
           flags="hypervisor", iommu="", cmdline="root=/dev/vda1 ro console=ttyS0")
    m.pci("0000:00:00.0", (0x8086, 0x29C0), machine.HOST_BRIDGE, express=False, power=False, config=64)
    m.pci("0000:00:01.0", (0x1AF4, 0x1041), machine.ETHERNET, driver="virtio-pci", config=64,
          bars={1: memory(4096), 4: memory(16384, True, True)})


def build(name, folder):
    """Builds one machine by its name."""
    made = Machine(folder)
    MACHINES[name](made)
    return made
