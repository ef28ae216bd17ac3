/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/host_state.h"

enum { MAX_KERNELS = 64 };

void host_note_place(const struct host_state *host, struct config_place *place)
{
    if (place->line)
        return;
    snprintf(place->file, sizeof place->file, "%s", host->file);
    place->line = host->line;
}

bool splits_gpu(struct span driver, struct span parameter, struct span value)
{
    return (span_is_module(driver, "i915") || span_is_module(driver, "xe")) &&
           span_is(parameter, "max_vfs") && value.length && !span_is(value, "0");
}

void hold_back_module(struct host_setup *setup, struct span module)
{
    buffer_append_format(&setup->waiting_modules, " %.*s ", SPAN_FORMAT(module));
}

bool is_held_back(const struct host_setup *setup, const char *module)
{
    struct span rest = {buffer_text(&setup->waiting_modules), setup->waiting_modules.length};
    struct span name;
    while (span_next_word(&rest, &name))
        if (span_is_module(name, module))
            return true;
    return false;
}

/* ---- the kernel ---- */

static void read_builtin(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    (void)file;
    host->vfio_builtin |= span_holds(text, "/vfio-pci.ko") || span_holds(text, "/vfio_pci.ko");
}

/* The kernel that runs; where it is not known, the only one that is installed. */
static void read_kernel(struct host_state *host)
{
    char path[160];
    struct root_names kernels CLEANUP(root_names_free) = root_list(host->root, "/lib/modules", MAX_KERNELS);
    const char *release = *host->release ? host->release : kernels.count == 1 ? kernels.items[0] : NULL;
    if (release && snprintf(path, sizeof path, "/lib/modules/%s/modules.builtin", release) < (int)sizeof path)
        read_config_file(host->root, path, read_builtin, host);
    host->is_unraid = strcasestr(host->release, "unraid") || root_exists(host->root, "/etc/unraid-version");
    host->vfio_builtin |= host->is_unraid;
}

/* ---- by address ---- */

/* driverctl keeps the driver of a device in a file with its address for a name. */
static void read_override(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    struct pci_address address;
    const char *name = strrchr(file, '/');
    host->vfio_named |= name && pci_address_parse(name + 1, &address) && span_is(span_trim(text), "vfio-pci");
}

static void read_script(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    (void)file;
    host->vfio_named |= span_holds(text, "driver_override") && span_holds(text, "vfio-pci");
}

/* One device of Unraid's list, ADDRESS[|VENDOR:DEVICE]; Unraid skips it when another device is there now. */
static void read_unraid_device(struct host_state *host, struct span word)
{
    struct span place;
    struct span text;
    struct pci_address address;
    struct pci_id id;
    char buffer[PCI_ADDRESS_TEXT_SIZE];
    bool has_id = span_split(word, '|', &place, &text);
    snprintf(buffer, sizeof buffer, "%.*s", SPAN_FORMAT(place));
    if (!pci_address_parse(buffer, &address))
        return;
    host->vfio_named = true;
    const struct pci_device *device = host->machine ? pci_find(host->machine, &address) : NULL;
    if (!host->machine || !host->machine->count || !has_id ||
        pci_id_parse(text.start, text.length, &id) != PCI_ID_OK)
        return;
    if (!device || pci_id_number(&device->id) != pci_id_number(&id))
        host_finding(host, FINDING_VFIO_CFG_OTHER_DEVICE, buffer,
                     device ? pci_id_text_base(&device->id) : "nothing", pci_id_text(&id));
}

/* /boot/config/vfio-pci.cfg: BIND=ADDRESS|ID ADDRESS|ID */
static void read_unraid_list(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    struct span line;
    host->file = file;
    for (host->line = 1; span_next_line(&text, &line); host->line++) {
        struct span key;
        struct span list;
        struct span word;
        if (!span_split(span_trim(line), '=', &key, &list) || !span_is(key, "BIND"))
            continue;
        while (span_next_word(&list, &word))
            read_unraid_device(host, word);
    }
}

/* ---- SR-IOV ---- */

/* What writes the number of virtual functions at each start: sysfsutils, or a script. */
static void read_splitter(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    struct span line;
    host->file = file;
    for (host->line = 1; span_next_line(&text, &line); host->line++) {
        line = span_trim(line);
        if (line.length && line.start[0] != '#' &&
            (span_holds(line, "sriov_numvfs") || span_holds(line, "sriov-manage")))
            host_note_place(host, &host->split);
    }
}

void host_binding_check(struct host_state *host)
{
    read_kernel(host);
    each_config_file(host->root, "/etc/driverctl.d", "", read_override, host);
    each_config_file(host->root, "/etc/initramfs-tools/scripts/init-top", "", read_script, host);
    each_config_file(host->root, "/etc/initramfs-tools/scripts/init-premount", "", read_script, host);
    read_config_file(host->root, "/boot/config/vfio-pci.cfg", read_unraid_list, host);
    read_config_file(host->root, "/etc/sysfs.conf", read_splitter, host);
    each_config_file(host->root, "/etc/sysfs.d", ".conf", read_splitter, host);
    read_config_file(host->root, "/etc/rc.local", read_splitter, host);
}

bool host_is_like(const struct host_setup *setup, const char *system)
{
    struct span rest = span_of(setup->systems);
    struct span word;
    while (span_next_word(&rest, &word))
        if (span_begins(word, system))
            return true;
    return false;
}

const char *host_initramfs_step(const struct host_setup *setup)
{
    static const char *const steps[] = {[INITRAMFS_UNKNOWN] =
                                            "update-initramfs -u -k all (or mkinitcpio -P, dracut -f)",
                                        [INITRAMFS_TOOLS] = "update-initramfs -u -k all",
                                        [INITRAMFS_DRACUT] = "dracut -f --regenerate-all",
                                        [INITRAMFS_MKINITCPIO] = "mkinitcpio -P"};
    return setup->is_ostree ? "rpm-ostree initramfs --enable" : steps[setup->initramfs];
}
