/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/lspci_text.h"

/* What follows `prefix` at the start of a line; NULL when the line starts otherwise. */
static const char *after(const char *line, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(line, prefix, length) == 0 ? line + length + strspn(line + length, " \t") : NULL;
}

/* A number after `mark` anywhere in a line. */
static bool number_after(const char *line, const char *mark, int base, long most, long *number)
{
    const char *at = strstr(line, mark);
    char *end;
    if (!at)
        return false;
    at += strlen(mark);
    *number = strtol(at, &end, base);
    return end != at && *number >= 0 && *number <= most;
}

/* "16M", "512K", "128", as lspci prints sizes of BARs; "256MB" of a resizable one. 0 when it is none. */
static uint64_t read_size(const char *text)
{
    static const char units[] = "KMGTP";
    char *end;
    unsigned long long size = strtoull(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    return end == text || *text == '-' || size > UINT64_MAX >> shift ? 0 : (uint64_t)size << shift;
}

/* "Memory at a3000000 (32-bit, non-prefetchable) [disabled] [size=16M]" after `at`. */
static struct pci_bar read_bar(const char *at, const char *line)
{
    const char *size = strstr(line, "[size=");
    struct pci_bar bar = {.size = size ? read_size(size + 6) : 0};
    if (*at != '<' && *at != '-')
        bar.address = strtoull(at, NULL, 16);
    bar.is_io = strstr(line, "I/O ports at ") != NULL;
    bar.is_64bit = strstr(line, "(64-bit") != NULL;
    bar.is_prefetchable = strstr(line, ", prefetchable)") != NULL;
    return bar;
}

/* With -vv a BAR has its number. With -v it has not: they are then counted, so that the number is right only
 * when none is missing. */
static bool take_bar(struct lspci_text *text, struct pci_device *device, const char *line)
{
    static const char *const marks[] = {"Memory at ", "I/O ports at "};
    long number = text->next_bar;
    bool is_region = strncmp(line, "Region ", 7) == 0;
    const char *rom = strstr(line, "Expansion ROM at ");
    if (rom) {
        device->rom = read_bar(rom + 17, line);
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
        const char *at = strstr(line, marks[i]);
        if (!at || (!is_region && at != line && line[0] != '['))
            continue;
        if (is_region && !number_after(line, "Region ", 10, PCI_BAR_COUNT - 1, &number))
            return true;
        text->is_numbered |= is_region;
        struct pci_bar bar = read_bar(at + strlen(marks[i]), line);
        if (number < PCI_BAR_COUNT) {
            bar.resizable = device->bars[number].resizable;
            device->bars[number] = bar;
        }
        text->next_bar = (int)number + (bar.is_64bit ? 2 : 1);
        return true;
    }
    return false;
}

/* "BAR 0: current size: 256MB, supported: 64MB 128MB 256MB" */
static void take_resizable(struct pci_device *device, const char *line)
{
    long number;
    const char *sizes = strstr(line, "supported:");
    if (!sizes || !number_after(line, "BAR ", 10, PCI_BAR_COUNT - 1, &number))
        return;
    for (sizes += 10; *sizes;) {
        sizes += strspn(sizes, " ");
        uint64_t size = read_size(sizes);
        if (size >= 1 << 20 && (size & (size - 1)) == 0)
            device->bars[number].resizable |= size >> 20;
        sizes += strcspn(sizes, " ");
    }
}

/* The capabilities of -vv. DevCtl repeats FLReset with another meaning, after a DevCap that has it. */
static void take_capability(struct lspci_text *text, struct pci_device *device, const char *line)
{
    long number;
    if (strstr(line, "FLReset+") || strstr(line, " FLR+"))
        device->flr = TRISTATE_YES;
    else if (device->flr == TRISTATE_UNKNOWN && (strstr(line, "FLReset-") || strstr(line, " FLR-")))
        device->flr = TRISTATE_NO;
    if (strstr(line, "NoSoftRst-"))
        device->pm_reset = TRISTATE_YES;
    else if (strstr(line, "NoSoftRst+"))
        device->pm_reset = TRISTATE_NO;
    if (after(line, "IOVCtl:"))
        text->is_vf_enabled = strstr(line, "Enable+") != NULL;
    if (number_after(line, "Total VFs: ", 10, UINT16_MAX, &number))
        device->sriov_total = (int)number;
    if (number_after(line, "Number of VFs: ", 10, UINT16_MAX, &number))
        device->sriov_enabled = text->is_vf_enabled ? (int)number : 0;
}

static void take_subsystem(struct pci_device *device, const char *value)
{
    struct pci_id id;
    if (!pci_last_id(value, &id) || !id.vendor)
        return;
    device->id.has_subsystem = true;
    device->id.subvendor = id.vendor;
    device->id.subdevice = id.device;
}

void lspci_detail_line(struct lspci_text *text, struct pci_device *device, const char *line)
{
    const char *value;
    long number;
    if ((value = after(line, "Capabilities:"))) {
        text->is_resizable_bar = strstr(value, "Physical Resizable BAR") != NULL;
    } else if (after(line, "!!! Unknown header type 7f")) {
        device->is_silent = true;
    } else if ((value = after(line, "Subsystem:"))) {
        take_subsystem(device, value);
    } else if ((value = after(line, "Kernel driver in use:"))) {
        snprintf(device->driver, sizeof device->driver, "%s", value);
        device->driver_known = true;
    } else if (after(line, "Kernel modules:")) {
        /* The driver, if there is one, comes before. */
        device->driver_known = true;
    } else if (number_after(line, "IOMMU group: ", 10, INT32_MAX, &number) ||
               (after(line, "Flags:") && number_after(line, ", IOMMU group ", 10, INT32_MAX, &number))) {
        device->iommu_group = (int)number;
    } else if (after(line, "Bus:") && number_after(line, "secondary=", 16, 0xff, &number)) {
        device->is_bridge = true;
        device->secondary_bus = (uint8_t)number;
    } else if (text->is_resizable_bar && after(line, "BAR ")) {
        take_resizable(device, line);
    } else if (!take_bar(text, device, line)) {
        take_capability(text, device, line);
    }
}
