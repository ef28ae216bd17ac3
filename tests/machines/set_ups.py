# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts in different states of a set-up, for plan and check: set-ups that people described as working, with the devices and
files that they showed and nothing else, and hosts of each distribution where little is done yet."""
import machine
import rom
from machine import GIB, MIB, memory
from machines import (GRUB, NVIDIA_CARD, RTX_3060, RX_6600, amd_host, audio, host_bridge, intel_gpu, intel_host, proxmox_vm,
                      recorded, root_port, server)

INTEL = "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx"
AMD = "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: fpu svm"
SYSTEMS = {
    "debian": 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian',
    "ubuntu": 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nID=ubuntu\nID_LIKE=debian',
    "fedora": 'PRETTY_NAME="Fedora Linux 43 (Server Edition)"\nID=fedora',
    "arch": 'PRETTY_NAME="Arch Linux"\nID=arch',
    "opensuse": 'PRETTY_NAME="openSUSE Tumbleweed"\nID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"',
    "nixos": 'PRETTY_NAME="NixOS 25.05 (Warbler)"\nID=nixos',
    "truenas": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian',
}


def functions(m, slot, *rows):
    """The functions of a slot as somebody listed them: number, IDs, class, driver, group."""
    for number, ids, klass, driver, group in rows:
        m.pci("%s.%d" % (slot, number), ids, klass, driver=driver, group=group, multifunction=len(rows) > 1, express=False,
              power=False, config=64)


def proxmox_config(number, *lines):
    """The file of a virtual machine of Proxmox VE."""
    return "/etc/pve/qemu-server/%d.conf" % number, "\n".join(lines)


# ---- as people described them ----

@recorded
def arc_card(m):
    """An Arc A310 with its sound in a slot of its own, passed through for weeks: hiding the hypervisor is what helps."""
    functions(m, "0000:00:00", (0, (0x8086, 0xA703), machine.HOST_BRIDGE, "", 0))
    functions(m, "0000:00:02", (0, (0x8086, 0xA780), machine.VGA, "i915", 1))
    functions(m, "0000:03:00", (0, (0x8086, 0x56A6), machine.VGA, "vfio-pci", 17))
    functions(m, "0000:04:00", (0, (0x8086, 0x4F92), machine.AUDIO, "vfio-pci", 18))
    m.put(*proxmox_config(100, "args: -cpu host,kvm=off,hv_vendor_id=GenuineIntel,-hypervisor", "machine: pc-q35-9.2", "bios: ovmf",
                          "efidisk0: local-lvm:vm-100-disk-1,efitype=4m,pre-enrolled-keys=1,size=4M", "cpu: host", "balloon: 0",
                          "vga: none", "hostpci0: 0000:03:00,pcie=1", "hostpci1: 0000:04:00,pcie=1", "memory: 16384",
                          "ostype: win11", "scsi0: local-lvm:vm-100-disk-0,size=128G"))


@recorded
def radeon_780m(m):
    """The GPU of a Ryzen, its vBIOS and GOP driver as files."""
    functions(m, "0000:00:00", (0, (0x1022, 0x14E8), machine.HOST_BRIDGE, "", 0))
    functions(m, "0000:66:00", (0, (0x1002, 0x1900), machine.VGA, "vfio-pci", 20), (1, (0x1002, 0x1640), machine.AUDIO, "vfio-pci", 21))
    for name in ("vbios.bin", "AMDGopDriver.rom"):
        m.put("/usr/share/kvm/" + name, "x")
    m.put(*proxmox_config(101, "args: -cpu 'host,-hypervisor,kvm=off'", "balloon: 0", "bios: ovmf", "cpu: host",
                          "efidisk0: vm:vm-101-disk-0,efitype=4m,pre-enrolled-keys=1,size=4M",
                          "hostpci0: 0000:66:00.0,pcie=1,romfile=vbios.bin", "hostpci1: 0000:66:00.1,pcie=1,romfile=AMDGopDriver.rom",
                          "machine: pc-q35-9.0", "memory: 16384", "ostype: win11", "vga: none"))


@recorded
def virtual_functions(m):
    """A GPU in a processor that is split, one function of it passed through."""
    functions(m, "0000:00:00", (0, (0x8086, 0xA700), machine.HOST_BRIDGE, "", 0))
    m.pci("0000:00:02.0", (0x8086, 0xA7A0), machine.VGA, driver="i915", group=10, sriov=7, vfs=3)
    for number in (1, 2, 3):
        m.pci("0000:00:02.%d" % number, (0x8086, 0xA7A0), machine.VGA, driver="vfio-pci", group=10 + number, physfn="0000:00:02.0",
              config=64)
    m.put(*proxmox_config(100, "args: -cpu host,hv_vendor_id=1234567890ab", "balloon: 0", "bios: ovmf", "cpu: host",
                          "efidisk0: local-lvm:vm-100-disk-0,efitype=4m,pre-enrolled-keys=1,size=4M", "hostpci0: 0000:00:02.1,pcie=1",
                          "machine: pc-q35-9.0", "memory: 40960", "ostype: win11", "vga: none"))


@recorded
def legacy_igd(m):
    """The GPU of an older Intel processor in QEMU's legacy mode."""
    functions(m, "0000:00:00", (0, (0x8086, 0x3EC2), machine.HOST_BRIDGE, "", 0))
    functions(m, "0000:00:02", (0, (0x8086, 0x3E92), machine.VGA, "vfio-pci", 1))
    m.put("/usr/share/kvm/vbios.rom", "x")
    m.put(*proxmox_config(100, "bios: seabios", "cpu: host", "hostpci0: 0000:00:02.0,legacy-igd=1,romfile=vbios.rom",
                          "machine: pc-i440fx-8.1", "memory: 8192", "ostype: l26", "vga: none"))


APU = ((0, (0x1002, 0x15BF), machine.VGA, "vfio-pci", 16), (1, (0x1002, 0x1640), machine.AUDIO, "snd_hda_intel", 17),
       (2, (0x1022, 0x15C7), 0x108000, "ccp", 18), (3, (0x1022, 0x15B9), machine.USB, "xhci_hcd", 19))


@recorded
def apu_alone(m):
    """The GPU of a Ryzen without its sound; what else is in its slot stays with the host."""
    functions(m, "0000:00:00", (0, (0x1022, 0x14E8), machine.HOST_BRIDGE, "", 0))
    functions(m, "0000:c6:00", *APU)
    m.put("/usr/share/kvm/vbios.bin", "x")
    m.put(*proxmox_config(111, "bios: ovmf", "cpu: host", "efidisk0: local-lvm:vm-111-disk-0,size=4M",
                          "hostpci0: 0000:c6:00.0,pcie=1,romfile=vbios.bin,x-vga=1", "machine: q35", "memory: 16384",
                          "ostype: win11", "vga: none"))


@recorded
def apu_by_ids(m):
    """The same with its sound, both by their IDs."""
    functions(m, "0000:00:00", (0, (0x1022, 0x14E8), machine.HOST_BRIDGE, "", 0))
    functions(m, "0000:c6:00", APU[0], (1, (0x1002, 0x1640), machine.AUDIO, "vfio-pci", 17), *APU[2:],
              (6, (0x1022, 0x15E3), machine.AUDIO, "snd_hda_intel", 22))
    m.put("/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz root=x ro quiet iommu=pt")
    m.put("/proc/cpuinfo", AMD)
    m.put("/etc/default/grub", GRUB % "iommu=pt")
    m.put("/etc/modprobe.d/vfio.conf", "options vfio-pci ids=1002:15bf,1002:1640\nsoftdep radeon pre: vfio-pci\n"
          "softdep amdgpu pre: vfio-pci\nsoftdep snd_hda_intel pre: vfio-pci")
    for name in ("vbios.bin", "AMDGopDriver.rom"):
        m.put("/usr/share/kvm/" + name, "x")
    m.put(*proxmox_config(111, "args: -cpu 'host,-hypervisor,kvm=off'", "bios: ovmf", "cpu: host",
                          "efidisk0: local-lvm:vm-111-disk-0,size=4M", "hostpci0: 0000:c6:00.0,pcie=1,romfile=vbios.bin",
                          "hostpci1: 0000:c6:00.1,pcie=1,romfile=AMDGopDriver.rom", "machine: q35", "memory: 16384",
                          "ostype: win11", "vga: none"))


@recorded
def legacy_igd_ovmf(m):
    """The GPU of a newer Intel processor in legacy mode with OVMF, its sound along."""
    functions(m, "0000:00:00", (0, (0x8086, 0xA704), machine.HOST_BRIDGE, "", 0))
    functions(m, "0000:00:02", (0, (0x8086, 0xA780), machine.VGA, "vfio-pci", 1))
    functions(m, "0000:00:1f", (0, (0x8086, 0x7A06), machine.ISA, "", 9), (3, (0x8086, 0x7A50), machine.AUDIO, "vfio-pci", 9))
    m.put("/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz ro quiet intel_iommu=on")
    m.put("/proc/cpuinfo", INTEL)
    m.put("/etc/default/grub", GRUB % "intel_iommu=on")
    m.put("/etc/modprobe.d/vifo.conf", "options vfio-pci ids=8086:a780")
    m.put("/etc/modprobe.d/pve-blacklist.conf", "blacklist i915")
    for name in ("igd.rom", "gop.rom"):
        m.put("/usr/share/kvm/" + name, "x")
    m.put(*proxmox_config(200, "args: -set device.hostpci0.addr=02.0 -set device.hostpci0.x-igd-gms=0x2", "bios: ovmf", "cpu: host",
                          "efidisk0: local-lvm:vm-200-disk-0,efitype=4m,size=4M", "hostpci0: 0000:00:02.0,legacy-igd=1,romfile=igd.rom",
                          "hostpci1: 0000:00:1f.3,romfile=gop.rom", "machine: pc-i440fx-8.0", "memory: 8192", "ostype: win10",
                          "vga: none"))


@recorded
def turing(m):
    """A card with four functions, two of which other drivers had before vfio-pci."""
    functions(m, "0000:00:00", (0, (0x8086, 0x3EC2), machine.HOST_BRIDGE, "", 0))
    functions(m, "0000:01:00", (0, (0x10DE, 0x1F02), machine.VGA, "vfio-pci", 1), (1, (0x10DE, 0x10F9), machine.AUDIO, "vfio-pci", 1),
              (2, (0x10DE, 0x1ADA), machine.USB, "xhci_hcd", 1), (3, (0x10DE, 0x1ADB), machine.SERIAL_UCSI, "nvidia-gpu", 1))
    m.link("/sys/bus/pci/drivers/nvidia-gpu/module", "/sys/module/i2c_nvidia_gpu")
    m.put("/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz ro quiet intel_iommu=on")
    m.put("/proc/cpuinfo", INTEL)
    m.put("/etc/default/grub", GRUB % "intel_iommu=on")
    m.put("/etc/modprobe.d/vfio.conf", "options vfio-pci ids=10de:1f02,10de:10f9,10de:1ada,10de:1adb\nsoftdep nouveau pre: vfio-pci\n"
          "softdep nvidia pre: vfio-pci")


@recorded
def cezanne(m):
    """A mini PC whose GPU shares its group with the processor's USB and security processor."""
    functions(m, "0000:00:00", (0, (0x1022, 0x1630), machine.HOST_BRIDGE, "", 0))
    functions(m, "0000:06:00", (0, (0x1002, 0x1638), machine.VGA, "amdgpu", 6), (1, (0x1002, 0x1637), machine.AUDIO, "snd_hda_intel", 6),
              (2, (0x1022, 0x15DF), 0x108000, "ccp", 6), (3, (0x1022, 0x1639), machine.USB, "xhci_hcd", 6),
              (4, (0x1022, 0x1639), machine.USB, "xhci_hcd", 6), (6, (0x1022, 0x15E3), machine.AUDIO, "snd_hda_intel", 6))
    m.put("/proc/cmdline", "root=x ro quiet iommu=pt")
    m.put("/proc/cpuinfo", AMD)


# ---- where little is done yet ----

def fresh_intel(m, system, gpu="nouveau", cmdline="BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet", **host):
    """An Intel desktop with an RTX 3060 for a guest and the processor's GPU for itself."""
    m.host(iommu="intel off", cmdline=cmdline, **host)
    if system:
        m.put("/etc/os-release", SYSTEMS[system])
    intel_host(m, group=None)
    intel_gpu(m, 0x4692, None, revision=0x0C, connectors={"HDMI-A-1": "connected"})
    m.pci("0000:01:00.0", (0x10DE, 0x2504), machine.VGA, parent="0000:00:01.0", driver=gpu, boot_vga=0,
          connectors={"HDMI-A-2": "disconnected"}, rom_image=rom.option_rom(0x10DE, 0x2504), **RTX_3060)
    audio(m, "0000:01:00.1", (0x10DE, 0x228E), parent="0000:00:01.0", driver="snd_hda_intel")
    m.put("/etc/modprobe.d/blacklist.conf", "# nothing")


def fresh_amd(m, system, cmdline="root=/dev/sda1 ro quiet"):
    """An AMD desktop with an RX 6600 for a guest, and a small NVIDIA card for itself."""
    m.host(vendor="ASUS", product="PRIME B550M-A", cpu="AMD Ryzen 7 5700X", flags="svm", iommu="amd", cmdline=cmdline)
    if system:
        m.put("/etc/os-release", SYSTEMS[system])
    amd_host(m)
    root_port(m, "0000:00:01.1", (0x1022, 0x1483), 4, 8)
    m.pci("0000:04:00.0", (0x10DE, 0x1D01), machine.VGA, parent="0000:00:01.1", group=12, driver="nouveau", boot_vga=1,
          connectors={"HDMI-A-1": "connected"}, rom_image=rom.option_rom(0x10DE, 0x1D01), **NVIDIA_CARD)
    audio(m, "0000:04:00.1", (0x10DE, 0x0FB8), parent="0000:00:01.1", group=12, driver="snd_hda_intel")
    m.pci("0000:0a:00.0", (0x1002, 0x73FF), machine.VGA, parent="0000:00:03.1", group=20, driver="amdgpu", multifunction=True,
          resets="bus", boot_vga=0, connectors={"DP-1": "disconnected"}, rom_image=rom.option_rom(0x1002, 0x73FF), **RX_6600)
    audio(m, "0000:0a:00.1", (0x1002, 0xAB28), parent="0000:00:03.1", group=21, driver="snd_hda_intel", resets="bus")
    m.put("/etc/modprobe.d/blacklist.conf", "# nothing")


VM_WITHOUT_GPU = ("balloon: 2048", "bios: ovmf", "boot: order=scsi0", "cores: 4", "cpu: x86-64-v2-AES",
                  "efidisk0: local-lvm:vm-101-disk-0,efitype=4m,pre-enrolled-keys=0,size=4M", "memory: 8192", "name: gpu",
                  "ostype: l26", "scsi0: local-lvm:vm-101-disk-1,size=64G", "scsihw: virtio-scsi-single",
                  "", "[before]", "hostpci0: 0000:01:00,pcie=1", "machine: q35")


@recorded
def fresh_proxmox(m):
    """Proxmox VE as it was installed, with GRUB, and a virtual machine without a GPU."""
    fresh_intel(m, "", kernel="6.5.13-6-pve")
    m.put("/etc/default/grub", GRUB % "")
    m.put("/etc/initramfs-tools/modules", "# nothing more")
    m.put(*proxmox_config(101, *VM_WITHOUT_GPU))


@recorded
def fresh_proxmox_zfs(m):
    """Proxmox VE on ZFS, which systemd-boot starts."""
    fresh_amd(m, "", "initrd=\\EFI\\proxmox\\6.8.12-4-pve\\initrd.img-6.8.12-4-pve root=ZFS=rpool/ROOT/pve-1 boot=zfs")
    m.put("/etc/default/grub", GRUB % "")
    m.put("/etc/kernel/cmdline", "root=ZFS=rpool/ROOT/pve-1 boot=zfs")
    m.put("/etc/kernel/proxmox-boot-uuids", "ABCD-1234")
    m.put("/etc/initramfs-tools/modules", "# nothing more")
    m.put(*proxmox_config(101, "machine: q35", *VM_WITHOUT_GPU))


@recorded
def fresh_proxmox_zfs_intel(m):
    """The same with an Intel processor, whose IOMMU has to be asked for."""
    fresh_intel(m, "", cmdline="initrd=\\EFI\\proxmox\\6.5.13-6-pve\\initrd.img-6.5.13-6-pve root=ZFS=rpool/ROOT/pve-1 boot=zfs",
                kernel="6.5.13-6-pve")
    m.put("/etc/kernel/cmdline", "root=ZFS=rpool/ROOT/pve-1 boot=zfs")
    m.put("/etc/kernel/proxmox-boot-uuids", "ABCD-1234")
    m.put("/etc/initramfs-tools/modules", "# nothing more")
    m.put(*proxmox_config(101, "machine: q35", *VM_WITHOUT_GPU))


def domain(m):
    """A virtual machine of libvirt."""
    m.put("/etc/libvirt/qemu/win11.xml", "<domain type='kvm'>\n  <name>win11</name>\n  <memory unit='GiB'>16</memory>\n"
          "  <os firmware='efi'><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>\n  <cpu mode='host-passthrough'/>\n"
          "  <devices>\n    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n    <memballoon model='none'/>\n  </devices>\n</domain>")


@recorded
def fresh_debian(m):
    """Debian with GRUB and libvirt."""
    fresh_intel(m, "debian")
    m.put("/etc/default/grub", GRUB % "")
    m.put("/etc/initramfs-tools/modules", "# nothing more")
    domain(m)


@recorded
def fresh_ubuntu(m):
    """Ubuntu, whose kernel has vfio-pci built in."""
    fresh_intel(m, "ubuntu", kernel="6.8.0-40-generic")
    m.put("/etc/default/grub", GRUB % "splash")
    m.put("/etc/initramfs-tools/modules", "# nothing more")
    m.put("/lib/modules/6.8.0-40-generic/modules.builtin", "kernel/drivers/vfio/vfio.ko\nkernel/drivers/vfio/pci/vfio-pci.ko")
    domain(m)


@recorded
def fresh_fedora(m):
    """Fedora with an AMD card."""
    fresh_amd(m, "fedora", "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.17.4-300.fc43.x86_64 root=UUID=x ro rhgb quiet")
    m.put("/etc/default/grub", 'GRUB_CMDLINE_LINUX="rhgb quiet"\nGRUB_ENABLE_BLSCFG=true')
    m.put("/etc/dracut.conf.d/.keep", "")
    domain(m)


@recorded
def fresh_arch(m):
    """Arch Linux with systemd-boot and its entries."""
    fresh_intel(m, "arch", cmdline="initrd=\\initramfs-linux.img root=PARTUUID=x rw quiet", kernel="6.17.7-arch1-1")
    m.put("/boot/loader/entries/arch.conf", "title Arch Linux\nlinux /vmlinuz-linux\ninitrd /initramfs-linux.img\noptions root=PARTUUID=x rw quiet")
    m.put("/etc/mkinitcpio.conf", "MODULES=()\nHOOKS=(base systemd autodetect modconf kms block filesystems fsck)")
    domain(m)


@recorded
def fresh_opensuse(m):
    """openSUSE with GRUB."""
    fresh_intel(m, "opensuse")
    m.put("/etc/default/grub", GRUB % "splash=silent")
    m.put("/etc/dracut.conf.d/.keep", "")
    domain(m)


@recorded
def fresh_nixos(m):
    """NixOS, where nothing below /etc is written by hand."""
    fresh_intel(m, "nixos")


@recorded
def fresh_unraid(m):
    """Unraid, whose root is made anew at each start."""
    fresh_amd(m, "", "BOOT_IMAGE=/bzimage initrd=/bzroot")
    m.path("/etc/os-release").unlink()
    m.put("/etc/unraid-version", 'version="7.1.4"')


@recorded
def fresh_truenas(m):
    """TrueNAS, which isolates a GPU by a setting of its own."""
    fresh_amd(m, "truenas", "BOOT_IMAGE=/ROOT/25.04/boot/vmlinuz root=ZFS=boot-pool/ROOT/25.04 ro")
    m.put("/usr/bin/midclt", "x")


@recorded
def twins(m):
    """Two equal cards, one of which stays with the host."""
    m.host(iommu="intel", cmdline="BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet intel_iommu=on")
    m.put("/etc/os-release", SYSTEMS["debian"])
    intel_host(m)
    root_port(m, "0000:00:06.0", (0x8086, 0x464D), 2, 5)
    for bus, port, group, first in ((1, "0000:00:01.0", 15, 1), (2, "0000:00:06.0", 16, 0)):
        m.pci("0000:%02x:00.0" % bus, (0x10DE, 0x2504), machine.VGA, parent=port, group=group, driver="nouveau", boot_vga=first,
              connectors={"HDMI-A-%d" % bus: "connected"}, rom_image=rom.option_rom(0x10DE, 0x2504), **RTX_3060)
        audio(m, "0000:%02x:00.1" % bus, (0x10DE, 0x228E), parent=port, group=group, driver="snd_hda_intel")
    m.put("/etc/default/grub", GRUB % "intel_iommu=on")
    m.put("/etc/modprobe.d/blacklist.conf", "# nothing")
    m.put("/etc/initramfs-tools/modules", "# nothing more")
    domain(m)


@recorded
def arc_behind_switch(m):
    """An Arc card as the kernel shows it: its sound is behind the switch of the card."""
    m.host(vendor="ASRock", product="B760M", cmdline="root=/dev/sda1 ro quiet intel_iommu=on")
    intel_host(m)
    intel_gpu(m, 0x4692, 2, revision=0x0C, connectors={"HDMI-A-1": "connected"})
    m.pci("0000:01:00.0", (0x8086, 0x4FA1), machine.BRIDGE, parent="0000:00:01.0", buses=(1, 2, 4), port=machine.UPSTREAM, group=15,
          driver="pcieport")
    for slot, bus, group in ((1, 3, 16), (4, 4, 17)):
        m.pci("0000:02:%02x.0" % slot, (0x8086, 0x4FA4), machine.BRIDGE, parent="0000:01:00.0", buses=(2, bus, bus),
              port=machine.DOWNSTREAM, group=group, driver="pcieport")
    m.pci("0000:03:00.0", (0x8086, 0x56A0), machine.VGA, parent="0000:02:01.0", group=18, driver="i915", boot_vga=0, resets="flr bus",
          flr=True, subsystem=(0x8086, 0x1020), rom=2 * MIB, rom_image=rom.option_rom(0x8086, 0x56A0),
          bars={0: memory(16 * MIB, True, True), 2: memory(16 * GIB, True, True)}, connectors={"DP-1": "disconnected"})
    audio(m, "0000:04:00.0", (0x8086, 0x4F90), parent="0000:02:04.0", group=19, driver="snd_hda_intel")
    m.put("/etc/default/grub", GRUB % "intel_iommu=on")
    m.put("/etc/modprobe.d/blacklist.conf", "# nothing")
    m.put("/etc/initramfs-tools/modules", "# nothing more")
    m.put(*proxmox_config(101, "machine: q35", *VM_WITHOUT_GPU))


@recorded
def bmc_alone(m):
    """A server with nothing but the graphics of its management controller."""
    m.host(chassis=23, vendor="Supermicro", product="X11SSH-F", cmdline="root=/dev/sda1 ro quiet intel_iommu=on")
    host_bridge(m, (0x8086, 0x1918))
    functions(m, "0000:03:00", (0, (0x1A03, 0x2000), machine.VGA, "ast", 9))


@recorded
def two_radeons(m):
    """Two different AMD cards whose sound has one ID; the host keeps the first one."""
    m.host(vendor="ASUS", product="X570", cpu="AMD Ryzen 7 5700X", flags="svm", iommu="amd", cmdline="root=/dev/sda1 ro quiet")
    host_bridge(m, (0x1022, 0x1480))
    for bus, device, group, first in ((0x0A, 0x73FF, 20, 0), (0x0B, 0x73BF, 22, 1)):
        m.pci("0000:%02x:00.0" % bus, (0x1002, device), machine.VGA, driver="amdgpu", group=group, boot_vga=first, multifunction=True,
              resets="bus", rom=128 * 1024, rom_image=rom.option_rom(0x1002, device))
        audio(m, "0000:%02x:00.1" % bus, (0x1002, 0xAB28), driver="snd_hda_intel", group=group + 1)
    m.put("/etc/modprobe.d/blacklist.conf", "# nothing")
    m.put("/etc/initramfs-tools/modules", "# nothing more")


@recorded
def large_server(m):
    """The server of machines.py with 400 PCI devices."""
    server(m, 400)
