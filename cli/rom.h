/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_ROM_H
#define PASSTHRU_CLI_ROM_H

#include "cli/command.h"
#include "cli/rom_answer.h"
#include "db/database.h"

/* What the two forms of `passthru rom` share. */

enum { MAX_SEARCHED_FILE = 256 << 20, MAX_FOUND_ROMS = 256 };

struct rom_command {
    struct common_options common;
    const char *source;
    const char *root;
    const char *save; /* where to: a file, with --find a directory; NULL: nowhere */
    bool is_search;   /* --find */
    bool is_file;
    struct pci_address address;
    struct rom_bar bar; /* its bytes are those of the file, too */
    struct rom_answer answer;
    struct findings findings;
};

/* Reads a file, or - for standard input, up to `most` bytes, into `bytes`, whose maximum must be larger. A
 * FIFO without a writer is empty; one with a writer is waited for. */
MUST_CHECK enum error_code rom_read_file(const char *source, size_t most, struct buffer *bytes,
                                         struct error *error);

/* Opens the database, from which a ROM takes but the name of its card: NULL when there is none. The caller
 * closes it. */
struct database *rom_open_database(const struct rom_command *command);

/* The name of a card, "" when it is not known; `database` may be NULL. */
void rom_find_name(struct database *database, const struct pci_id *id, char *name, size_t size);

/* Writes bytes to a new file. */
MUST_CHECK enum error_code rom_save(const char *path, const char *bytes, size_t length, struct error *error);

/* passthru rom --find: shows the option ROMs in a file of any kind, and saves them. Returns the exit status.
 */
int rom_search(struct rom_command *command);

#endif
