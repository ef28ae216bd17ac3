/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/host_state.h"

bool vfio_id_is_orphan(struct span text)
{
    struct pci_id id;
    struct span part;
    bool any = false;
    while (span_next_part(&text, ',', &part)) {
        if (pci_id_parse(part.start, part.length, &id) != PCI_ID_OK)
            return false;
        any = true;
    }
    return any;
}

/* One field of hexadecimal digits, as sscanf("%x") of the kernel reads it: 0x may stand before them. */
static bool is_hex(struct span field, size_t most)
{
    if (span_begins(field, "0x") || span_begins(field, "0X"))
        field = (struct span){field.start + 2, field.length - 2};
    for (size_t i = 0; i < field.length; i++)
        if (!strchr("0123456789abcdefABCDEF", field.start[i]) || !field.start[i])
            return false;
    return field.length && field.length <= most;
}

/* drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids: vendor:device[:subvendor[:subdevice[:class[:class_mask]]]]
 */
static bool parse_id(struct span text, struct pci_id *id)
{
    struct span fields[7];
    int count = 0;
    while (count < 7 && span_next_part(&text, ':', &fields[count]))
        count++;
    if (count < 2 || count > 6)
        return false;
    for (int i = 0; i < count; i++)
        if (!is_hex(fields[i], i < 2 ? 4 : 8))
            return false;
    *id = (struct pci_id){.vendor = (uint16_t)strtoul(fields[0].start, NULL, 16),
                          .device = (uint16_t)strtoul(fields[1].start, NULL, 16)};
    return true;
}

bool vfio_ids_have(const struct host_setup *setup, const struct pci_id *id)
{
    for (int i = 0; i < setup->id_count; i++)
        if (pci_id_number(&setup->ids[i].id) == pci_id_number(id))
            return true;
    return false;
}

void vfio_ids_forget(struct host_state *host)
{
    struct host_setup *setup = &host->setup;
    int count = setup->id_count;
    setup->id_count = 0;
    for (int i = 0; i < count; i++)
        if (setup->ids[i].is_param)
            setup->ids[setup->id_count++] = setup->ids[i];
}

void vfio_ids_add(struct host_state *host, struct span ids, bool is_param)
{
    struct span part;
    if (ids.length > 1 && ids.start[0] == '"')
        ids = (struct span){ids.start + 1, ids.length - 2};
    while (span_next_part(&ids, ',', &part)) {
        struct pci_id id;
        if (!part.length)
            continue;
        if (!parse_id(part, &id)) {
            host_finding(host, FINDING_VFIO_IDS_MALFORMED, SPAN_FORMAT(part));
            continue;
        }
        if (vfio_ids_have(&host->setup, &id) || host->setup.id_count == MAX_VFIO_IDS)
            continue;
        struct vfio_id *added = &host->setup.ids[host->setup.id_count++];
        *added = (struct vfio_id){.id = id, .is_param = is_param};
        host_note_place(host, &added->place);
    }
}

static void append_device(struct buffer *out, const struct pci_device *device)
{
    buffer_append_format(out, "%s%02x:%02x.%x [%s]", out->length ? ", " : "", device->address.bus,
                         device->address.slot, device->address.function, pci_id_text_base(&device->id));
}

/* The other functions of a GPU, which the kernel hands to other drivers. */
static void check_functions(struct host_state *host, const struct pci_device *gpu)
{
    struct buffer missing CLEANUP(buffer_free) = BUFFER(1024);
    struct buffer list CLEANUP(buffer_free) = BUFFER(1024);
    for (int i = 0; i < host->machine->count; i++) {
        const struct pci_device *other = &host->machine->devices[i];
        if (other == gpu || !pci_same_device(gpu, other) || other->is_bridge ||
            vfio_ids_have(&host->setup, &other->id) || pci_is_on_vfio(other))
            continue;
        append_device(&missing, other);
        buffer_append_format(&list, ",%s", pci_id_text_base(&other->id));
    }
    const struct pci_address *at = &gpu->address;
    /* Proxmox and libvirt (managed='yes') take a device from its driver when a virtual machine starts. */
    bool is_managed = root_exists(host->root, "/etc/pve") || root_exists(host->root, "/etc/libvirt/qemu");
    if (missing.length && is_managed)
        host_finding(host, FINDING_VFIO_FUNCTION_MISSING_MANAGED, at->bus, at->slot, at->function,
                     buffer_text(&missing), buffer_text(&list) + 1);
    else if (missing.length)
        host_finding(host, FINDING_VFIO_FUNCTION_MISSING, at->bus, at->slot, at->function,
                     buffer_text(&missing), buffer_text(&list) + 1);
}

/* A driver of the host sits where vfio-pci should. */
static void check_holder(struct host_state *host, const struct pci_device *device)
{
    char module[32];
    const struct pci_address *at = &device->address;
    if (!pci_has_host_driver(device) || device->is_bridge)
        return;
    pci_driver_module(host->root, device->driver, module, sizeof module);
    if (host->is_unraid)
        host_finding(host, FINDING_VFIO_DRIVER_HOLDS_DEVICE_UNRAID, at->bus, at->slot, at->function,
                     device->driver);
    else
        host_finding(host, FINDING_VFIO_DRIVER_HOLDS_DEVICE, at->bus, at->slot, at->function, device->driver,
                     module, host_initramfs_step(&host->setup));
}

/* What one ID of vfio-pci stands for. */
struct named_devices {
    struct buffer all;  /* addresses, for a text */
    struct buffer held; /* those that a driver of the host holds */
    int count;
    const struct pci_device *split; /* one with virtual functions */
    const struct pci_device *last;
};

static void collect(const struct host_state *host, const struct vfio_id *named, struct named_devices *devices)
{
    for (int i = 0; i < host->machine->count; i++) {
        const struct pci_device *device = &host->machine->devices[i];
        if (pci_id_number(&device->id) != pci_id_number(&named->id))
            continue;
        if (device->sriov_enabled > 0 ||
            (pci_is_display(device) && device->sriov_total > 0 && host->split.line))
            devices->split = device;
        if (device->is_virtual_function == TRISTATE_YES)
            continue;
        devices->count++;
        devices->last = device;
        append_device(&devices->all, device);
        if (pci_has_host_driver(device))
            append_device(&devices->held, device);
    }
}

static void judge_named(struct host_state *host, const struct vfio_id *named,
                        const struct named_devices *devices)
{
    const char *id = pci_id_text(&named->id);
    if (devices->split) {
        host_finding(host, FINDING_VFIO_ID_OF_SPLIT, id, devices->split->address.bus,
                     devices->split->address.slot, devices->split->address.function, id);
    } else if (!devices->count) {
        host_finding(host, FINDING_VFIO_ID_WITHOUT_DEVICE, id);
    } else if (devices->count > 1 && devices->held.length) {
        host_finding(host, FINDING_VFIO_ID_OF_SEVERAL_HELD, id, buffer_text(&devices->all),
                     buffer_text(&devices->held), id);
    } else if (devices->count > 1) {
        host_finding(host, FINDING_VFIO_ID_OF_SEVERAL, id, buffer_text(&devices->all), id);
    } else {
        check_holder(host, devices->last);
        if (pci_is_display(devices->last))
            check_functions(host, devices->last);
    }
}

/* Findings are about where this ID is set from now on. */
static void look_at(struct host_state *host, const struct vfio_id *named)
{
    host->file = named->place.file;
    host->line = named->place.line;
}

static void check_devices(struct host_state *host, const struct vfio_id *named)
{
    struct named_devices devices = {.all = BUFFER(4096), .held = BUFFER(4096)};
    look_at(host, named);
    collect(host, named, &devices);
    judge_named(host, named, &devices);
    buffer_free(&devices.all);
    buffer_free(&devices.held);
}

/* Whether what drives this maker's GPUs on the host waits for vfio-pci. Of a maker with two drivers one is
 * enough: nobody has both for one card, but NVIDIA's own driver, once installed, takes the place of nouveau.
 */
const char *vfio_earlier_driver(const struct host_state *host, uint16_t vendor)
{
    switch (vendor) {
    case 0x10de:
        if (!is_held_back(&host->setup, "nouveau"))
            return "nouveau";
        return host->nvidia_installed && !is_held_back(&host->setup, "nvidia") ? "nvidia" : NULL;
    case 0x1002:
        return is_held_back(&host->setup, "amdgpu") || is_held_back(&host->setup, "radeon") ? NULL : "amdgpu";
    case 0x8086:
        return is_held_back(&host->setup, "i915") || is_held_back(&host->setup, "xe") ? NULL : "i915";
    default:
        return NULL;
    }
}

/* Whether a device with this ID is a GPU; without a list of devices, the first ID of a maker is taken for its
 * GPU. Those that vfio-pci holds already need nothing. */
static bool needs_precedence(const struct host_state *host, const struct vfio_id *named)
{
    bool known = host->machine && host->machine->count;
    for (int i = 0; known && i < host->machine->count; i++) {
        const struct pci_device *device = &host->machine->devices[i];
        if (pci_id_number(&device->id) == pci_id_number(&named->id) && pci_is_display(device) &&
            !pci_is_on_vfio(device))
            return !device->driver_known || !device->driver[0]; /* else check_holder has reported it */
    }
    return !known && named->id.vendor != 0x8086;
}

static void check_precedence(struct host_state *host)
{
    for (int i = 0; i < host->setup.id_count && !host->setup.vfio_early; i++) {
        const struct vfio_id *named = &host->setup.ids[i];
        const char *earlier = vfio_earlier_driver(host, named->id.vendor);
        /* What is built in is there before any module. */
        if (!earlier || host->vfio_builtin || !needs_precedence(host, named))
            continue;
        look_at(host, named);
        host_finding(host, FINDING_VFIO_NO_PRECEDENCE, earlier, earlier, earlier,
                     host_initramfs_step(&host->setup));
        return;
    }
}

/* IDs that only modprobe.d has, where the kernel has no module vfio-pci that would read it. */
static void check_builtin(struct host_state *host)
{
    struct buffer list CLEANUP(buffer_free) = BUFFER(2048);
    const struct vfio_id *first = NULL;
    for (int i = 0; i < host->setup.id_count && host->vfio_builtin; i++) {
        if (host->setup.ids[i].is_param)
            continue;
        first = first ? first : &host->setup.ids[i];
        buffer_append_format(&list, "%s%s", list.length ? "," : "", pci_id_text(&host->setup.ids[i].id));
    }
    if (!first)
        return;
    look_at(host, first);
    host_finding(host, FINDING_VFIO_BUILTIN_MODPROBE, buffer_text(&list));
}

void vfio_ids_check(struct host_state *host)
{
    check_builtin(host);
    for (int i = 0; i < host->setup.id_count && host->machine && host->machine->count; i++)
        check_devices(host, &host->setup.ids[i]);
    check_precedence(host);
}
