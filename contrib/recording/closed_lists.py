# SPDX-License-Identifier: GPL-2.0-or-later
"""What is harmless in the configuration of a host, as closed lists: kernel modules and their parameters, the kernel's
parameters and their values. What is not on a list becomes x. A word that passthru would take for a misspelling of one that
it knows stays too, as that is what it tells."""
import re


def exactly(pattern):
    """Whether a text is of this pattern, from its start to its end."""
    return re.compile(pattern, re.ASCII).fullmatch


def distance(text, word):
    """Characters to add, to take away, to change or to swap with the next one."""
    rows = [list(range(len(word) + 1))]
    for y, c in enumerate(text, 1):
        row = [y]
        for x, d in enumerate(word, 1):
            row.append(min(rows[-1][x] + 1, row[x - 1] + 1, rows[-1][x - 1] + (c != d)))
            if y > 1 and x > 1 and c == word[x - 2] and text[y - 2] == d:
                row[x] = min(row[x], rows[-2][x - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def meant(text, words):
    """The word of a list that is written here, or misspelled: at most one character in a short one, two in a long one."""
    text = text.replace("-", "_")
    if text in words:
        return text
    allowed = -1 if len(text) < 3 else 1 if len(text) < 9 else 2 if len(text) <= 40 else -1
    near = [(distance(text, word), word) for word in words if abs(len(word) - len(text)) <= allowed]
    near = [pair for pair in near if pair[0] <= allowed]
    return min(near)[1] if near else None


def listed(pattern, words=()):
    """A filter for values with commas between them: what is neither of the pattern nor a word, misspelled or not, is x."""
    match = exactly(pattern)
    words = frozenset(word.replace("-", "_") for word in words)

    def keep(value):
        return ",".join(part if not part or match(part) or meant(part, words) else "x" for part in value.split(","))
    return keep


NUMBER = r"-?[0-9]{1,6}|0x[0-9a-fA-F]{1,8}"
PLAIN = listed(NUMBER + "|on|off|[yYnN]|yes|no|true|false|auto|force|never|always")
ID = r"[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}(?:(?::(?:[0-9a-fA-F]{4}|ffffffff)){2}(?::[0-9a-fA-F]{1,6}){0,2})?"
ADDRESS = r"(?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(?:\.[0-7])?"
is_id = exactly(ID)
IDS = listed("%s|%s" % (ID, ADDRESS))
HEX_IDS = listed(r"[!*]?[0-9a-fA-F]{4}|[!*]")

# ---- modules, with _ for - as the kernel has it ----
VFIO = frozenset("vfio vfio_pci vfio_iommu_type1 vfio_virqfd vfio_mdev vfio_pci_core vfio_platform vfio_ap vfio_ccw vfio_cdx "
                 "vfio_fsl_mc vfio_amba".split())
MODULES = VFIO | frozenset("""
nouveau nvidia nvidia_drm nvidia_modeset nvidia_uvm nvidia_peermem nvidia_current nvidia_current_drm nvidia_current_modeset
nvidia_current_uvm nvidia_vgpu_vfio nvidiafb rivafb amdgpu amdkfd amdxcp radeon radeonfb aty128fb atyfb i915 xe intel_gtt kvmgt
mdev gasket apex ast mgag200 simpledrm efifb vesafb simplefb sysfb drm drm_kms_helper ttm fbcon i2c_nvidia_gpu ucsi_ccg
typec_ucsi typec snd snd_hda_intel snd_hda_codec snd_hda_codec_hdmi snd_hda_codec_realtek snd_hda_codec_generic snd_hda_core
snd_intel_dspcfg snd_sof_pci_intel_tgl snd_usb_audio snd_pcm soundcore xhci_pci xhci_hcd ehci_pci thunderbolt kvm kvm_intel
kvm_amd irqbypass pci_stub xen_pciback vendor_reset acpi_call bbswitch asus_wmi nvme nvme_core ahci loop tun bridge bonding
8021q dummy vhost vhost_net vhost_scsi vhost_vsock virtio virtio_pci virtio_net virtio_blk virtio_scsi virtio_balloon
virtio_gpu zfs dm_mod dm_crypt dm_thin_pool raid1 btrfs ext4 xfs nbd msr coretemp k10temp nct6775 it87 lp ppdev parport
parport_pc pcspkr iTCO_wdt softdog ipmi_si ipmi_devintf mei mei_me usbhid hid uas usb_storage e1000e igb igc ixgbe i40e r8169
mlx4_core mlx5_core iwlwifi btusb bluetooth cfg80211 mac80211 overlay fuse configfs i2c_dev i2c_i801 sg""".split())
MODULE_PARAMETERS = {
    "vfio_pci": "nointxmask disable_vga disable_idle_d3 enable_sriov disable_denylist",
    "vfio": "enable_unsafe_noiommu_mode",
    "vfio_iommu_type1": "allow_unsafe_interrupts disable_hugepages dma_entry_limit",
    "kvm": "ignore_msrs report_ignored_msrs halt_poll_ns tdp_mmu nx_huge_pages eager_page_split mmio_caching "
           "enable_virt_at_load enable_vmware_backdoor min_timer_period_us lapic_timer_advance_ns",
    "kvm_intel": "nested ept vpid unrestricted_guest enable_apicv enable_shadow_vmcs pml preemption_timer",
    "kvm_amd": "nested npt avic sev sev_es nrips vls vgif force_avic",
    "i915": "modeset enable_guc enable_gvt enable_psr enable_fbc enable_dc max_vfs fastboot disable_display",
    "xe": "max_vfs probe_display",
    "amdgpu": "modeset dc dpm audio runpm aspm gpu_recovery ppfeaturemask si_support cik_support vm_fragment_size noretry "
              "sg_display reset_method mes vis_vramlimit",
    "radeon": "modeset dpm audio runpm si_support cik_support",
    "nouveau": "modeset runpm noaccel",
    "nvidia": "NVreg_OpenRmEnableUnsupportedGpus NVreg_PreserveVideoMemoryAllocations NVreg_DynamicPowerManagement "
              "NVreg_EnableGpuFirmware NVreg_UsePageAttributeTable NVreg_EnableS0ixPowerManagement NVreg_EnableMSI "
              "NVreg_EnablePCIeGen3 NVreg_RegisterForACPIEvents",
    "nvidia_drm": "modeset fbdev",
    "snd_hda_intel": "power_save power_save_controller enable index probe_mask enable_msi dmic_detect",
    "xhci_hcd": "quirks",
    "nvme_core": "default_ps_max_latency_us",
    "pcie_aspm": "policy",
    "iommu": "passthrough strict",
    "intel_idle": "max_cstate",
    "processor": "max_cstate",
    "usbcore": "autosuspend",
    "zswap": "enabled",
    "systemd": "unified_cgroup_hierarchy",
    "net": "ifnames",
    "acpi": "enforce_resources",
}
MODULE_PARAMETERS = {module: dict.fromkeys(names.split(), PLAIN) for module, names in MODULE_PARAMETERS.items()}
MODULE_PARAMETERS["vfio_pci"]["ids"] = MODULE_PARAMETERS.setdefault("pci_stub", {})["ids"] = IDS
MODULE_PARAMETERS["i915"]["force_probe"] = MODULE_PARAMETERS["xe"]["force_probe"] = HEX_IDS


def module(name):
    """A module's name; x when it is not on the list."""
    return name if meant(name, MODULES if name.replace("-", "_") in MODULES else VFIO) else "x"


def module_list(text):
    """Modules with commas between them."""
    return ",".join(module(name) if name else "" for name in text.split(","))


# ---- kernel parameters, with _ for - as the kernel takes them ----
COUNT = r"[0-9]{1,5}[kKmMgG]?"
FRAMEBUFFERS = r"(?:efifb|vesafb|simplefb|simpledrm):off"
OUTPUT = (r"(?:DP|eDP|HDMI-A|DVI-[ADI]|VGA|LVDS|DSI|Virtual)-[0-9]{1,2}:"
          r"(?:[0-9]{3,4}x[0-9]{3,4}M?R?(?:-[0-9]{1,2})?(?:@[0-9]{1,3})?)?[imeDd]{0,2}")
CPUS = listed(r"[0-9]{1,4}(?:-[0-9]{1,4})?|nohz|domain|managed_irq|all")
PARAMETERS = {
    "intel_iommu": listed("on|off|[0-9]|pt", "igfx_off forcedac strict sp_off sm_on sm_off tboot_noforce".split()),
    "amd_iommu": listed("on|off|[0-9]|pt", "fullflush force_isolation force_enable pgtbl_v1 pgtbl_v2 irtcachedis nohugepages "
                                           "v2_pgsizes_only".split()),
    "iommu": listed("on|off|[0-9]|pt|memaper=[0-9]", "force noforce biomerge panic nopanic merge nomerge forcesac allowdac nodac "
                                                     "usedac soft calgary nopt fullflush forcedac noaperture noagp memaper "
                                                     "allowed noexcl nofullflush".split()),
    "pcie_acs_override": listed(r"id:%s" % ID, ["downstream", "multifunction"]),
    "initcall_blacklist": listed("sysfb_init|simpledrm_platform_driver_init|(?:efifb|vesafb|simplefb)_driver_init|"
                                 "vga_arb_device_init|acpi_cpufreq_init|algif_aead_init"),
    "modprobe.blacklist": module_list, "module_blacklist": module_list,
    "rd.driver.blacklist": module_list, "rd.driver.pre": module_list,
    "nomodeset": PLAIN,
    "video": listed("%s|%s" % (FRAMEBUFFERS, OUTPUT)),
    "pci": listed(r"nomsi|noaer|nommconf|realloc(?:=on|=off)?|assign-busses|nocrs|use_crs|noats|nobfsort|big_root_window|"
                  r"pcie_bus_(?:perf|safe|tune_off|peer2peer)|hp(?:mmio|mmiopref|io|bus)size=%s" % COUNT),
    "pcie_aspm": listed("off|force|default|performance|powersave|powersupersave"), "pcie_port_pm": PLAIN,
    "pcie_ports": listed("native|compat|dpc-native|auto"),
    "intremap": listed("on|off|nosid|no_x2apic_optout|nopost|posted_msi"),
    "efi": listed("runtime|noruntime|nochunk|debug|nosoftreserve|disable_early_pci_dma|no_disable_early_pci_dma"),
    "acpi": listed("on|off|force|strict|noirq|ht"), "acpi_enforce_resources": listed("lax|strict|no"),
    "iomem": listed("relaxed|strict"), "split_lock_detect": listed("off|warn|fatal"),
    "amd_pstate": listed("active|passive|guided|disable"), "intel_pstate": listed("active|passive|disable|no_hwp"),
    "mitigations": listed("auto|off|nosmt"), "mem_sleep_default": listed("deep|s2idle|shallow"),
    "transparent_hugepage": PLAIN, "hugepages": listed(COUNT), "hugepagesz": listed(COUNT), "default_hugepagesz": listed(COUNT),
    "isolcpus": CPUS, "nohz_full": CPUS, "rcu_nocbs": CPUS, "irqaffinity": CPUS,
    "console": listed(r"tty[0-9]{0,2}|ttyS[0-9]|[0-9]{4,6}n8"), "consoleblank": PLAIN, "loglevel": PLAIN,
    "nmi_watchdog": PLAIN, "apparmor": PLAIN, "audit": PLAIN, "swiotlb": PLAIN, "vga": listed("normal|ask|off|" + NUMBER),
    "fbcon": listed(r"map:[0-9]{1,2}|nodefer"),
}
# As people write vfio-pci.ids; passthru tells them so.
for mistaken in "vfio.ids vfio_ids vfio_pci_ids vfio_pci.pci_ids vfio_pci_core.ids vfio_iommu_type1.ids vfio_pci".split():
    PARAMETERS[mistaken] = IDS
# What passthru knows, misspelled or not.
KNOWN = frozenset("""intel_iommu amd_iommu iommu iommu.passthrough iommu.strict vfio_pci.ids vfio_pci.disable_vga
vfio_pci.disable_idle_d3 vfio_pci.enable_sriov vfio_pci.nointxmask vfio_pci.disable_denylist
vfio_iommu_type1.allow_unsafe_interrupts pcie_acs_override initcall_blacklist modprobe.blacklist module_blacklist
rd.driver.blacklist rd.driver.pre pci_stub.ids nomodeset kvm.ignore_msrs""".split())
# Their names alone say nothing; their values may.
NAMES = frozenset("""root rootflags rootfstype rootdelay resume resume_offset boot init ip cryptdevice cryptkey rd.luks.uuid
rd.luks.name rd.luks.options rd.lvm.lv rd.lvm.vg rd.md.uuid luks zfs spl_hostid biosdevname crashkernel lang locale keymap
security selinux BOOT_IMAGE initrd ostree systemd.machine_id""".split())
LONE = frozenset("""quiet splash ro rw nosplash single text debug verbose noapic nolapic noacpi nosmt nopti noresume rhgb
igfx_off sm_on sm_off sp_off pt tboot_noforce downstream multifunction""".split())


def value_filter(name):
    """What keeps the harmless in the value of a kernel parameter, None when nothing of it is known to be."""
    key = name.replace("-", "_")
    owner, _, own = key.partition(".")
    if key not in PARAMETERS and own not in MODULE_PARAMETERS.get(owner, {}):
        key = meant(key, KNOWN)
        owner, _, own = (key or "").partition(".")
    return PARAMETERS.get(key) or MODULE_PARAMETERS.get(owner, {}).get(own)


def parameter(word):
    """One word of a kernel command line."""
    name, equals, value = word.partition("=")
    if not equals:
        bare = name.strip(",").replace("-", "_")
        known = bare in LONE or meant(name, KNOWN) or all(is_id(part) for part in bare.split(","))
        return word if known else "x"
    if name == "initrd" and value.startswith("\\"):
        return "initrd=\\x"  # that systemd-boot named it
    keep = value_filter(name)
    if not keep:
        return (name if name in NAMES else "x") + "=x"
    quote = '"' if value.startswith('"') else ""
    return "%s=%s%s%s" % (name, quote, keep(value[1:-1] if quote else value), quote)


def parameters(text):
    """A kernel command line, with its spaces and line breaks; double quotes protect spaces."""
    return re.sub(r'(?:[^\s"]|"[^"]*(?:"|$))+', lambda found: parameter(found[0]), text)
