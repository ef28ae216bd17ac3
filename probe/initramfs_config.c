/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "probe/host_state.h"

/* One list of modules, in the order in which they are loaded. */
struct module_list {
    bool is_initramfs;   /* loaded before the root file system is there */
    bool gpu_driver_yet; /* it has a driver of the GPU that is to be passed */
};

static bool takes_named_gpu(const struct host_state *host, struct span module)
{
    static const struct {
        const char *driver;
        uint16_t vendor; /* whose GPUs it takes */
    } drivers[] = {{"nouveau", 0x10de}, {"nvidia", 0x10de}, {"nvidia_drm", 0x10de}, {"amdgpu", 0x1002},
                   {"radeon", 0x1002},  {"i915", 0x8086},   {"xe", 0x8086}};
    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
        for (int k = 0; k < host->setup.id_count && span_is_module(module, drivers[i].driver); k++)
            if (host->setup.ids[k].id.vendor == drivers[i].vendor)
                return true;
    return false;
}

static void read_module(struct host_state *host, struct module_list *list, struct span module)
{
    list->gpu_driver_yet |= takes_named_gpu(host, module);
    if (span_is_module(module, "vfio_virqfd") && (!host->kernel || host->kernel >= 602))
        host_finding(host, FINDING_VFIO_VIRQFD_GONE);
    if (span_begins(module, "vfio") || span_begins(module, "vifo"))
        vfio_module_typo(host, module);
    if (!span_is_module(module, "vfio_pci"))
        return;
    host->vfio_named = true;
    if (list->is_initramfs && list->gpu_driver_yet)
        host_finding(host, FINDING_INITRAMFS_ORDER);
    else if (list->is_initramfs)
        host->setup.vfio_early = true;
}

/* One module a line, parameters after it: initramfs-tools, /etc/modules, modules-load.d(5). */
static void read_lines(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    struct module_list list = {.is_initramfs = span_begins(span_of(file), "/etc/initramfs-tools/")};
    struct span line;
    host->file = file;
    for (host->line = 1; span_next_line(&text, &line); host->line++) {
        struct span module;
        struct span option;
        if (!span_next_word(&line, &module) || module.start[0] == '#' || module.start[0] == ';')
            continue;
        read_module(host, &list, module);
        host->setup.vendor_reset |= span_is_module(module, "vendor_reset");
        while (span_is_module(module, "vfio_pci") && span_next_word(&line, &option))
            if (span_begins(option, "ids="))
                vfio_ids_add(host, (struct span){option.start + 4, option.length - 4}, false);
    }
}

/* A file in shell syntax while it is read. */
struct shell_file {
    struct host_state *host;
    struct module_list list;
    long hooks_line; /* of mkinitcpio; 0: none */
    bool has_modconf;
    bool has_vfio;
};

static void read_hooks(struct shell_file *shell, const struct shell_variable *variable)
{
    struct span rest = variable->value;
    struct span hook;
    shell->hooks_line = variable->line;
    while (span_next_word(&rest, &hook))
        shell->has_modconf |= span_is(hook, "modconf") || span_is(hook, "systemd");
}

static void read_shell_modules(struct shell_file *shell, const struct shell_variable *variable)
{
    struct cmdline modules = {.count = 0};
    cmdline_add(&modules, variable->value, shell->host->file, variable->line);
    for (int i = 0; i < modules.count; i++) {
        struct span module = span_of(cmdline_param(&modules, i));
        shell->has_vfio |= span_is_module(module, "vfio_pci");
        shell->host->line = modules.params[i].line;
        read_module(shell->host, &shell->list, module);
    }
    cmdline_free(&modules);
}

/* Without spaces around it a value becomes one word with that of the file before or after it. */
static void check_joined(struct shell_file *shell, const struct shell_variable *variable)
{
    struct span value = variable->value;
    if (!variable->appends || !span_holds(value, "vfio") || span_trim(value).length != value.length)
        return;
    shell->host->line = variable->line;
    host_finding(shell->host, FINDING_INITRAMFS_JOINED_NAMES, SPAN_FORMAT(value),
                 SPAN_FORMAT(variable->name));
}

/* mkinitcpio.conf(5): MODULES=(...), HOOKS=(...); dracut.conf(5): add_drivers+=" ... ", force_drivers+=" ...
 * ", of which only the latter loads them first. */
static void read_variable(void *context, const struct shell_variable *variable)
{
    struct shell_file *shell = context;
    bool is_forced = span_is(variable->name, "force_drivers");
    bool is_of_dracut = is_forced || span_is(variable->name, "add_drivers");
    if (span_is(variable->name, "HOOKS"))
        read_hooks(shell, variable);
    if (is_of_dracut)
        shell->list = (struct module_list){.is_initramfs = is_forced};
    if (is_of_dracut || span_is(variable->name, "MODULES"))
        read_shell_modules(shell, variable);
    if (is_of_dracut)
        check_joined(shell, variable);
}

/* Without the hook modconf the options in modprobe.d are not there when mkinitcpio's modules are loaded. */
static void read_shell(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    struct shell_file shell = {.host = host, .list = {.is_initramfs = true}};
    host->file = file;
    each_shell_variable(file, text, read_variable, &shell);
    host->line = shell.hooks_line;
    if (shell.has_vfio && shell.hooks_line && !shell.has_modconf && host->ids_parameters)
        host_finding(host, FINDING_INITRAMFS_NO_MODCONF);
}

void initramfs_config_check(struct host_state *host)
{
    read_config_file(host->root, "/etc/initramfs-tools/modules", read_lines, host);
    read_config_file(host->root, "/etc/modules", read_lines, host);
    each_config_file(host->root, "/etc/modules-load.d", ".conf", read_lines, host);
    read_config_file(host->root, "/etc/mkinitcpio.conf", read_shell, host);
    each_config_file(host->root, "/etc/mkinitcpio.conf.d", ".conf", read_shell, host);
    read_config_file(host->root, "/etc/dracut.conf", read_shell, host);
    each_config_file(host->root, "/etc/dracut.conf.d", ".conf", read_shell, host);
}
