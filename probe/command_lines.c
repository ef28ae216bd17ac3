#include <stdlib.h>
#include <string.h>

#include "probe/host_state.h"

/* Where the kernel command line of the next start comes from. */
enum boot_path {
    BOOT_UNKNOWN,
    BOOT_GRUB,    /* /etc/default/grub, by update-grub or grub-mkconfig */
    BOOT_CMDLINE, /* /etc/kernel/cmdline, by proxmox-boot-tool or kernel-install */
    BOOT_ENTRIES, /* /boot/loader/entries, edited by hand */
};

struct command_lines {
    struct kernel_line running;
    struct grub_settings grub;
    struct kernel_line grub_all; /* both variables, as GRUB joins them */
    struct kernel_line cmdline;
    struct kernel_line entries;
    bool has_running;
    bool has_grub;
    bool has_cmdline;
    bool has_entries;
    bool is_proxmox_boot; /* proxmox-boot-tool keeps the boot partitions */
    long cmdline_lines;   /* lines of /etc/kernel/cmdline that are not empty */
};

static void read_running(struct host_state *host, struct span text, const char *file, void *context)
{
    struct command_lines *lines = context;
    (void)host;
    kernel_line_add(&lines->running, text, file, 1);
    lines->has_running = true;
}

static void read_grub(struct host_state *host, struct span text, const char *file, void *context)
{
    struct command_lines *lines = context;
    lines->has_grub = true;
    lines->grub.unclosed = 0;
    grub_parse(&lines->grub, text, file);
    if (lines->grub.unclosed)
        finding_next(
            finding_at(findings_add(host->findings, FINDING_ID_CMDLINE_UNCLOSED_QUOTE, SEVERITY_WARNING,
                                    "a quotation mark is never closed, so that GRUB's "
                                    "configuration cannot be made anew from this file"),
                       file, lines->grub.unclosed),
            "close it");
}

static void read_cmdline(struct host_state *host, struct span text, const char *file, void *context)
{
    struct command_lines *lines = context;
    struct span line;
    (void)host;
    lines->has_cmdline = true;
    for (long number = 1; span_next_line(&text, &line); number++) {
        line = span_trim(line);
        if (!line.length || line.start[0] == '#')
            continue;
        lines->cmdline_lines++;
        kernel_line_add(&lines->cmdline, line, file, number);
    }
}

/* Boot Loader Specification, type 1: "options" may be given several times. */
static void read_entry(struct host_state *host, struct span text, const char *file, void *context)
{
    struct command_lines *lines = context;
    struct span line;
    struct span key;
    (void)host;
    for (long number = 1; span_next_line(&text, &line); number++) {
        if (!span_next_word(&line, &key) || !span_is(key, "options"))
            continue;
        lines->has_entries = true;
        kernel_line_add(&lines->entries, line, file, number);
    }
}

static void join(struct kernel_line *all, const struct kernel_line *part)
{
    for (int i = 0; i < part->count; i++)
        kernel_line_add(all, span_of(kernel_word(part, i)), kernel_word_file(part, i), part->words[i].line);
}

/* What is left out of a line that cannot be one is not known. */
static void note_cut(struct host_state *host, const struct command_lines *lines)
{
    const struct {
        const struct kernel_line *line;
        const char *what;
    } all[] = {{&lines->running, "/proc/cmdline"},
               {&lines->grub.linux_words, "/etc/default/grub"},
               {&lines->grub.default_words, "/etc/default/grub"},
               {&lines->cmdline, "/etc/kernel/cmdline"},
               {&lines->entries, "/boot/loader/entries"}};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        if (all[i].line->is_cut)
            root_note_unreadable(host->root, all[i].what,
                                 "has more words than a kernel command line can have");
}

static void read_all(struct host_state *host, struct command_lines *lines)
{
    read_config_file(host, "/proc/cmdline", read_running, lines);
    read_config_file(host, "/etc/default/grub", read_grub, lines);
    each_config_file(host, "/etc/default/grub.d", ".cfg", read_grub, lines);
    join(&lines->grub_all, &lines->grub.linux_words);
    join(&lines->grub_all, &lines->grub.default_words);
    read_config_file(host, "/etc/kernel/cmdline", read_cmdline, lines);
    each_config_file(host, "/boot/loader/entries", ".conf", read_entry, lines);
    each_config_file(host, "/efi/loader/entries", ".conf", read_entry, lines);
    note_cut(host, lines);
    lines->is_proxmox_boot = root_exists(host->root, "/etc/kernel/proxmox-boot-uuids");
}

/* GRUB says BOOT_IMAGE=; systemd-boot names the initrd by an EFI path. */
static enum boot_path find_boot_path(struct host_state *host, const struct command_lines *lines)
{
    for (int i = 0; i < lines->running.count; i++) {
        const char *word = kernel_word(&lines->running, i);
        if (strncmp(word, "BOOT_IMAGE=", 11) == 0 && lines->has_grub)
            return BOOT_GRUB;
        if (strncmp(word, "initrd=\\", 8) == 0 && lines->has_cmdline)
            return BOOT_CMDLINE;
    }
    if (lines->has_grub != lines->has_cmdline)
        return lines->has_grub ? BOOT_GRUB : BOOT_CMDLINE;
    if (!lines->has_grub)
        return lines->has_entries ? BOOT_ENTRIES : BOOT_UNKNOWN;
    /* Both are there. With EFI, proxmox-boot-tool sets up systemd-boot (GRUB only for Secure Boot). */
    if (lines->is_proxmox_boot &&
        (root_exists(host->root, "/sys/firmware/efi") || !root_exists(host->root, "/sys")))
        return BOOT_CMDLINE;
    return BOOT_UNKNOWN;
}

static const struct kernel_line *line_of(const struct command_lines *lines, enum boot_path path)
{
    switch (path) {
    case BOOT_GRUB:
        return &lines->grub_all;
    case BOOT_CMDLINE:
        return &lines->cmdline;
    case BOOT_ENTRIES:
        return &lines->entries;
    case BOOT_UNKNOWN:
        break;
    }
    return &lines->running;
}

/* Words of `line` that matter and that `other` lacks, with blanks between them. Returns the first, or -1. */
static int words_missing(const struct kernel_line *line, const struct kernel_line *other,
                         struct buffer *words)
{
    int first = -1;
    for (int i = 0; i < line->count; i++) {
        const char *word = kernel_word(line, i);
        if (!kernel_word_matters(word) || kernel_line_has(other, word))
            continue;
        buffer_append_format(words, "%s%s", first < 0 ? "" : " ", word);
        first = first < 0 ? i : first;
    }
    return first;
}

static void check_active(struct host_state *host, const struct command_lines *lines, enum boot_path path)
{
    static const char *const steps[] = {
        [BOOT_GRUB] = "update-grub, then reboot",
        [BOOT_CMDLINE] = "make the boot entries anew (kernel-install, or mkinitcpio -P), then reboot",
        [BOOT_ENTRIES] = "reboot",
    };
    struct buffer words CLEANUP(buffer_free) = BUFFER(65536);
    if (path == BOOT_UNKNOWN || !lines->has_running)
        return;
    const struct kernel_line *line = line_of(lines, path);
    int first = words_missing(line, &lines->running, &words);
    if (first < 0)
        return;
    const char *step = path == BOOT_CMDLINE && lines->is_proxmox_boot
                           ? "proxmox-boot-tool refresh, then reboot"
                           : steps[path];
    finding_next(
        finding_at(findings_add(host->findings, FINDING_ID_CMDLINE_NOT_ACTIVE, SEVERITY_WARNING,
                                "the kernel that runs was started without %.300s", buffer_text(&words)),
                   kernel_word_file(line, first), line->words[first].line),
        "not active yet: %s", step);
}

/* What was written into the file that this machine does not boot by. */
static void check_unused(struct host_state *host, const struct command_lines *lines, enum boot_path path)
{
    struct buffer words CLEANUP(buffer_free) = BUFFER(65536);
    if (path != BOOT_GRUB && path != BOOT_CMDLINE)
        return;
    const struct kernel_line *used = line_of(lines, path);
    const struct kernel_line *unused = line_of(lines, path == BOOT_GRUB ? BOOT_CMDLINE : BOOT_GRUB);
    int first = words_missing(unused, used, &words);
    if (first < 0)
        return;
    const char *right = path == BOOT_GRUB ? "/etc/default/grub" : "/etc/kernel/cmdline";
    const char *step = path == BOOT_GRUB        ? "update-grub"
                       : lines->is_proxmox_boot ? "proxmox-boot-tool refresh"
                                                : "make the boot entries anew";
    finding_next(finding_at(findings_add(host->findings, FINDING_ID_CMDLINE_UNUSED_FILE, SEVERITY_WARNING,
                                         "this machine boots by %s, so that this file has no effect: %.300s",
                                         right, buffer_text(&words)),
                            kernel_word_file(unused, first), unused->words[first].line),
                 "write it into %s, then %s, then reboot", right, step);
}

static void check_one_line(struct host_state *host, const struct command_lines *lines)
{
    if (lines->cmdline_lines > 1 && lines->is_proxmox_boot)
        finding_next(
            finding_at(findings_add(host->findings, FINDING_ID_CMDLINE_SEVERAL_LINES, SEVERITY_WARNING,
                                    "has more than one line, but proxmox-boot-tool wants all options in "
                                    "one"),
                       "/etc/kernel/cmdline", 2),
            "join the lines, then proxmox-boot-tool refresh");
}

static void check_lines(struct host_state *host, const struct command_lines *lines,
                        struct kernel_line *effective)
{
    enum boot_path path = find_boot_path(host, lines);
    kernel_words_check(host, &lines->grub_all, NULL);
    kernel_words_check(host, &lines->cmdline, &lines->grub_all);
    struct kernel_line *files = calloc(1, sizeof *files);
    if (!files)
        return;
    join(files, &lines->grub_all);
    join(files, &lines->cmdline);
    /* Each installed kernel has an entry of its own with the same options: they are of interest only where
     * they are what people edit. */
    if (path == BOOT_ENTRIES) {
        kernel_words_check(host, &lines->entries, NULL);
        join(files, &lines->entries);
    }
    kernel_words_check(host, &lines->running, files);
    kernel_line_free(files);
    free(files);
    check_active(host, lines, path);
    check_unused(host, lines, path);
    check_one_line(host, lines);
    join(effective, line_of(lines, path));
}

bool command_lines_check(struct host_state *host, struct kernel_line *effective)
{
    struct command_lines *lines = calloc(1, sizeof *lines);
    if (!lines)
        return false;
    read_all(host, lines);
    host->running_intel_iommu = kernel_line_switch(&lines->running, "intel_iommu");
    check_lines(host, lines, effective);
    bool any = lines->has_running || lines->has_grub || lines->has_cmdline || lines->has_entries;
    kernel_line_free(&lines->running);
    kernel_line_free(&lines->grub.linux_words);
    kernel_line_free(&lines->grub.default_words);
    kernel_line_free(&lines->grub_all);
    kernel_line_free(&lines->cmdline);
    kernel_line_free(&lines->entries);
    free(lines);
    return any;
}
