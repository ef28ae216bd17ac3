#include <stdio.h>
#include <string.h>

#include "probe/scan.h"

/* What a scan makes of what it saw. An environment fault (the IOMMU, a driver, a setting) is told apart from
 * a fault of the GPU, which no set-up changes. */

enum { HUGE_BAR_GIB = 16 };

bool scan_is_of_gpu(enum finding_id id)
{
    switch (id) {
    case FINDING_ID_VBIOS_ACPI_ROM:
    case FINDING_ID_VBIOS_ACPI_ROM_UNSURE:
    case FINDING_ID_VBIOS_ACPI_ATRM:
    case FINDING_ID_VBIOS_UNKNOWN:
    case FINDING_ID_NO_DISPLAY_PATH:
    case FINDING_ID_RESET_BROKEN:
    case FINDING_ID_RESET_VENDOR_MODULE:
    case FINDING_ID_RESET_NONE:
    case FINDING_ID_INTEGRATED_GPU:
    case FINDING_ID_NO_PASSTHROUGH_NEEDED:
        return true;
    default:
        return false;
    }
}

/* ---- the host ---- */

static void judge_iommu(const struct iommu *iommu, struct findings *findings)
{
    struct finding *finding;
    const char *name = iommu->kind == IOMMU_KIND_AMD ? "AMD-Vi (SVM and IOMMU)" : "VT-d";
    switch (iommu->fault) {
    case IOMMU_FAULT_FIRMWARE:
        finding =
            findings_add(findings, FINDING_ID_IOMMU_OFF_FIRMWARE, SEVERITY_BLOCKER,
                         "The IOMMU is off: the firmware offers none (there is no ACPI table DMAR or IVRS). "
                         "No word on the kernel command line changes that.");
        finding_next(finding,
                     "switch on %s in the firmware setup (BIOS), save, and switch the machine off once",
                     name);
        break;
    case IOMMU_FAULT_COMMAND_LINE:
        finding = findings_add(
            findings, FINDING_ID_IOMMU_OFF_COMMAND_LINE, SEVERITY_BLOCKER,
            "The IOMMU is off though the firmware offers one: the running kernel was not told to "
            "use it.");
        finding_next(finding,
                     "%s to the kernel command line, update-grub or proxmox-boot-tool refresh, reboot",
                     iommu->kind == IOMMU_KIND_AMD ? "remove amd_iommu=off and iommu=off, add iommu=pt"
                                                   : "add intel_iommu=on iommu=pt");
        break;
    case IOMMU_FAULT_UNKNOWN:
        finding = findings_add(
            findings, FINDING_ID_IOMMU_OFF, SEVERITY_BLOCKER,
            "The IOMMU is off: the kernel has no IOMMU groups, and why cannot be told from here.");
        finding_next(finding, "look for DMAR or AMD-Vi in: dmesg | grep -e DMAR -e IOMMU -e AMD-Vi");
        break;
    case IOMMU_FAULT_NONE:
        break;
    }
    if (iommu->enabled == TRISTATE_YES && iommu->interrupt_remapping == TRISTATE_NO) {
        finding = findings_add(
            findings, FINDING_ID_INTERRUPT_REMAPPING_OFF, SEVERITY_WARNING,
            "Interrupts are not remapped: the kernel refuses to give devices to a guest unless it is "
            "told that this is safe enough.");
        finding_next(
            finding,
            "switch on x2APIC or interrupt remapping in the firmware setup; options vfio_iommu_type1 "
            "allow_unsafe_interrupts=1 is the last resort and weakens isolation");
    }
}

void scan_judge_host(struct scan *scan)
{
    if (scan->from_text)
        return;
    if (scan->host.in_vm != TRISTATE_YES) {
        judge_iommu(&scan->iommu, &scan->findings);
        return;
    }
    bool off = scan->iommu.enabled == TRISTATE_NO;
    finding_next(
        findings_add(
            &scan->findings, FINDING_ID_SCAN_IN_VM, off ? SEVERITY_BLOCKER : SEVERITY_WARNING,
            "This machine is itself a virtual machine%s: what it shows is what its own host gave it. To pass a GPU "
            "on to a guest inside of it takes nested virtualisation and a virtual IOMMU.",
            off ? " without a virtual IOMMU" : ""),
        "run the scan on the real host");
}

void scan_judge_unreadable(struct scan *scan)
{
    for (int i = 0; root_unreadable(scan->root, i); i++)
        finding_next(findings_add(&scan->findings, FINDING_ID_MACHINE_UNREADABLE, SEVERITY_INFO,
                                  "Could not be read, so that what rests on it is unknown: %s",
                                  root_unreadable(scan->root, i)),
                     "%s",
                     root_is_live(scan->root) && !scan->host.is_root ? "run the scan as root to see it" : "");
}

/* ---- the GPU ---- */

static void judge_delivery(const struct gpu *known, struct scan_gpu *gpu)
{
    struct findings *findings = &gpu->findings;
    struct finding *finding;
    bool seen = gpu->acpi.rom_method == ACPI_ROM_YES;
    double confidence = known ? known->attributes[ATTRIBUTE_VBIOS].confidence : 0.0;
    enum vbios vbios = known ? gpu_vbios(known) : VBIOS_UNKNOWN;
    if (vbios == VBIOS_ACPI_ROM) {
        finding = findings_add(
            findings, FINDING_ID_VBIOS_ACPI_ROM,
            seen || confidence >= 0.85 ? SEVERITY_BLOCKER : SEVERITY_WARNING,
            "vBIOS delivery: this GPU%s its vBIOS from the firmware of this laptop by the ACPI method _ROM%s%s%s. A virtual "
            "machine has no such method, so that the NVIDIA driver in the guest finds no vBIOS and does not start; romfile= "
            "alone does not change that.",
            seen ? " gets" : " most probably gets", seen ? " (" : "", seen ? gpu->acpi.where_rom : "",
            seen ? ")" : "");
        finding_next(
            finding,
            "use another GPU; an own SSDT with _ROM in the guest has helped a few people and takes days");
    } else if (gpu->acpi.rom_method == ACPI_ROM_BINDING_UNSURE) {
        finding = findings_add(
            findings, FINDING_ID_VBIOS_ACPI_ROM_UNSURE, SEVERITY_WARNING,
            "The firmware has a method _ROM below the port of this GPU (%s); whether it belongs to this GPU is "
            "unsure. If it does, the vBIOS does not reach a virtual machine.",
            gpu->acpi.where_rom);
        finding_next(finding,
                     "see whether the vBIOS can be read from the card: passthru rom ADDRESS as root");
    }
    if (known && vbios == VBIOS_UNKNOWN && gpu_form_factor(known) == FORM_FACTOR_MOBILE &&
        gpu->acpi.rom_method == ACPI_ROM_NO) {
        finding = findings_add(
            findings, FINDING_ID_VBIOS_UNKNOWN, SEVERITY_WARNING,
            "The firmware of this machine has no ACPI method that would give this GPU its vBIOS, and none was read "
            "from the card: where its vBIOS comes from is not known.");
        finding_next(finding, "see as root whether it can be read from the card: passthru rom ADDRESS");
    }
    if (vbios == VBIOS_ACPI_ATRM) {
        finding = findings_add(
            findings, FINDING_ID_VBIOS_ACPI_ATRM, SEVERITY_WARNING,
            "vBIOS delivery: this GPU%s its vBIOS from the firmware of this laptop by the ACPI method "
            "ATRM%s%s%s, which no virtual machine has.",
            gpu->acpi.atrm == TRISTATE_YES ? " gets" : " probably gets",
            gpu->acpi.atrm == TRISTATE_YES ? " (" : "",
            gpu->acpi.atrm == TRISTATE_YES ? gpu->acpi.where_atrm : "",
            gpu->acpi.atrm == TRISTATE_YES ? ")" : "");
        finding_next(
            finding,
            "dump the vBIOS while amdgpu or radeon holds the GPU (/sys/kernel/debug/dri/N/amdgpu_vbios) and "
            "give it to the guest with romfile=");
    }
}

static void judge_display(const struct scan *scan, const struct gpu *known, struct scan_gpu *gpu)
{
    bool server = known && gpu_form_factor(known) == FORM_FACTOR_SERVER;
    if (gpu->display.outputs != 0 && !(known && gpu_display(known) == DISPLAY_NONE))
        return;
    const char *why = gpu->display.outputs != 0 ? "as far as is known of this model"
                      : gpu->display.by_class   ? "it is a 3D controller"
                                                : "the kernel lists no connector of it";
    bool muxless = gpu->chassis == CHASSIS_LAPTOP && gpu->display.outputs == 0;
    struct finding *finding = findings_add(
        &gpu->findings, FINDING_ID_NO_DISPLAY_PATH, server ? SEVERITY_INFO : SEVERITY_WARNING,
        "No display path: the GPU has no outputs of its own (%s)%s. Expect compute, or a picture sent over the "
        "network, but no monitor.",
        why,
        muxless ? "; it is muxless: the picture goes through the integrated GPU, which stays with the host"
                : "");
    finding_next(finding, "%s",
                 server ? "" : "for a picture use a card with outputs; else Looking Glass, Sunshine or RDP");
    (void)scan;
}

static void judge_reset(const struct gpu *known, struct scan_gpu *gpu)
{
    const struct pci_device *device = gpu->device;
    enum reset reset = known ? gpu_reset(known) : RESET_UNKNOWN;
    struct finding *finding;
    if (reset == RESET_VENDOR_RESET) {
        finding = findings_add(
            &gpu->findings, FINDING_ID_RESET_VENDOR_MODULE, SEVERITY_WARNING,
            "Reset: this generation comes back from a reset only with the vendor-reset kernel module. Without "
            "it the guest starts once, and then not again until the host is rebooted.");
        finding_next(
            finding,
            "install vendor-reset (DKMS) on the host and echo device_specific > reset_method of the GPU");
    } else if (reset == RESET_BROKEN) {
        finding = findings_add(
            &gpu->findings, FINDING_ID_RESET_BROKEN, SEVERITY_WARNING,
            "Reset: this GPU is reported not to come back from a reset. After the guest stops, it stays dead "
            "until the host is rebooted.");
        finding_next(finding,
                     "plan for a reboot of the host after each stop of the guest, or use another GPU");
    } else if (device->resets_known && !*device->resets) {
        finding = findings_add(
            &gpu->findings, FINDING_ID_RESET_NONE, SEVERITY_WARNING,
            "Reset: the kernel knows no way to reset this GPU. The first start may work, the second one then "
            "needs a reboot of the host.");
        finding_next(
            finding,
            "look for another slot (a bus reset needs the GPU alone on its bus), or plan for reboots");
    }
}

static void judge_kind(const struct gpu *known, struct scan_gpu *gpu)
{
    enum form_factor form_factor = known ? gpu_form_factor(known) : FORM_FACTOR_UNKNOWN;
    if (form_factor == FORM_FACTOR_INTEGRATED)
        finding_next(
            findings_add(
                &gpu->findings, FINDING_ID_INTEGRATED_GPU, SEVERITY_WARNING,
                "Integrated GPU: it uses the firmware and the memory of the host, takes the console away from "
                "it, and needs a vBIOS or GOP ROM made for this machine."),
            "keep it for the host and pass an add-in card, or read the reports on this GPU: passthru query %04x:%04x",
            gpu->device->id.vendor, gpu->device->id.device);
    if (form_factor == FORM_FACTOR_VIRTUAL)
        finding_next(findings_add(&gpu->findings, FINDING_ID_NO_PASSTHROUGH_NEEDED, SEVERITY_BLOCKER,
                                  "This is a virtual GPU: there is no hardware behind it to pass through."),
                     "look up the GPU of the host instead");
}

/* What is in the ROM of an integrated GPU means nothing; what is in the firmware's copy is not the card's. */
static void judge_rom(const struct gpu *known, struct scan_gpu *gpu)
{
    const struct rom_reading *rom = &gpu->rom;
    if (known && gpu_form_factor(known) == FORM_FACTOR_INTEGRATED) {
        if (rom->valid == TRISTATE_NO && rom->state != ROM_BAR_ABSENT)
            findings_add(
                &gpu->findings, FINDING_ID_ROM_HEADER_HARMLESS, SEVERITY_INFO,
                "The kernel's line \"Invalid PCI ROM header signature\" about this GPU is harmless: an integrated GPU "
                "has no ROM of its own, its vBIOS is a part of the system firmware.");
        return;
    }
    if (rom->is_shadow)
        finding_next(
            findings_add(
                &gpu->findings, FINDING_ID_ROM_SHADOW, SEVERITY_INFO,
                "What reads as the ROM of this GPU is the copy that the firmware left at 0xC0000: it says nothing "
                "about a ROM on the card, and is often changed."),
            "read the ROM while another GPU is primary");
    else if (rom->present == TRISTATE_YES)
        option_rom_findings(&rom->image, &gpu->device->id, &gpu->findings);
}

/* ---- how it is set up here ---- */

static void name_strangers(const struct scan *scan, const struct scan_gpu *gpu, struct buffer *names,
                           bool *held)
{
    int listed = gpu->stranger_count < MAX_STRANGERS ? gpu->stranger_count : MAX_STRANGERS;
    *held = false;
    for (int i = 0; i < listed; i++) {
        const struct pci_device *device = &scan->machine.devices[gpu->strangers[i]];
        char address[PCI_ADDRESS_TEXT_SIZE];
        *held |= device->driver_known && *device->driver && strcmp(device->driver, "vfio-pci") != 0;
        if (i < 6)
            buffer_append_format(names, "%s%s %04x:%04x%s%s%s", i ? ", " : "",
                                 pci_address_print(&device->address, address), device->id.vendor,
                                 device->id.device, *device->driver ? " (" : "", device->driver,
                                 *device->driver ? ")" : "");
    }
    if (gpu->stranger_count > 6)
        buffer_append_format(names, " and %d more", gpu->stranger_count - 6);
}

static void judge_group(const struct scan *scan, struct scan_gpu *gpu)
{
    struct buffer names CLEANUP(buffer_free) = BUFFER(4096);
    bool held;
    if (!gpu->stranger_count)
        return;
    name_strangers(scan, gpu, &names, &held);
    struct finding *finding = findings_add(
        &gpu->findings, FINDING_ID_GROUP_SHARED, held ? SEVERITY_BLOCKER : SEVERITY_WARNING,
        "IOMMU group %d is shared with %d other device%s: %s. %s", gpu->device->iommu_group,
        gpu->stranger_count, gpu->stranger_count == 1 ? "" : "s", buffer_text(&names),
        held ? "The host uses at least one of them, and a group goes to a guest as a whole or not at all."
             : "They have to go to the guest together with the GPU.");
    finding_next(
        finding,
        "put the GPU or the other card into another slot (one at the processor, not at the chipset); "
        "pcie_acs_override=downstream,multifunction is the last resort and weakens isolation");
}

static bool is_host_driver(const struct pci_device *device)
{
    return device->driver_known && *device->driver && strcmp(device->driver, "vfio-pci") != 0 &&
           strcmp(device->driver, "pci-stub") != 0 && strcmp(device->driver, "xen-pciback") != 0;
}

static void judge_driver(const struct scan *scan, const struct gpu *known, struct scan_gpu *gpu)
{
    int functions[MAX_FUNCTIONS];
    char address[PCI_ADDRESS_TEXT_SIZE];
    const struct pci_device *device = gpu->device;
    int count = scan_functions(scan, device, functions);
    /* An integrated GPU belongs to the host until somebody decides otherwise. */
    if (known && gpu_form_factor(known) == FORM_FACTOR_INTEGRATED)
        return;
    if (is_host_driver(device)) {
        struct buffer ids CLEANUP(buffer_free) = BUFFER(256);
        for (int i = 0; i < count; i++) {
            const struct pci_id *id = &scan->machine.devices[functions[i]].id;
            buffer_append_format(&ids, "%s%04x:%04x", i ? "," : "", id->vendor, id->device);
        }
        finding_next(
            findings_add(
                &gpu->findings, FINDING_ID_DRIVER_BOUND, SEVERITY_WARNING,
                "The host's driver %s holds the GPU. It must let go before a guest can have it, and some "
                "GPUs do not work after that.",
                device->driver),
            "bind it to vfio-pci at boot: options vfio-pci ids=%s and softdep %s pre: vfio-pci in "
            "/etc/modprobe.d/vfio.conf, then update-initramfs -u and reboot",
            buffer_text(&ids), device->driver);
    }
    for (int i = 0; i < count; i++) {
        const struct pci_device *function = &scan->machine.devices[functions[i]];
        if (function == device || !is_host_driver(function) || is_host_driver(device))
            continue;
        finding_next(
            findings_add(
                &gpu->findings, FINDING_ID_FUNCTION_BOUND, SEVERITY_WARNING,
                "Function %s of the GPU (%04x:%04x) is still held by the host's driver %s: all functions go "
                "to the guest together.",
                pci_address_print(&function->address, address), function->id.vendor, function->id.device,
                function->driver),
            "add %04x:%04x to ids= of vfio-pci", function->id.vendor, function->id.device);
    }
}

static void judge_boot_vga(const struct gpu *known, struct scan_gpu *gpu)
{
    bool integrated = known && gpu_form_factor(known) == FORM_FACTOR_INTEGRATED;
    if (gpu->device->boot_vga == TRISTATE_YES && !integrated)
        finding_next(
            findings_add(
                &gpu->findings, FINDING_ID_BOOT_VGA, SEVERITY_WARNING,
                "The host boots with this GPU: its console lies on it, and its ROM was run by the firmware, so "
                "that the guest may need a clean copy."),
            "make another GPU primary in the firmware setup, or give the guest a dumped vBIOS with romfile= and manage "
            "the host over the network");
    if (gpu->framebuffer)
        finding_next(
            findings_add(
                &gpu->findings, FINDING_ID_FRAMEBUFFER_ON_GPU, SEVERITY_WARNING,
                "The firmware's framebuffer lies in the memory of this GPU: vfio-pci then cannot reserve the BAR "
                "(dmesg: BAR 1: can't reserve)."),
            "kernel 5.15 and later: initcall_blacklist=sysfb_init on the command line; older ones: video=efifb:off");
}

static void judge_bars(struct scan_gpu *gpu)
{
    for (int i = 0; i < PCI_BAR_COUNT; i++) {
        const struct pci_bar *bar = &gpu->device->bars[i];
        if (!bar->is_io && bar->size >= (uint64_t)HUGE_BAR_GIB << 30)
            finding_next(
                findings_add(&gpu->findings, FINDING_ID_LARGE_BAR, SEVERITY_INFO,
                             "BAR %d is %llu GiB: host and guest need room for it above 4 GiB.", i,
                             (unsigned long long)(bar->size >> 30)),
                "Above 4G decoding on in the firmware setup; in the guest OVMF with a 64-bit MMIO window at least "
                "twice as large");
    }
}

void scan_judge(const struct scan *scan, const struct gpu *known, struct scan_gpu *gpu)
{
    judge_delivery(known, gpu);
    judge_display(scan, known, gpu);
    judge_kind(known, gpu);
    judge_reset(known, gpu);
    judge_rom(known, gpu);
    judge_group(scan, gpu);
    judge_driver(scan, known, gpu);
    judge_boot_vga(known, gpu);
    judge_bars(gpu);
    findings_sort(&gpu->findings);
}
