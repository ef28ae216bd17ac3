/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/pci_libpci.h"

#include "core/buffer.h"
#include "core/library.h"

#include <pci/pci.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The fields of struct pci_dev up to rom_size have been the same since libpci 3.0; newer ones would be beyond
 * the end of what an older library allocates, and are not touched. */
#define LIBPCI_FUNCTIONS(X)                                                                                  \
    X(pci_alloc)                                                                                             \
    X(pci_init)                                                                                              \
    X(pci_cleanup)                                                                                           \
    X(pci_set_param)                                                                                         \
    X(pci_get_dev)                                                                                           \
    X(pci_free_dev)                                                                                          \
    X(pci_fill_info)                                                                                         \
    X(pci_setup_cache)                                                                                       \
    X(pci_find_cap)

struct libpci {
    struct pci_access *access;
    jmp_buf unwind;
    struct {
        LIBPCI_FUNCTIONS(LIBRARY_POINTER)
    } functions;
};

/* libpci passes its error hook nothing but the message: what has no file to read lacks only memory. */
static _Thread_local struct libpci *guarded;

__attribute__((noreturn)) PRINTF_LIKE(1, 2) static void unwind(char *format, ...)
{
    (void)format;
    buffer_memory_was_short = true;
    longjmp(guarded->unwind, 1);
}

/* A warning is about one value, which is then missing from the answer. */
PRINTF_LIKE(1, 2) static void ignore(char *format, ...)
{
    (void)format;
}

/* Runs a step during which the library may meet an error; it must keep what it allocates in *context. */
static bool guard(struct libpci *library, void (*step)(struct libpci *library, void *context), void *context)
{
    guarded = library;
    if (setjmp(library->unwind))
        return false;
    step(library, context);
    return true;
}

LIBRARY_NOTE("scan", "PCI devices of this machine", "\"libpci.so.3\"");

static enum error_code load(struct libpci *library, struct error *error)
{
    static const char *const sonames[] = {"libpci.so.3", NULL};
    static const char *const names[] = {LIBPCI_FUNCTIONS(LIBRARY_NAME)};
    return library_load(sonames, names, ARRAY_SIZE(names), &library->functions,
                        "install libpci3 (Debian, Ubuntu), pciutils-libs (Fedora) or pciutils (Arch)", error);
}

void libpci_preload(void)
{
    struct libpci library;
    struct error error;
    /* What fails here fails again, and is then said. */
    if (load(&library, &error))
        return;
}

/* Without memory pci_alloc(), which knows no error hook yet, says so and ends the program by exit(1), which
 * means something else here. */
static volatile bool is_allocating;

static void end_as_short_of_memory(void)
{
    if (is_allocating)
        _exit(error_exit_status(ERROR_NO_MEMORY));
}

/* The library is to open nothing: its way by sysfs is the one that does not look for devices when it starts,
 * has no place to read them from, and takes all that it can from the configuration space. */
static void start(struct libpci *library, void *context)
{
    static char nowhere[] = "/dev/null";
    (void)context;
    library->access->error = unwind;
    library->access->warning = ignore;
    library->access->method = PCI_ACCESS_SYS_BUS_PCI;
    library->access->buscentric = true;
    library->functions.pci_set_param(library->access, "sysfs.path", nowhere);
    library->functions.pci_init(library->access);
}

/* After a pci_set_param() that failed pci_cleanup() would free what was never allocated. */
static bool begin(struct libpci *library)
{
    if (atexit(end_as_short_of_memory))
        return false;
    is_allocating = true;
    library->access = library->functions.pci_alloc();
    is_allocating = false;
    if (guard(library, start, NULL))
        return true;
    library->access = NULL;
    return false;
}

enum error_code libpci_open(struct libpci **library, struct error *error)
{
    struct libpci *opened = calloc(1, sizeof *opened);
    error->code = ERROR_NONE;
    if (!opened || (!load(opened, error) && !begin(opened)))
        error_set(error, ERROR_NO_MEMORY, "no memory to look at PCI devices");
    if (error->code) {
        libpci_close(opened);
        return error->code;
    }
    *library = opened;
    return ERROR_NONE;
}

void libpci_close(struct libpci *library)
{
    if (library && library->access)
        library->functions.pci_cleanup(library->access);
    free(library);
}

/* One device while it is being read. */
struct reading {
    struct pci_device *device;
    struct pci_dev *dev;
    bool with_identity;
    int length;                /* bytes of configuration space that are known: 0, 64, 256, 4096 */
    u8 config[PCI_CONFIG_ALL]; /* all ones after that */
};

static unsigned config_word(const struct reading *reading, unsigned at)
{
    return at + 2 > PCI_CONFIG_ALL ? 0xffff : reading->config[at] | (unsigned)reading->config[at + 1] << 8;
}

static uint32_t config_long(const struct reading *reading, unsigned at)
{
    return config_word(reading, at) | (uint32_t)config_word(reading, at + 2) << 16;
}

/* All of the configuration space is put before the library at once, so that nothing that is wrong in it can
 * make the library read more. A device that does not answer reads as all ones. */
static void show_config(struct libpci *library, struct reading *reading)
{
    memset(reading->config + reading->length, 0xff, sizeof reading->config - (size_t)reading->length);
    if (config_long(reading, PCI_VENDOR_ID) == UINT32_MAX &&
        config_long(reading, PCI_CLASS_REVISION) == UINT32_MAX) {
        reading->device->is_silent = reading->length;
        reading->length = 0;
    }
    library->functions.pci_setup_cache(reading->dev, reading->config, sizeof reading->config);
}

static void take_header(const struct reading *reading)
{
    struct pci_device *device = reading->device;
    unsigned kind = reading->config[PCI_HEADER_TYPE] & 0x7fU;
    unsigned subsystem =
        kind == PCI_HEADER_TYPE_CARDBUS ? PCI_CB_SUBSYSTEM_VENDOR_ID : PCI_SUBSYSTEM_VENDOR_ID;
    unsigned subvendor = config_word(reading, subsystem);
    device->id.has_revision = true;
    device->id.revision = reading->config[PCI_REVISION_ID];
    device->interface = reading->config[PCI_CLASS_PROG];
    device->is_bridge = kind == PCI_HEADER_TYPE_BRIDGE;
    if (device->is_bridge) {
        device->secondary_bus = reading->config[PCI_SECONDARY_BUS];
    } else if (subsystem + 4 <= (unsigned)reading->length && subvendor && subvendor != 0xffff) {
        device->id.has_subsystem = true;
        device->id.subvendor = (uint16_t)subvendor;
        device->id.subdevice = (uint16_t)config_word(reading, subsystem + 2);
    }
}

static void take_bars(const struct reading *reading)
{
    struct pci_device *device = reading->device;
    for (int i = 0; i < PCI_BAR_COUNT; i++) {
        uint64_t base = reading->dev->base_addr[i];
        bool is_io = base & PCI_BASE_ADDRESS_SPACE_IO;
        device->bars[i].address = base & (is_io ? PCI_ADDR_IO_MASK : PCI_ADDR_MEM_MASK);
        device->bars[i].is_io = is_io;
        device->bars[i].is_64bit =
            !is_io && (base & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64;
        device->bars[i].is_prefetchable = !is_io && base & PCI_BASE_ADDRESS_MEM_PREFETCH;
    }
    device->rom.address = reading->dev->rom_base_addr & PCI_ROM_ADDRESS_MASK;
}

/* Where a capability is, 0 when there is none. */
static unsigned find(struct libpci *library, const struct reading *reading, unsigned id, unsigned type)
{
    const struct pci_cap *capability = library->functions.pci_find_cap(reading->dev, id, type);
    return capability ? capability->addr : 0;
}

static void take_resets(struct libpci *library, const struct reading *reading)
{
    unsigned express = find(library, reading, PCI_CAP_ID_EXP, PCI_CAP_NORMAL);
    unsigned features = find(library, reading, PCI_CAP_ID_AF, PCI_CAP_NORMAL);
    unsigned power = find(library, reading, PCI_CAP_ID_PM, PCI_CAP_NORMAL);
    bool flr = (express && config_long(reading, express + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLRESET) ||
               (features && config_word(reading, features + PCI_AF_CAP) & PCI_AF_CAP_FLR);
    reading->device->flr = tristate_of(flr);
    reading->device->pm_reset =
        tristate_of(power && !(config_word(reading, power + PCI_PM_CTRL) & PCI_PM_CTRL_NO_SOFT_RST));
}

/* PCI Express Base Specification 5.0, 7.8.6: one pair of registers for each BAR that can be resized. */
static void take_resizable_bars(struct libpci *library, const struct reading *reading)
{
    unsigned at = find(library, reading, PCI_EXT_CAP_ID_REBAR, PCI_CAP_EXTENDED);
    unsigned count = at ? config_long(reading, at + 8) >> 5 & 7 : 0;
    for (unsigned i = 0; i < count; i++) {
        uint32_t sizes = config_long(reading, at + 4 + 8 * i);
        uint32_t control = config_long(reading, at + 8 + 8 * i);
        if ((control & 7) < PCI_BAR_COUNT && control != UINT32_MAX)
            reading->device->bars[control & 7].resizable = sizes >> 4 | (uint64_t)(control >> 16) << 28;
    }
}

static void take_virtual_functions(struct libpci *library, const struct reading *reading)
{
    unsigned at = find(library, reading, PCI_EXT_CAP_ID_SRIOV, PCI_CAP_EXTENDED);
    bool enabled = at && config_word(reading, at + PCI_IOV_CTRL) & PCI_IOV_CTRL_VFE;
    reading->device->sriov_total = at ? (int)config_word(reading, at + PCI_IOV_TOTALVF) : 0;
    reading->device->sriov_enabled = enabled ? (int)config_word(reading, at + PCI_IOV_NUMVF) : 0;
}

/* What the kernel says in files of their own. */
static void take_identity_and_bars(struct libpci *library, const struct reading *reading)
{
    struct pci_device *device = reading->device;
    library->functions.pci_fill_info(reading->dev,
                                     PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_BASES | PCI_FILL_ROM_BASE);
    device->id.vendor = reading->dev->vendor_id;
    device->id.device = reading->dev->device_id;
    device->base_class = (uint8_t)(reading->dev->device_class >> 8);
    device->sub_class = (uint8_t)reading->dev->device_class;
    if (reading->length)
        take_bars(reading);
}

static void read_device(struct libpci *library, void *context)
{
    struct reading *reading = context;
    reading->dev = library->functions.pci_get_dev(library->access, 0, 0, 0, 0);
    show_config(library, reading);
    if (reading->with_identity)
        take_identity_and_bars(library, reading);
    if (reading->length)
        take_header(reading);
    if (reading->length >= PCI_CONFIG_CAPABILITIES)
        take_resets(library, reading);
    if (reading->length == PCI_CONFIG_ALL) {
        take_resizable_bars(library, reading);
        take_virtual_functions(library, reading);
    }
}

int libpci_read_config(struct libpci *library, const void *config, size_t length, bool with_identity,
                       struct pci_device *device)
{
    struct reading reading = {.device = device, .with_identity = with_identity};
    reading.length = length >= PCI_CONFIG_ALL            ? PCI_CONFIG_ALL
                     : length >= PCI_CONFIG_CAPABILITIES ? PCI_CONFIG_CAPABILITIES
                     : length >= PCI_CONFIG_HEADER       ? PCI_CONFIG_HEADER
                                                         : 0;
    memcpy(reading.config, config, (size_t)reading.length);
    bool read = guard(library, read_device, &reading);
    if (reading.dev)
        library->functions.pci_free_dev(reading.dev);
    return read ? reading.length : -1;
}
