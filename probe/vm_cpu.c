/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/vm_state.h"

enum { MAX_IOMMU_UNITS = 64, CPUINFO_START = 16 << 10, QEMU_WITH_WIDE_VIOMMU = 902 };

static const uint64_t large_bar = 16ULL << 30;

void vm_note_hiding(struct vm_state *vm, enum vm_hiding_kind kind, const char *how, long line)
{
    vm->facts.fixes[FIX_HIDE_KVM] |= kind == VM_HIDES_KVM;
    vm->facts.fixes[FIX_HV_VENDOR_ID] |= kind == VM_HIDES_HYPER_V;
    if (vm->cpu.hiding_count < MAX_HIDINGS)
        vm->cpu.hidings[vm->cpu.hiding_count++] = (struct vm_hiding){kind, how, line};
}

int vm_machine_version(struct span machine)
{
    for (size_t i = 0; i + 1 < machine.length; i++) {
        char text[16];
        int major;
        int minor;
        size_t length = machine.length - i - 1;
        if (machine.start[i] != '-')
            continue;
        snprintf(text, sizeof text, "%.*s", length < sizeof text ? (int)length : (int)sizeof text - 1,
                 machine.start + i + 1);
        if (sscanf(text, "%2d.%2d", &major, &minor) == 2)
            return 100 * major + minor;
    }
    return 0;
}

/* Whom it helps depends on the GPU. The drivers of AMD and Intel for Windows give up (code 43) when they see
 * a hypervisor, NVIDIA's no longer does; amdgpu in Linux has a way of its own for GPUs that are passed
 * through, and takes the wrong one when it sees none, as do the drivers of parts of a GPU. */
static void check_hiding(const struct vm_state *vm, const struct vm_hiding *hiding)
{
    uint16_t vendor = vm_gpu_vendor(vm);
    bool may_be_amd = !vendor || vendor == 0x1002;
    bool is_nvidia = vendor == 0x10de && !vm_has_part(vm);
    if (hiding->kind == VM_HIDES_ALL && vm->guest == VM_GUEST_LINUX && may_be_amd)
        vm_finding(vm, hiding->line, FINDING_VM_HYPERVISOR_OFF_LINUX, hiding->how);
    else if (is_nvidia)
        vm_finding(vm, hiding->line, FINDING_VM_HIDDEN_NOT_NEEDED, hiding->how);
}

/* How many bits of an address a unit of Intel's IOMMU translates (VT-d 4.1, 11.4.2: MGAW, SAGAW); 0: not
 * known. */
static int unit_bits(uint64_t capabilities)
{
    int most = (int)(capabilities >> 16 & 0x3f) + 1;
    int supported = (int)(capabilities >> 8 & 0x1f);
    int width = supported & 8 ? 57 : supported & 4 ? 48 : supported & 2 ? 39 : 0;
    return width < most ? width : most;
}

/* That of the unit which has the fewest: it is not known which one the GPU is behind. */
static int host_iommu_bits(struct root *root)
{
    int bits = 0;
    struct root_names units CLEANUP(root_names_free) = root_list(root, "/sys/class/iommu", MAX_IOMMU_UNITS);
    for (int i = 0; i < units.count; i++) {
        char path[128];
        char line[64];
        snprintf(path, sizeof path, "/sys/class/iommu/%.60s/intel-iommu/cap", units.items[i]);
        if (strncmp(units.items[i], "dmar", 4) != 0 ||
            root_read_line(root, path, line, sizeof line) != ROOT_OK)
            continue;
        int unit = unit_bits(strtoull(line, NULL, 16));
        bits = unit && (!bits || unit < bits) ? unit : bits;
    }
    return bits;
}

/* QEMU 9.2 made its virtual IOMMU 48 bits wide, and no device behind it may know fewer. */
static void check_viommu(const struct vm_state *vm)
{
    const struct vm_cpu *cpu = &vm->cpu;
    int version = cpu->qemu_version;
    bool is_wide = cpu->viommu_bits ? cpu->viommu_bits > 39 : !version || version >= QEMU_WITH_WIDE_VIOMMU;
    if (cpu->viommu_line && !cpu->has_caching && vm->passed_count)
        vm_finding(vm, cpu->viommu_line, FINDING_VM_VIOMMU_CACHING);
    int host_bits = cpu->viommu_line && is_wide ? host_iommu_bits(vm->root) : 0;
    int bits = cpu->viommu_bits ? cpu->viommu_bits : 48;
    if (!host_bits || host_bits >= bits)
        return;
    if (version || cpu->viommu_bits)
        vm_finding(vm, cpu->viommu_line, FINDING_VM_VIOMMU_TOO_WIDE, bits, host_bits, bits, host_bits,
                   host_bits);
    else
        vm_finding(vm, cpu->viommu_line, FINDING_VM_VIOMMU_TOO_WIDE_LATEST, bits, host_bits, bits, host_bits,
                   host_bits);
}

/* "address sizes   : 46 bits physical, 48 bits virtual" */
static int host_cpu_bits(struct root *root)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(CPUINFO_START + 16);
    int bits = 0;
    if (root_read_start(root, "/proc/cpuinfo", CPUINFO_START, &text) != ROOT_OK)
        return 0;
    const char *sizes = strstr(buffer_text(&text), "\naddress sizes");
    const char *colon = sizes ? strchr(sizes, ':') : NULL;
    return colon && sscanf(colon + 1, "%3d bits physical", &bits) == 1 ? bits : 0;
}

static const struct passed_device *find_large_bar(const struct vm_state *vm, uint64_t *size)
{
    for (int i = 0; vm->machine && i < vm->passed_count; i++) {
        const struct pci_device *device = pci_find(vm->machine, &vm->passed[i].address);
        for (int bar = 0; device && bar < PCI_BAR_COUNT; bar++)
            if (device->bars[bar].size >= large_bar) {
                *size = device->bars[bar].size;
                return &vm->passed[i];
            }
    }
    return NULL;
}

/* OVMF places large BARs near the end of the addresses that the processor has. */
static void check_width(const struct vm_state *vm)
{
    uint64_t size = 0;
    const struct passed_device *device =
        vm->is_ovmf && !vm->cpu.is_limited ? find_large_bar(vm, &size) : NULL;
    if (!device)
        return;
    int iommu_bits = host_iommu_bits(vm->root);
    int cpu_bits = host_cpu_bits(vm->root);
    if (iommu_bits && cpu_bits > iommu_bits)
        vm_finding(vm, device->line, FINDING_VM_ADDRESS_WIDTH, cpu_bits, iommu_bits,
                   (unsigned long long)(size >> 30), iommu_bits, iommu_bits);
}

/* A Linux guest with Secure Boot loads only modules that are signed: those of DKMS are not. */
static void check_secure_boot(const struct vm_state *vm)
{
    if (vm->secure_boot_line && vm->guest == VM_GUEST_LINUX &&
        (vm_gpu_vendor(vm) == 0x10de || vm_has_part(vm)))
        vm_finding(vm, vm->secure_boot_line, FINDING_VM_SECURE_BOOT);
}

void vm_check_cpu(struct vm_state *vm)
{
    for (int i = 0; i < vm->cpu.hiding_count; i++)
        check_hiding(vm, &vm->cpu.hidings[i]);
    check_viommu(vm);
    check_width(vm);
    check_secure_boot(vm);
}
