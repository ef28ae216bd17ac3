/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/host_state.h"

/* Where it is not known what the machine boots by, the line that runs is what there is. */
enum { RUNNING = BOOT_UNKNOWN };

struct command_lines {
    struct host_state *host;
    struct cmdline grub_linux;          /* GRUB_CMDLINE_LINUX */
    struct cmdline grub_default;        /* GRUB_CMDLINE_LINUX_DEFAULT */
    struct cmdline of[BOOT_PATH_COUNT]; /* of GRUB both variables, as it joins them */
    bool is_there[BOOT_PATH_COUNT];
    bool is_proxmox_boot; /* proxmox-boot-tool keeps the boot partitions */
    long cmdline_lines;   /* lines of /etc/kernel/cmdline that are not empty */
};

static void read_running(void *context, const char *file, struct span text)
{
    struct command_lines *lines = context;
    cmdline_add(&lines->of[RUNNING], text, file, 1);
    lines->is_there[RUNNING] = true;
}

static void read_grub_variable(void *context, const struct shell_variable *variable)
{
    struct command_lines *lines = context;
    if (span_is(variable->name, "GRUB_CMDLINE_LINUX"))
        cmdline_assign(&lines->grub_linux, variable);
    else if (span_is(variable->name, "GRUB_CMDLINE_LINUX_DEFAULT"))
        cmdline_assign(&lines->grub_default, variable);
    if (variable->unclosed)
        findings_add(lines->host->findings, variable->file, variable->line, FINDING_CMDLINE_UNCLOSED_QUOTE);
    if (span_begins(variable->value, "\xe2\x80"))
        findings_add(lines->host->findings, variable->file, variable->line,
                     FINDING_CMDLINE_TYPOGRAPHIC_QUOTES);
}

static void read_grub(void *context, const char *file, struct span text)
{
    struct command_lines *lines = context;
    lines->is_there[BOOT_GRUB] = true;
    each_shell_variable(file, text, read_grub_variable, lines);
}

static void read_cmdline(void *context, const char *file, struct span text)
{
    struct command_lines *lines = context;
    struct span line;
    lines->is_there[BOOT_CMDLINE] = true;
    for (long number = 1; span_next_line(&text, &line); number++) {
        line = span_trim(line);
        if (!line.length || line.start[0] == '#')
            continue;
        lines->cmdline_lines++;
        cmdline_add(&lines->of[BOOT_CMDLINE], line, file, number);
    }
}

/* "options ..." of the Boot Loader Specification, type 1, which may be given several times; "cmdline: ..." of
 * Limine 8 and later. */
static bool read_options(struct span line, struct span *options)
{
    struct span key;
    *options = line;
    return (span_next_word(options, &key) && span_is(key, "options")) ||
           (span_split(span_trim(line), ':', &key, options) &&
            (span_is_word(key, "cmdline") || span_is_word(key, "kernel_cmdline")));
}

static void read_entries(void *context, const char *file, struct span text)
{
    struct command_lines *lines = context;
    struct span line;
    struct span options;
    for (long number = 1; span_next_line(&text, &line); number++) {
        if (!read_options(line, &options))
            continue;
        lines->is_there[BOOT_ENTRIES] = true;
        cmdline_add(&lines->of[BOOT_ENTRIES], options, file, number);
    }
}

/* SYSLINUX, as Unraid has it: entries begin with "label", one of them has "menu default", else the first one
 * counts. */
static void read_syslinux(void *context, const char *file, struct span text)
{
    struct command_lines *lines = context;
    struct span line;
    struct span key;
    struct span chosen = {NULL, 0};
    long chosen_line = 0;
    bool is_default = false;
    bool is_settled = false;
    for (long number = 1; span_next_line(&text, &line); number++) {
        if (!span_next_word(&line, &key))
            continue;
        if (span_is_word(key, "label"))
            is_default = false;
        else if (span_is_word(key, "menu"))
            is_default |= span_is_word(span_trim(line), "default");
        else if (span_is_word(key, "append") && (!chosen_line || (is_default && !is_settled))) {
            chosen = line;
            chosen_line = number;
            is_settled = is_default;
        }
    }
    lines->is_there[BOOT_ENTRIES] |= chosen_line > 0;
    cmdline_add(&lines->of[BOOT_ENTRIES], chosen, file, chosen_line);
}

/* refind_linux.conf of rEFInd: "name" "parameters" in each line; the first one is started by itself. */
static void read_refind(void *context, const char *file, struct span text)
{
    struct command_lines *lines = context;
    struct span line;
    struct span part;
    for (long number = 1; span_next_line(&text, &line); number++) {
        line = span_trim(line);
        bool is_entry = span_begins(line, "\"") && span_next_part(&line, '"', &part) &&
                        span_next_part(&line, '"', &part) && span_next_part(&line, '"', &part) &&
                        span_next_part(&line, '"', &part);
        if (!is_entry)
            continue;
        lines->is_there[BOOT_ENTRIES] = true;
        cmdline_add(&lines->of[BOOT_ENTRIES], part, file, number);
        return;
    }
}

/* What is left out of a line that cannot be one is not known. */
static void note_cut(struct host_state *host, const struct command_lines *lines)
{
    const struct {
        const struct cmdline *line;
        const char *what;
    } all[] = {{&lines->of[RUNNING], "/proc/cmdline"},
               {&lines->grub_linux, "/etc/default/grub"},
               {&lines->grub_default, "/etc/default/grub"},
               {&lines->of[BOOT_CMDLINE], "/etc/kernel/cmdline"},
               {&lines->of[BOOT_ENTRIES], "the entries of the boot loader"}};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        if (all[i].line->is_cut)
            root_note_unreadable(host->root, all[i].what,
                                 "has more parameters than a kernel command line can have");
}

static void read_all(struct host_state *host, struct command_lines *lines)
{
    read_config_file(host->root, "/proc/cmdline", read_running, lines);
    read_config_file(host->root, "/etc/default/grub", read_grub, lines);
    each_config_file(host->root, "/etc/default/grub.d", ".cfg", read_grub, lines);
    cmdline_join(&lines->of[BOOT_GRUB], &lines->grub_linux);
    cmdline_join(&lines->of[BOOT_GRUB], &lines->grub_default);
    read_config_file(host->root, "/etc/kernel/cmdline", read_cmdline, lines);
    if (!lines->is_there[BOOT_CMDLINE])
        each_config_file(host->root, "/etc/cmdline.d", ".conf", read_cmdline, lines);
    each_config_file(host->root, "/boot/loader/entries", ".conf", read_entries, lines);
    each_config_file(host->root, "/efi/loader/entries", ".conf", read_entries, lines);
    read_config_file(host->root, "/boot/syslinux/syslinux.cfg", read_syslinux, lines);
    read_config_file(host->root, "/boot/refind_linux.conf", read_refind, lines);
    read_config_file(host->root, "/boot/limine.conf", read_entries, lines);
    read_config_file(host->root, "/boot/limine/limine.conf", read_entries, lines);
    note_cut(host, lines);
    lines->is_proxmox_boot = root_exists(host->root, "/etc/kernel/proxmox-boot-uuids");
}

/* GRUB says BOOT_IMAGE=; systemd-boot names the initrd by an EFI path. What ostree starts has its parameters
 * in the entry of each image, and no file of /etc counts. */
static enum boot_path find_boot_path(struct host_state *host, const struct command_lines *lines)
{
    if (host->setup.is_ostree)
        return BOOT_UNKNOWN;
    for (int i = 0; i < lines->of[RUNNING].count; i++) {
        const char *param = cmdline_param(&lines->of[RUNNING], i);
        if (strncmp(param, "BOOT_IMAGE=", 11) == 0 && lines->is_there[BOOT_GRUB])
            return BOOT_GRUB;
        if (strncmp(param, "initrd=\\", 8) == 0 && lines->is_there[BOOT_CMDLINE])
            return BOOT_CMDLINE;
    }
    if (lines->is_there[BOOT_GRUB] != lines->is_there[BOOT_CMDLINE])
        return lines->is_there[BOOT_GRUB] ? BOOT_GRUB : BOOT_CMDLINE;
    if (!lines->is_there[BOOT_GRUB])
        return lines->is_there[BOOT_ENTRIES] ? BOOT_ENTRIES : BOOT_UNKNOWN;
    /* Both are there. With EFI, proxmox-boot-tool sets up systemd-boot (GRUB only for Secure Boot). */
    if (lines->is_proxmox_boot &&
        (root_exists(host->root, "/sys/firmware/efi") || !root_exists(host->root, "/sys")))
        return BOOT_CMDLINE;
    return BOOT_UNKNOWN;
}

/* Parameters of `line` that matter and that `other` lacks, with spaces between them. Returns the first, or
 * -1. */
static int find_missing(const struct cmdline *line, const struct cmdline *other, struct buffer *missing)
{
    int first = -1;
    for (int i = 0; i < line->count; i++) {
        const char *param = cmdline_param(line, i);
        if (!cmdline_param_matters(param) || cmdline_has(other, param))
            continue;
        buffer_append_format(missing, "%s%s", first < 0 ? "" : " ", param);
        first = first < 0 ? i : first;
    }
    return first;
}

/* What brings a file into the boot configuration. */
static const char *refresh_step(const struct command_lines *lines, enum boot_path path)
{
    const struct host_setup *setup = &lines->host->setup;
    if (lines->is_proxmox_boot)
        return "proxmox-boot-tool refresh";
    if (path != BOOT_GRUB)
        return "regenerate the boot entries (kernel-install, or mkinitcpio -P)";
    if (root_exists(lines->host->root, "/boot/grub2"))
        return "grub2-mkconfig -o /boot/grub2/grub.cfg";
    return !*setup->systems || host_is_like(setup, "debian") || host_is_like(setup, "ubuntu")
               ? "update-grub"
               : "grub-mkconfig -o /boot/grub/grub.cfg";
}

static void check_active(struct host_state *host, const struct command_lines *lines, enum boot_path path)
{
    struct buffer missing CLEANUP(buffer_free) = BUFFER(65536);
    char step[100] = "reboot";
    if (path == BOOT_UNKNOWN || !lines->is_there[RUNNING])
        return;
    const struct cmdline *line = &lines->of[path];
    int first = find_missing(line, &lines->of[RUNNING], &missing);
    if (path != BOOT_ENTRIES)
        snprintf(step, sizeof step, "%s, then reboot", refresh_step(lines, path));
    if (first >= 0)
        findings_add(host->findings, cmdline_param_file(line, first), line->params[first].line,
                     FINDING_CMDLINE_NOT_ACTIVE, buffer_text(&missing), step);
}

/* What was written into the file that this machine does not boot by. */
static void check_unused(struct host_state *host, const struct command_lines *lines, enum boot_path path)
{
    struct buffer missing CLEANUP(buffer_free) = BUFFER(65536);
    if (path != BOOT_GRUB && path != BOOT_CMDLINE)
        return;
    const struct cmdline *used = &lines->of[path];
    const struct cmdline *unused = &lines->of[path == BOOT_GRUB ? BOOT_CMDLINE : BOOT_GRUB];
    int first = find_missing(unused, used, &missing);
    const char *right = path == BOOT_GRUB ? "/etc/default/grub" : "/etc/kernel/cmdline";
    if (first >= 0)
        findings_add(host->findings, cmdline_param_file(unused, first), unused->params[first].line,
                     FINDING_CMDLINE_UNUSED_FILE, right, buffer_text(&missing), right,
                     refresh_step(lines, path));
}

/* Keeps the parameters that people edit: of GRUB those of the default start, in the file that sets them last,
 * of several entries the first. */
static void keep_boot(struct host_setup *setup, const struct command_lines *lines, enum boot_path path)
{
    const struct cmdline *all = &lines->of[path];
    const struct cmdline *edited = path == BOOT_GRUB ? &lines->grub_default : all;
    setup->boot = path;
    setup->is_proxmox_boot = lines->is_proxmox_boot;
    for (int i = 0; i < all->count; i++)
        buffer_append_format(&setup->next_line, "%s%s", i ? " " : "", cmdline_param(all, i));
    snprintf(setup->boot_file, sizeof setup->boot_file, "%s",
             edited->count       ? cmdline_param_file(edited, 0)
             : path == BOOT_GRUB ? "/etc/default/grub"
                                 : "/etc/kernel/cmdline");
    for (int i = 0; i < edited->count; i++)
        if (path != BOOT_ENTRIES || strcmp(cmdline_param_file(edited, i), setup->boot_file) == 0)
            buffer_append_format(&setup->boot_line, "%s%s", i ? " " : "", cmdline_param(edited, i));
}

static void check_lines(struct host_state *host, const struct command_lines *lines, struct cmdline *effective)
{
    enum boot_path path = find_boot_path(host, lines);
    cmdline_params_check(host, &lines->of[BOOT_GRUB], NULL);
    cmdline_params_check(host, &lines->of[BOOT_CMDLINE], &lines->of[BOOT_GRUB]);
    struct cmdline files = {.count = 0};
    cmdline_join(&files, &lines->of[BOOT_GRUB]);
    cmdline_join(&files, &lines->of[BOOT_CMDLINE]);
    /* Each installed kernel has an entry of its own with the same options: they are of interest only where
     * they are what people edit. */
    if (path == BOOT_ENTRIES) {
        cmdline_params_check(host, &lines->of[BOOT_ENTRIES], NULL);
        cmdline_join(&files, &lines->of[BOOT_ENTRIES]);
    }
    cmdline_params_check(host, &lines->of[RUNNING], &files);
    cmdline_free(&files);
    check_active(host, lines, path);
    check_unused(host, lines, path);
    if (lines->cmdline_lines > 1 && lines->is_proxmox_boot)
        findings_add(host->findings, "/etc/kernel/cmdline", 2, FINDING_CMDLINE_SEVERAL_LINES);
    cmdline_join(effective, &lines->of[path]);
    keep_boot(&host->setup, lines, path);
    enum cpu_maker cpu = host->setup.cpu;
    host->setup.refuses_iommu = cmdline_is(effective, "iommu", "off") ||
                                (cpu != CPU_AMD && cmdline_is(effective, "intel_iommu", "off")) ||
                                (cpu != CPU_INTEL && cmdline_is(effective, "amd_iommu", "off"));
    host->setup.asks_iommu =
        cmdline_is(effective, "intel_iommu", "on") && !cmdline_is(effective, "iommu", "off");
}

void command_lines_check(struct host_state *host, struct cmdline *effective)
{
    struct command_lines lines = {.host = host};
    read_all(host, &lines);
    for (int i = 0; i < lines.of[RUNNING].count; i++)
        host->setup.is_ostree |= strncmp(cmdline_param(&lines.of[RUNNING], i), "ostree=", 7) == 0;
    host->running_intel_iommu = cmdline_switch(&lines.of[RUNNING], "intel_iommu");
    host->setup.iommu_was_asked = cmdline_is(&lines.of[RUNNING], "intel_iommu", "on");
    check_lines(host, &lines, effective);
    cmdline_free(&lines.grub_linux);
    cmdline_free(&lines.grub_default);
    for (int i = 0; i < BOOT_PATH_COUNT; i++) {
        host->setup.has_line |= lines.is_there[i];
        cmdline_free(&lines.of[i]);
    }
}
