/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/pci.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probe/pci_libpci.h"

/* Flags of a resource as the kernel prints them (include/linux/ioport.h). */
enum { RESOURCE_IO = 0x100, RESOURCE_PREFETCH = 0x2000, RESOURCE_64BIT = 0x100000 };
enum { RESOURCE_MAX = 4096, SHORT_PATH = 64 };

static const char devices_directory[] = "/sys/bus/pci/devices";

struct scan {
    struct root *root;
    struct libpci *library;
    struct pci_machine *machine;
};

/* "/sys/bus/pci/devices/0000:01:00.0/NAME" */
static const char *attribute(const struct pci_device *device, const char *name, char path[SHORT_PATH])
{
    snprintf(path, SHORT_PATH, "%s/%s/%s", devices_directory, pci_address_text(&device->address), name);
    return path;
}

static bool read_number(struct root *root, const struct pci_device *device, const char *name,
                        long long *number)
{
    char path[SHORT_PATH];
    return root_read_number(root, attribute(device, name, path), number);
}

static enum tristate read_yes_no(struct root *root, const struct pci_device *device, const char *name)
{
    long long number;
    return read_number(root, device, name, &number) ? tristate_of(number != 0) : TRISTATE_UNKNOWN;
}

/* Where the directory of a device really is; false when it is another's, or leads out of the machine. */
static bool resolve(struct root *root, const struct pci_device *device, char *resolved, size_t size)
{
    char path[SHORT_PATH];
    bool found = root_resolve(root, attribute(device, "", path), resolved, size);
    const char *own = found ? strrchr(resolved, '/') : NULL;
    if (own && strcmp(own + 1, pci_address_text(&device->address)) == 0)
        return true;
    root_note_unreadable(root, path, "is not the directory of this device");
    return false;
}

/* The bridge above a device is the directory above its own, .../0000:00:01.0/0000:01:00.0, and has been read
 * before it: its bus is lower. -1 when there is none. */
static int find_parent(const struct pci_machine *machine, const struct pci_device *device,
                       const char *resolved)
{
    char text[PCI_ADDRESS_TEXT_SIZE];
    struct pci_address address;
    const char *own = strrchr(resolved, '/');
    const char *above = memrchr(resolved, '/', (size_t)(own - resolved));
    size_t length = above ? (size_t)(own - above) - 1 : 0;
    if (!length || length >= sizeof text)
        return -1;
    memcpy(text, above + 1, length);
    text[length] = '\0';
    const struct pci_device *parent = pci_address_parse(text, &address) && address.bus < device->address.bus
                                          ? pci_find(machine, &address)
                                          : NULL;
    bool is_above = parent && parent->address.domain == device->address.domain;
    return is_above ? (int)(parent - machine->devices) : -1;
}

static void read_group(struct root *root, struct pci_device *device)
{
    char path[SHORT_PATH];
    char name[16];
    char *end;
    device->iommu_group = IOMMU_GROUP_NONE;
    if (!root_read_link(root, attribute(device, "iommu_group", path), name, sizeof name))
        return;
    long number = strtol(name, &end, 10);
    bool valid = !*end && number >= 0 && number <= INT32_MAX;
    device->iommu_group = valid ? (int)number : IOMMU_GROUP_UNKNOWN;
    if (!valid)
        root_note_unreadable(root, path, "is not a group number");
}

/* What the kernel remembers of a device whose configuration space cannot be read now. */
static void read_remembered(struct root *root, struct pci_device *device)
{
    long long number;
    long long subvendor;
    if (read_number(root, device, "revision", &number)) {
        device->id.has_revision = true;
        device->id.revision = (uint8_t)number;
    }
    if (read_number(root, device, "subsystem_vendor", &subvendor) && subvendor > 0 && subvendor < 0xffff &&
        read_number(root, device, "subsystem_device", &number)) {
        device->id.has_subsystem = true;
        device->id.subvendor = (uint16_t)subvendor;
        device->id.subdevice = (uint16_t)number;
    }
}

static bool read_id(struct root *root, struct pci_device *device)
{
    long long vendor;
    long long number;
    if (!read_number(root, device, "vendor", &vendor) || vendor <= 0 || vendor >= 0xffff ||
        !read_number(root, device, "device", &number) || number < 0 || number > 0xffff)
        return false;
    device->id.vendor = (uint16_t)vendor;
    device->id.device = (uint16_t)number;
    return true;
}

static bool read_identity(struct root *root, struct pci_device *device)
{
    long long class;
    if (!read_id(root, device) || !read_number(root, device, "class", &class) || class < 0 ||
        class > 0xffffff)
        return false;
    device->base_class = (uint8_t)(class >> 16);
    device->sub_class = (uint8_t)(class >> 8);
    device->interface = (uint8_t) class;
    return true;
}

bool pci_read_id(struct root *root, const struct pci_address *address, struct pci_id *id)
{
    struct pci_device device = PCI_DEVICE_UNKNOWN;
    device.address = *address;
    bool is_there = read_id(root, &device);
    *id = device.id;
    return is_there;
}

int pci_list_gpus(struct root *root, struct pci_device *gpus, int limit)
{
    int count = 0;
    struct root_names names CLEANUP(root_names_free) = root_list(root, devices_directory, MAX_PCI_DEVICES);
    for (int i = 0; i < names.count && count < limit; i++) {
        gpus[count] = PCI_DEVICE_UNKNOWN;
        count += pci_address_parse(names.items[i], &gpus[count].address) &&
                 read_identity(root, &gpus[count]) && pci_is_gpu_class(&gpus[count]);
    }
    return count;
}

/* Reads up to `size` bytes of its configuration space and what they say. Returns how many could be used. */
static int read_config(struct scan *scan, size_t size, struct pci_device *device)
{
    char path[SHORT_PATH];
    struct buffer config CLEANUP(buffer_free) = BUFFER(PCI_CONFIG_ALL + 70000);
    enum root_result result = root_read_start(scan->root, attribute(device, "config", path), size, &config);
    int length = libpci_read_config(scan->library, buffer_text(&config), config.length, false, device);
    if (length <= 0 && result != ROOT_UNREADABLE)
        root_note_unreadable(scan->root, path, "cannot be read, or the device does not answer");
    return length;
}

/* Reads what is to be known of every device. False when it is not to be believed or gone. */
static bool read_brief(struct scan *scan, struct pci_device *device)
{
    char path[SHORT_PATH];
    char resolved[4096];
    if (!resolve(scan->root, device, resolved, sizeof resolved))
        return false;
    if (!read_identity(scan->root, device)) {
        root_note_unreadable(scan->root, attribute(device, "", path), "states no vendor, device and class");
        return false;
    }
    if (read_config(scan, PCI_CONFIG_HEADER, device) <= 0)
        read_remembered(scan->root, device);
    device->parent = find_parent(scan->machine, device, resolved);
    root_read_link(scan->root, attribute(device, "driver", path), device->driver, sizeof device->driver);
    device->driver_known = true;
    read_group(scan->root, device);
    return true;
}

/* "START END FLAGS" in hexadecimal for each of six BARs and the ROM (Linux, Documentation/ABI,
 * sysfs-bus-pci). */
static void read_bars(struct root *root, struct pci_device *device)
{
    char path[SHORT_PATH];
    struct buffer text CLEANUP(buffer_free) = BUFFER(RESOURCE_MAX + 70000);
    if (root_read(root, attribute(device, "resource", path), RESOURCE_MAX, &text) != ROOT_OK)
        return;
    const char *line = buffer_text(&text);
    for (int i = 0; i <= PCI_BAR_COUNT; i++) {
        uint64_t start;
        uint64_t end;
        uint64_t flags;
        if (sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64, &start, &end, &flags) != 3) {
            root_note_unreadable(root, path, "is not what a kernel writes");
            return;
        }
        struct pci_bar *bar = i < PCI_BAR_COUNT ? &device->bars[i] : &device->rom;
        if (end > start) {
            bar->address = start;
            bar->size = end - start + 1;
            bar->is_io = flags & RESOURCE_IO;
            bar->is_64bit = flags & RESOURCE_64BIT;
            bar->is_prefetchable = flags & RESOURCE_PREFETCH;
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
}

static void read_virtual_functions(struct root *root, struct pci_device *device)
{
    char path[SHORT_PATH];
    char name[PCI_ADDRESS_TEXT_SIZE];
    long long number;
    bool is_virtual = root_read_link(root, attribute(device, "physfn", path), name, sizeof name);
    device->is_virtual_function = tristate_of(is_virtual);
    if (read_number(root, device, "sriov_totalvfs", &number) && number >= 0 && number <= UINT16_MAX)
        device->sriov_total = (int)number;
    if (read_number(root, device, "sriov_numvfs", &number) && number >= 0 && number <= UINT16_MAX)
        device->sriov_enabled = (int)number;
}

/* The attribute is at the device or at any bridge above it; "unknown" is a value too. */
static void read_removable(struct scan *scan, struct pci_device *device)
{
    const struct pci_device *at = device;
    while (device->removable == TRISTATE_UNKNOWN) {
        char path[SHORT_PATH];
        char line[16];
        root_read_line(scan->root, attribute(at, "removable", path), line, sizeof line);
        if (strcmp(line, "removable") == 0)
            device->removable = TRISTATE_YES;
        else if (strcmp(line, "fixed") == 0)
            device->removable = TRISTATE_NO;
        if (at->parent < 0)
            break;
        at = &scan->machine->devices[at->parent];
    }
}

static enum root_result read_resets(struct root *root, struct pci_device *device)
{
    char path[SHORT_PATH];
    return root_read_line(root, attribute(device, "reset_method", path), device->resets,
                          sizeof device->resets);
}

/* Reads all else of a device that matters. */
static void read_details(struct scan *scan, struct pci_device *device)
{
    char path[SHORT_PATH];
    if (read_config(scan, PCI_CONFIG_ALL, device) == PCI_CONFIG_HEADER)
        root_note_unreadable(scan->root, "/sys/bus/pci/devices/*/config",
                             "only the first 64 bytes can be read, as usual without root: "
                             "capabilities are unknown");
    read_bars(scan->root, device);
    read_virtual_functions(scan->root, device);
    read_removable(scan, device);
    /* Only VGA controllers have the attribute. */
    bool is_vga = device->base_class == 0x03 && device->sub_class == 0x00;
    device->boot_vga = is_vga ? read_yes_no(scan->root, device, "boot_vga") : TRISTATE_NO;
    device->d3cold_allowed = read_yes_no(scan->root, device, "d3cold_allowed");
    device->resets_known = read_resets(scan->root, device) == ROOT_OK;
    root_read_line(scan->root, attribute(device, "firmware_node/path", path), device->acpi_path,
                   sizeof device->acpi_path);
}

/* Marks GPUs, the other functions of their cards, and the bridges above them. */
static void mark_what_matters(const struct pci_machine *machine)
{
    for (int i = 0; i < machine->count; i++) {
        const struct pci_device *gpu = &machine->devices[i];
        if (!pci_is_gpu_class(gpu))
            continue;
        for (int k = 0; k < machine->count; k++)
            machine->devices[k].is_detailed |= pci_same_device(&machine->devices[k], gpu);
        for (int k = gpu->parent; k >= 0; k = machine->devices[k].parent)
            machine->devices[k].is_detailed = true;
    }
}

/* From Linux 5.15 on a device without the attribute is one without any reset; that the kernel is such a one
 * shows at the others. */
static void settle_resets(struct scan *scan)
{
    const struct pci_machine *machine = scan->machine;
    bool any = false;
    for (int i = 0; i < machine->count; i++)
        any = any || machine->devices[i].resets_known;
    for (int i = 0; i < machine->count && any; i++) {
        struct pci_device *device = &machine->devices[i];
        if (device->is_detailed && !device->resets_known)
            device->resets_known = read_resets(scan->root, device) == ROOT_ABSENT;
    }
}

/* Makes a device, of which nothing but its address is known, of each name that is one as the kernel writes
 * it. */
static void take_names(struct scan *scan, const struct root_names *names)
{
    struct pci_machine *machine = scan->machine;
    for (int i = 0; i < names->count; i++) {
        struct pci_address address;
        const char *name = names->items[i];
        if (pci_address_parse(name, &address) && address.domain <= INT32_MAX &&
            strcmp(pci_address_text(&address), name) == 0) {
            machine->devices[machine->count] = PCI_DEVICE_UNKNOWN;
            machine->devices[machine->count++].address = address;
        } else {
            char path[320];
            snprintf(path, sizeof path, "%s/%.250s", devices_directory, name);
            root_note_unreadable(scan->root, path, "is not a PCI address");
        }
    }
    pci_machine_sort(machine);
}

static void read_devices(struct scan *scan)
{
    struct pci_machine *machine = scan->machine;
    int named = machine->count;
    machine->count = 0;
    for (int i = 0; i < named; i++) {
        struct pci_device device = machine->devices[i];
        if (read_brief(scan, &device))
            machine->devices[machine->count++] = device;
    }
    pci_machine_link(machine);
    mark_what_matters(machine);
    for (int i = 0; i < machine->count; i++)
        if (machine->devices[i].is_detailed)
            read_details(scan, &machine->devices[i]);
    settle_resets(scan);
    pci_mark_virtual_functions(machine);
}

enum error_code pci_read_machine(struct root *root, struct pci_machine *machine, struct error *error)
{
    struct scan scan = {root, NULL, machine};
    *machine = (struct pci_machine){.source = PCI_SOURCE_SYSFS};
    error->code = ERROR_NONE;
    struct root_names names CLEANUP(root_names_free) = root_list(root, devices_directory, MAX_PCI_DEVICES);
    if (!names.count) {
        root_note_unreadable(root, devices_directory, "there is no PCI device");
        return ERROR_NONE;
    }
    machine->devices = malloc((size_t)names.count * sizeof *machine->devices);
    if (!machine->devices)
        return error_set(error, ERROR_NO_MEMORY, "no memory to look at PCI devices");
    if (libpci_open(&scan.library, error))
        return error->code;
    take_names(&scan, &names);
    read_devices(&scan);
    libpci_close(scan.library);
    return ERROR_NONE;
}
