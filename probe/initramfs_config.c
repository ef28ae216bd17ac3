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
    uint16_t vendor = gpu_driver_vendor(module);
    for (int i = 0; i < host->id_count; i++)
        if (vendor && host->ids[i].id.vendor == vendor)
            return true;
    return false;
}

static void read_module(struct host_state *host, struct module_list *list, struct span module,
                        const char *file, long line)
{
    list->gpu_driver_yet |= takes_named_gpu(host, module);
    if (span_is_module(module, "vfio_virqfd") && (!host->kernel || host->kernel >= 602))
        findings_add(host->findings, file, line, FINDING_VFIO_VIRQFD_GONE);
    if (span_begins(module, "vfio") || span_begins(module, "vifo"))
        vfio_module_typo(host, module, file, line);
    if (!span_is_module(module, "vfio_pci"))
        return;
    host->vfio_named = true;
    if (list->is_initramfs && list->gpu_driver_yet)
        findings_add(host->findings, file, line, FINDING_INITRAMFS_ORDER);
    else if (list->is_initramfs)
        host->vfio_early = true;
}

/* One module a line, parameters after it: initramfs-tools, /etc/modules, modules-load.d(5). */
static void read_lines(struct host_state *host, struct span text, const char *file, void *context)
{
    struct module_list list = {.is_initramfs = *(bool *)context};
    struct span line;
    for (long number = 1; span_next_line(&text, &line); number++) {
        struct span module;
        if (!span_next_word(&line, &module) || module.start[0] == '#' || module.start[0] == ';')
            continue;
        read_module(host, &list, module, file, number);
        if (span_is_module(module, "vfio_pci")) {
            struct span option;
            while (span_next_word(&line, &option))
                if (span_begins(option, "ids="))
                    vfio_ids_add(host, (struct span){option.start + 4, option.length - 4}, file, number);
        }
    }
}

/* The words of a shell array or string, without its quotes and parentheses; it may go over several lines.
 * Moves `text` past it. */
static bool next_value_word(struct span *text, long *line, struct span *word)
{
    while (text->length) {
        char c = text->start[0];
        if (c == ')' || c == '\n')
            *line += c == '\n';
        if (c == ')')
            return false;
        if (c == '#') {
            struct span comment;
            span_next_part(text, '\n', &comment);
            ++*line;
            continue;
        }
        if (!strchr(" \t\r\n\"'(", c) || !c)
            break;
        *text = (struct span){text->start + 1, text->length - 1};
    }
    size_t length = 0;
    while (length < text->length && !strchr(" \t\r\n\"')", text->start[length]))
        length++;
    *word = (struct span){text->start, length};
    *text = (struct span){text->start + length, text->length - length};
    return length > 0;
}

/* mkinitcpio.conf(5): MODULES=(...), HOOKS=(...); without modconf the options in modprobe.d are not there
 * when the modules of the initramfs are loaded. */
static void read_mkinitcpio(struct host_state *host, struct span text, const char *file, void *context)
{
    struct module_list list = {.is_initramfs = true};
    bool has_hooks = false;
    bool has_modconf = false;
    long hooks_line = 0;
    bool has_vfio = false;
    (void)context;
    struct span line;
    struct span word;
    for (long number = 1; text.length;) {
        struct span rest = text;
        span_next_line(&rest, &line);
        struct span start = span_trim(line);
        bool modules = span_begins(start, "MODULES=") || span_begins(start, "MODULES+=");
        bool hooks = span_begins(start, "HOOKS=") || span_begins(start, "HOOKS+=");
        if (!modules && !hooks) {
            text = rest;
            number++;
            continue;
        }
        const char *value = (const char *)memchr(start.start, '=', start.length) + 1;
        bool is_array = value < start.start + start.length && *value == '(';
        struct span words = {
            value, (size_t)((is_array ? text.start + text.length : start.start + start.length) - value)};
        hooks_line = hooks ? number : hooks_line;
        has_hooks |= hooks;
        long word_line = number;
        while (next_value_word(&words, &word_line, &word)) {
            if (hooks)
                has_modconf |= span_is(word, "modconf") || span_is(word, "systemd");
            else {
                has_vfio |= span_is_module(word, "vfio_pci");
                read_module(host, &list, word, file, word_line);
            }
        }
        size_t used = (size_t)(words.start - text.start);
        text = (struct span){text.start + used, text.length - used};
        span_next_line(&text, &line);
        number = word_line + 1;
    }
    if (has_vfio && has_hooks && !has_modconf && host->ids_parameters)
        findings_add(host->findings, file, hooks_line, FINDING_INITRAMFS_NO_MODCONF);
}

/* dracut.conf(5): add_drivers+=" ... ", force_drivers+=" ... "; only the latter loads them first. */
static void read_dracut(struct host_state *host, struct span text, const char *file, void *context)
{
    struct span line;
    (void)context;
    for (long number = 1; span_next_line(&text, &line); number++) {
        struct span key;
        struct span value;
        struct span word;
        long ignored = 0;
        if (!span_split(span_trim(line), '=', &key, &value) ||
            !(span_begins(key, "force_drivers") || span_begins(key, "add_drivers")))
            continue;
        struct module_list list = {.is_initramfs = span_begins(key, "force_drivers")};
        while (next_value_word(&value, &ignored, &word))
            read_module(host, &list, word, file, number);
    }
}

void initramfs_config_check(struct host_state *host)
{
    bool in_initramfs = true;
    bool later = false;
    read_config_file(host, "/etc/initramfs-tools/modules", read_lines, &in_initramfs);
    read_config_file(host, "/etc/modules", read_lines, &later);
    each_config_file(host, "/etc/modules-load.d", ".conf", read_lines, &later);
    read_config_file(host, "/etc/mkinitcpio.conf", read_mkinitcpio, NULL);
    each_config_file(host, "/etc/mkinitcpio.conf.d", ".conf", read_mkinitcpio, NULL);
    read_config_file(host, "/etc/dracut.conf", read_dracut, NULL);
    each_config_file(host, "/etc/dracut.conf.d", ".conf", read_dracut, NULL);
}
