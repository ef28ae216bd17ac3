/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/rom_bar.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/acpi.h"
#include "probe/option_rom.h"

enum { BYTES_MAX = MAX_OPTION_ROM_SIZE + (128 << 10), MAX_CARDS = 64, PATH_SIZE = 400 };

/* Everything that is ever written to the machine. The newline counts: Linux takes a "0" without one for
 * "enable" (pci_write_rom: two bytes, the first of them '0'). */
static const char enable[2] = "1\n";
static const char disable[2] = "0\n";

static bool write_enable_bit(int file, const char text[2])
{
    ssize_t written = pwrite(file, text, 2, 0);
    if (written >= 0 && written != 2)
        errno = EIO;
    return written == 2;
}

enum rom_bar_state rom_bar_read_enabled(const char *path, struct rom_bar *bar)
{
    struct stat status;
    sigset_t all;
    sigset_t before;
    *bar = (struct rom_bar){.bytes = BUFFER(BYTES_MAX)};
    int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (file < 0 || fstat(file, &status) || !S_ISREG(status.st_mode)) {
        bar->reason = file < 0 ? errno : EINVAL;
        if (file >= 0)
            close(file);
        bar->state = bar->reason == ENOENT || bar->reason == ENOTDIR ? ROM_BAR_ABSENT : ROM_BAR_UNKNOWN;
        return bar->state;
    }
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    bar->reason =
        write_enable_bit(file, enable) ? read_bounded(file, MAX_OPTION_ROM_SIZE, &bar->bytes) : errno;
    bar->is_left_enabled = !write_enable_bit(file, disable);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(file);
    bar->state = !bar->reason && bar->bytes.length ? ROM_BAR_READ : ROM_BAR_UNREADABLE;
    return bar->state;
}

/* Writes happen to this very file of sysfs or not at all. */
static bool is_rom_of_device(const char *path)
{
    static const char directory[] = "/sys/devices/";
    size_t length = strlen(path);
    return strncmp(path, directory, sizeof directory - 1) == 0 && length > 4 &&
           strcmp(path + length - 4, "/rom") == 0;
}

enum rom_bar_state rom_bar_read(struct root *root, const struct pci_address *address, struct rom_bar *bar)
{
    char path[64];
    char real[PATH_MAX];
    *bar = (struct rom_bar){.state = ROM_BAR_UNKNOWN, .bytes = BUFFER(BYTES_MAX)};
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/rom", pci_address_text(address));
    if (!root_is_live(root)) {
        enum root_result result = root_read(root, path, MAX_OPTION_ROM_SIZE, &bar->bytes);
        if (result == ROOT_ABSENT)
            bar->state = ROM_BAR_ABSENT;
        else if (result != ROOT_UNREADABLE && bar->bytes.length)
            bar->state = ROM_BAR_READ;
        else if (result != ROOT_UNREADABLE) /* copied without having been enabled */
            root_note_unreadable(root, path, "was recorded without its bytes");
        return bar->state;
    }
    if (!root_exists(root, path)) {
        bar->state = ROM_BAR_ABSENT;
        return bar->state;
    }
    if (!root_resolve(root, path, real, sizeof real) || !is_rom_of_device(real)) {
        root_note_unreadable(root, path, "is not the sysfs path of a device");
        return bar->state;
    }
    if (rom_bar_read_enabled(real, bar) == ROM_BAR_UNKNOWN)
        root_note_errno(root, path, bar->reason);
    return bar->state;
}

void rom_bar_findings(const struct rom_bar *bar, const struct pci_address *address, struct findings *findings)
{
    const char *text = pci_address_text(address);
    if (bar->state == ROM_BAR_ABSENT)
        findings_add(findings, NULL, 0, FINDING_ROM_NONE, text);
    if (bar->state == ROM_BAR_UNREADABLE)
        findings_add(findings, NULL, 0, FINDING_ROM_UNREADABLE, text, bar->reason ? ": " : "",
                     bar->reason ? strerror(bar->reason) : "", text);
    if (bar->is_left_enabled)
        findings_add(findings, NULL, 0, FINDING_ROM_BAR_LEFT_ENABLED, text, text);
}

void rom_bar_free(struct rom_bar *bar)
{
    buffer_free(&bar->bytes);
}

/* ---- copies ---- */

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
    const char *text = pci_address_text(address);
    char directory[PATH_SIZE];
    bool found = read_debug_file(root, text, bytes);
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
