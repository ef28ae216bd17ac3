/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/host_state.h"
#include "probe/iommu.h"

/* modprobe.d(5), in the order in which it looks: of two files with one name the first one counts. */
static const char *const directories[] = {"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
                                          "/usr/lib/modprobe.d", "/lib/modprobe.d"};

static const char *const vfio_parameters[] = {
    "ids", "nointxmask", "disable_vga", "disable_idle_d3", "enable_sriov", "disable_denylist", NULL};

bool vfio_module_typo(struct host_state *host, struct span module)
{
    static const char *const known[] = {"vfio_pci",      "vfio_iommu_type1", "vfio_virqfd", "vfio_mdev",
                                        "vfio_pci_core", "vfio_platform",    "vfio",        NULL};
    const char *guess = span_guess(module, known);
    /* vfio itself is so short that anything like fio would resemble it. */
    if (!guess || (strcmp(guess, "vfio") == 0 && module.start[0] != 'v'))
        return false;
    if (span_begins(module, "vfio_") || span_begins(module, "vfio-")) {
        /* Modules of other buses and makers are no typing errors. */
        static const char *const others[] = {"vfio_ap", "vfio_ccw", "vfio_cdx", "vfio_fsl_mc", "vfio_amba"};
        for (size_t i = 0; i < ARRAY_SIZE(others); i++)
            if (span_is_module(module, others[i]))
                return false;
    }
    host_finding(host, FINDING_MODULE_TYPO, SPAN_FORMAT(module), guess);
    return true;
}

static void read_vfio_option(struct host_state *host, struct span option)
{
    struct span key;
    struct span value;
    bool has_value = span_split(option, '=', &key, &value);
    if (span_is(key, "ids")) {
        if (host->ids_parameters++) {
            vfio_ids_forget(host);
            host_finding(host, FINDING_MODPROBE_IDS_TWICE);
        }
        vfio_ids_add(host, value, false);
        return;
    }
    if (!has_value && vfio_id_is_orphan(key)) {
        host_finding(host, FINDING_VFIO_IDS_MALFORMED_MODPROBE, SPAN_FORMAT(key));
        return;
    }
    if (span_is(key, "disable_vga") && !span_is(value, "0") && !span_is(value, "N"))
        host_note_place(host, &host->disable_vga);
    if (span_is_any(key, vfio_parameters))
        return;
    const char *guess = span_guess(key, vfio_parameters);
    if (!guess && span_is(key, "id"))
        guess = "ids";
    if (guess)
        host_finding(host, FINDING_MODPROBE_UNKNOWN_PARAMETER_TYPO, SPAN_FORMAT(key), guess);
    else
        host_finding(host, FINDING_MODPROBE_UNKNOWN_PARAMETER, SPAN_FORMAT(key));
}

/* Unsafe interrupts are for boards without interrupt remapping; elsewhere they only weaken isolation. */
static void check_unsafe_interrupts(struct host_state *host)
{
    const struct host none = {.chassis = CHASSIS_UNKNOWN};
    struct pci_machine machine = {.count = 0};
    struct iommu iommu;
    iommu_read(host->root, &none, &machine, &iommu);
    if (iommu.interrupt_remapping == TRISTATE_YES)
        host_finding(host, FINDING_MODPROBE_UNSAFE_INTERRUPTS);
}

/* An option of another module than vfio-pci. */
static void read_other_option(struct host_state *host, struct span module, struct span option)
{
    struct span key;
    struct span value;
    span_split(option, '=', &key, &value);
    if (splits_gpu(module, key, value))
        host_note_place(host, &host->split);
    if (span_is_module(module, "vfio_iommu_type1") && span_is(key, "allow_unsafe_interrupts") &&
        (span_is(value, "1") || span_is(value, "Y")))
        check_unsafe_interrupts(host);
    if (span_begins(module, "vfio") && span_is(key, "ids"))
        host_finding(host, FINDING_MODPROBE_IDS_ELSEWHERE, SPAN_FORMAT(option));
}

static void read_options(struct host_state *host, struct span rest)
{
    struct span module;
    struct span option;
    if (!span_next_word(&rest, &module) || vfio_module_typo(host, module))
        return;
    bool is_vfio_pci = span_is_module(module, "vfio_pci");
    host->vfio_named |= is_vfio_pci;
    while (span_next_word(&rest, &option)) {
        if (is_vfio_pci)
            read_vfio_option(host, option);
        else
            read_other_option(host, module, option);
    }
}

/* softdep MODULE pre: A B post: C */
static void read_softdep(struct host_state *host, struct span rest)
{
    struct span module;
    struct span word;
    bool before = false;
    if (!span_next_word(&rest, &module))
        return;
    while (span_next_word(&rest, &word)) {
        if (word.start[word.length - 1] == ':')
            before = span_is(word, "pre:");
        else if (before && span_is_module(word, "vfio_pci")) {
            host->vfio_named = true;
            hold_back_module(&host->setup, module);
        } else if (before) {
            vfio_module_typo(host, word);
        }
    }
}

static void read_blacklist(struct host_state *host, struct span rest)
{
    struct span module;
    if (!span_next_word(&rest, &module))
        return;
    hold_back_module(&host->setup, module);
    if (span_is_module(module, "vfio_pci"))
        host_finding(host, FINDING_MODPROBE_BLACKLIST_VFIO);
    if (memchr(module.start, '*', module.length))
        host_finding(host, FINDING_MODPROBE_BLACKLIST_PATTERN, SPAN_FORMAT(module));
    if (span_is_module(module, "snd_hda_intel"))
        host_finding(host, FINDING_MODPROBE_BLACKLIST_SOUND, SPAN_FORMAT(module));
}

/* install MODULE /bin/false, or a command that loads vfio-pci before */
static void read_install(struct host_state *host, struct span rest)
{
    struct span module;
    if (span_next_word(&rest, &module) &&
        (span_holds(rest, "/false") || span_holds(rest, "/true") || span_holds(rest, "vfio")))
        hold_back_module(&host->setup, module);
    /* A script that binds by address, in place of the module. */
    host->vfio_named |= span_is_module(module, "vfio_pci") && rest.length;
}

static const struct {
    const char *name;
    void (*read)(struct host_state *host,
                 struct span rest); /* what is after the first word; NULL: no matter */
} directives[] = {
    {"options", read_options}, {"softdep", read_softdep}, {"blacklist", read_blacklist},
    {"install", read_install}, {"alias", NULL},           {"remove", NULL},
    {"config", NULL},          {"include", NULL},         {"weakdep", NULL},
};

static void read_line(struct host_state *host, struct span rest)
{
    static const char *const names[] = {"options", "softdep", "blacklist", "install",
                                        "alias",   "remove",  "weakdep",   NULL};
    struct span name;
    if (!span_next_word(&rest, &name) || name.start[0] == '#')
        return;
    for (size_t i = 0; i < ARRAY_SIZE(directives); i++)
        if (span_is(name, directives[i].name)) {
            if (directives[i].read)
                directives[i].read(host, rest);
            return;
        }
    const char *guess = span_guess(name, names);
    host_finding(host, FINDING_MODPROBE_UNKNOWN_DIRECTIVE, SPAN_FORMAT(name),
                 guess ? guess : "options, softdep or blacklist");
}

/* A backslash at the end of a line joins the next one to it. */
void modprobe_parse(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    struct buffer joined CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    struct span line;
    host->file = file;
    host->nvidia_installed |=
        strncmp(file, "/etc/", 5) != 0 && strncmp(file, "/run/", 5) != 0 && strstr(file, "nvidia");
    for (long number = 1; span_next_line(&text, &line); number++) {
        bool goes_on = line.length && line.start[line.length - 1] == '\\';
        if (!joined.length)
            host->line = number;
        buffer_append(&joined, line.start, line.length - goes_on);
        if (goes_on && text.length) {
            buffer_append_byte(&joined, ' ');
            continue;
        }
        read_line(host, (struct span){buffer_text(&joined), joined.length});
        buffer_clear(&joined);
    }
}

/* A file with settings that modprobe skips because of its name. */
static void read_ignored(void *context, const char *file, struct span text)
{
    struct host_state *host = context;
    struct span line;
    host->file = file;
    for (host->line = 1; span_next_line(&text, &line); host->line++) {
        struct span name;
        struct span module;
        if (!span_next_word(&line, &name) || !span_next_word(&line, &module))
            continue;
        if (!(span_is(name, "options") && span_begins(module, "vfio")) &&
            !(span_is(name, "softdep") && span_holds(line, "vfio")) && !span_is(name, "blacklist"))
            continue;
        host_finding(host, FINDING_MODPROBE_FILE_IGNORED, file);
        return;
    }
}

static bool is_backup(struct span name)
{
    static const char *const suffixes[] = {"~",       ".bak",      ".old",      ".orig",      ".save",
                                           ".swp",    ".dpkg-old", ".dpkg-new", ".dpkg-dist", ".rpmsave",
                                           ".rpmnew", ".disabled", ".pacnew",   ".pacsave",   ".off"};
    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
        if (span_ends(name, suffixes[i]))
            return true;
    return name.length && name.start[0] == '.';
}

static bool is_overridden(struct host_state *host, size_t directory, const char *name)
{
    char path[512];
    for (size_t i = 0; i < directory; i++)
        if (snprintf(path, sizeof path, "%s/%s", directories[i], name) < (int)sizeof path &&
            root_exists(host->root, path))
            return true;
    return false;
}

void modprobe_config_check(struct host_state *host)
{
    char path[512];
    for (size_t directory = 0; directory < ARRAY_SIZE(directories); directory++) {
        struct root_names names CLEANUP(root_names_free) =
            root_list(host->root, directories[directory], MAX_CONFIG_FILES);
        for (int i = 0; i < names.count; i++) {
            struct span name = span_of(names.items[i]);
            if (snprintf(path, sizeof path, "%s/%s", directories[directory], name.start) >= (int)sizeof path)
                continue;
            if (span_ends(name, ".conf") && !is_overridden(host, directory, name.start))
                read_config_file(host->root, path, modprobe_parse, host);
            else if (!span_ends(name, ".conf") && directory == 0 && !is_backup(name))
                read_config_file(host->root, path, read_ignored, host);
        }
    }
}
