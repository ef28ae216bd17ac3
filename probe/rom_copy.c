/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/rom_copy.h"

#include <stdio.h>
#include <string.h>

#include "probe/acpi.h"
#include "probe/option_rom.h"

enum { MAX_CARDS = 64, PATH_SIZE = 400 };

static bool read_vfct(struct root *root, const struct pci_address *address, const struct pci_id *id,
                      struct buffer *bytes)
{
    struct acpi *acpi = NULL;
    struct acpi_gpu facts = {.vfct_image = NULL};
    struct error ignored = {.code = ERROR_NONE};
    const struct acpi_question question = {.gpu_path = "", .port_path = "", .address = *address, .id = *id};
    if (acpi_read(root, &acpi, &ignored) == ERROR_NONE)
        acpi_gpu_facts(acpi, &question, &facts);
    if (facts.vfct_image)
        buffer_append(bytes, (const char *)facts.vfct_image, facts.vfct_image_length);
    acpi_free(acpi);
    return bytes->length && !bytes->failed;
}

static bool read_debug_file(struct root *root, const char *device, struct buffer *bytes)
{
    static const char *const files[] = {"amdgpu_vbios", "vbios.rom"};
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "/sys/kernel/debug/dri/%.200s/%s", device, files[i]);
        if (root_read(root, path, MAX_OPTION_ROM_SIZE, bytes) == ROOT_OK && bytes->length)
            return true;
    }
    return false;
}

/* The directory of a GPU there is called by its number ("card1" is 1), by its address since Linux 6.13. */
static bool read_debugfs(struct root *root, const struct pci_address *address, struct buffer *bytes)
{
    char text[PCI_ADDRESS_TEXT_SIZE];
    char directory[PATH_SIZE];
    bool found = read_debug_file(root, pci_address_print(address, text), bytes);
    snprintf(directory, sizeof directory, "/sys/bus/pci/devices/%s/drm", text);
    struct root_names names CLEANUP(root_names_free) = root_list(root, directory, MAX_CARDS);
    for (int i = 0; i < names.count && !found; i++)
        found = strncmp(names.items[i], "card", 4) == 0 && read_debug_file(root, names.items[i] + 4, bytes);
    return found;
}

enum rom_source rom_copy_read(struct root *root, const struct pci_address *address, const struct pci_id *id,
                              struct buffer *bytes)
{
    buffer_clear(bytes);
    if (read_vfct(root, address, id, bytes))
        return ROM_SOURCE_VFCT;
    buffer_clear(bytes);
    return read_debugfs(root, address, bytes) ? ROM_SOURCE_DEBUGFS : ROM_SOURCE_NONE;
}
