/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/rom.h"
#include "core/file.h"

/* What both forms of `passthru rom` need. */

enum error_code rom_read_file(const char *source, size_t most, struct buffer *bytes, struct error *error)
{
    bool is_stdin = strcmp(source, "-") == 0;
    const char *name = is_stdin ? "standard input" : source;
    int file = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int number = file < 0 ? errno : 0;
    if (!number && !is_stdin)
        fcntl(file, F_SETFL, 0);
    if (!number)
        number = read_bounded(file, most, bytes);
    if (file >= 0 && !is_stdin)
        close(file);
    if (!number)
        return ERROR_NONE;
    error_set_errno(error, number, "cannot read %s", name);
    error_blame_input(error);
    if (strncmp(name, "/sys/", 5) == 0)
        return error_next(error, "name the PCI address of the card, such as 01:00.0: its ROM BAR must be "
                                 "enabled to be read, and passthru does that");
    return error_next(error,
                      "name a file with a dumped vBIOS, or the PCI address of a card, such as 01:00.0");
}

enum error_code rom_save(const char *path, const char *bytes, size_t length, struct error *error)
{
    struct buffer copy CLEANUP(buffer_free) = BUFFER(MAX_SEARCHED_FILE + 16);
    buffer_append(&copy, bytes, length);
    if (file_create(path, file_public_mode(), &copy, error) == ERROR_NONE)
        return ERROR_NONE;
    return error->number == EEXIST
               ? error_next(error, "name a file that is not there yet: none is overwritten")
               : error->code;
}

void rom_find_name(struct rom_command *command, const struct pci_id *id, char *name, size_t size)
{
    static struct device device; /* too large for a stack */
    struct session *session = &command->session;
    struct error ignored = {.code = ERROR_NONE};
    *name = '\0';
    if ((session->database || !session_open_database(session, &ignored)) &&
        !database_find_device(session->database, id, &device, &ignored))
        snprintf(name, size, "%s %s", device.vendor, device.name);
}
