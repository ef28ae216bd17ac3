/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/config_files.h"
#include "probe/host_state.h"

static void read_system(void *context, const struct shell_variable *variable)
{
    struct host_setup *setup = context;
    size_t length = strlen(setup->systems);
    if (span_is(variable->name, "ID") || span_is(variable->name, "ID_LIKE"))
        snprintf(setup->systems + length, sizeof setup->systems - length, "%s%.*s", length ? " " : "",
                 SPAN_FORMAT(variable->value));
}

static void read_systems(void *context, const char *file, struct span text)
{
    (void)file;
    each_shell_variable(text, read_system, context);
}

static bool is_like(const struct host_setup *setup, const char *system)
{
    struct span rest = span_of(setup->systems);
    struct span word;
    while (span_next_word(&rest, &word))
        if (span_begins(word, system))
            return true;
    return false;
}

/* What its files are of; a directory may be left over from the tool before. */
static enum initramfs_tool find_initramfs(struct root *root, const struct host_setup *setup)
{
    if (root_exists(root, "/etc/mkinitcpio.conf") || is_like(setup, "arch"))
        return INITRAMFS_MKINITCPIO;
    if (is_like(setup, "fedora") || is_like(setup, "rhel") || is_like(setup, "opensuse") ||
        is_like(setup, "suse"))
        return INITRAMFS_DRACUT;
    if (root_exists(root, "/etc/initramfs-tools") || is_like(setup, "debian") ||
        root_exists(root, "/etc/pve"))
        return INITRAMFS_TOOLS;
    return root_exists(root, "/etc/dracut.conf.d") ? INITRAMFS_DRACUT : INITRAMFS_UNKNOWN;
}

static void find_vendor_reset(void *context, const char *file, struct span text)
{
    struct span line;
    (void)file;
    while (span_next_line(&text, &line))
        if (span_is_module(span_trim(line), "vendor_reset"))
            *(bool *)context = true;
}

void host_setup_fill(struct host_state *host)
{
    static const uint16_t makers[] = {0x10de, 0x1002, 0x8086};
    struct host_setup *setup = &host->setup;
    struct root *root = host->root;
    read_config_file(root, "/etc/os-release", read_systems, setup);
    setup->is_intel = host->cpu == CPU_INTEL;
    setup->is_amd = host->cpu == CPU_AMD;
    setup->initramfs = find_initramfs(root, setup);
    for (int i = 0; i < host->id_count; i++) {
        setup->ids[setup->id_count++] = host->ids[i].id;
        if (!setup->ids_file[0] && strstr(host->ids[i].place.file, "/modprobe.d/"))
            snprintf(setup->ids_file, sizeof setup->ids_file, "%s", host->ids[i].place.file);
    }
    setup->vfio_builtin = host->vfio_builtin && !host->is_unraid;
    for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
        setup->waiting[i] = setup->vfio_early || !vfio_earlier_driver(host, makers[i]) ? makers[i] : 0;
    setup->vendor_reset = setup->vendor_reset_loaded = root_exists(root, "/sys/module/vendor_reset");
    read_config_file(root, "/etc/modules", find_vendor_reset, &setup->vendor_reset);
    each_config_file(root, "/etc/modules-load.d", ".conf", find_vendor_reset, &setup->vendor_reset);
    setup->is_recorded = root_exists(root, "/etc/modprobe.d") || host->id_count;
}

void host_setup_free(struct host_setup *setup)
{
    buffer_free(&setup->boot_line);
    buffer_free(&setup->next_line);
    buffer_free(&setup->waiting_modules);
}

bool host_setup_waits(struct root *root, const struct host_setup *setup, const char *driver)
{
    char module[32];
    pci_driver_module(root, driver, module, sizeof module);
    return is_held_back(setup, module);
}

bool host_setup_binds(struct root *root, const struct host_setup *setup, const struct pci_device *device)
{
    char address[PCI_ADDRESS_TEXT_SIZE];
    char path[64];
    char driver[32];
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    for (int i = 0; i < setup->id_count; i++)
        if (pci_id_number(&setup->ids[i]) == pci_id_number(&device->id))
            return true;
    pci_address_print(&device->address, address);
    snprintf(path, sizeof path, "/etc/driverctl.d/%s", address);
    if (root_read_line(root, path, driver, sizeof driver) == ROOT_OK && strcmp(driver, "vfio-pci") == 0)
        return true;
    return root_read(root, "/boot/config/vfio-pci.cfg", MAX_CONFIG_SIZE, &text) == ROOT_OK &&
           strstr(buffer_text(&text), address);
}
