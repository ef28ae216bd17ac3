/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pci.ids from anywhere: importer/pci_ids.h. */

#include "core/text.h"
#include "importer/pci_ids.h"
#include "tests/fuzz/fuzz.h"

static void check_name(const char *name)
{
    size_t length = strlen(name);
    require(length > 0 && length <= 240, "a name has 1 to 240 bytes");
    require(text_is_utf8(name, length), "a name is UTF-8");
}

static enum error_code on_vendor(UNUSED void *context, UNUSED uint16_t vendor, const char *name,
                                 UNUSED struct error *error)
{
    check_name(name);
    return ERROR_NONE;
}

static enum error_code on_device(void *context, UNUSED uint32_t pci_id, const char *name,
                                 UNUSED struct error *error)
{
    long *devices = context;
    check_name(name);
    ++*devices;
    return ERROR_NONE;
}

static enum error_code on_subsystem(UNUSED void *context, UNUSED uint32_t pci_id, UNUSED uint32_t subsystem,
                                    const char *name, UNUSED struct error *error)
{
    check_name(name);
    return ERROR_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    long devices = 0;
    const struct pci_ids_visitor visitor = {&devices, on_vendor, on_device, on_subsystem};
    struct problems problems = {.report = require_problem};
    struct pci_ids_summary summary;
    struct error error;
    struct memory_file memory = open_memory(data, size);
    if (pci_ids_read(memory.path, "pci.ids", &visitor, &summary, &problems, &error) == ERROR_NONE)
        require(summary.devices == devices, "every device is reported");
    else
        require(is_rejection(&error) && strstr(error.message, ":") && error.next[0],
                "a rejection says where and what to do");
    close(memory.file);
    return 0;
}
