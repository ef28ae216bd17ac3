/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_ROM_H
#define PASSTHRU_CLI_ROM_H

#include "cli/command.h"
#include "probe/option_rom.h"
#include "probe/rom_bar.h"

/* What the two forms of `passthru rom` share. */

enum { MAX_SEARCHED_FILE = 256 << 20, MAX_FOUND_ROMS = 256 };

struct rom_command {
    struct session *session;
    const char *source;
    const char *root;
    const char *save; /* where to: a file, with --find a directory; NULL: nowhere */
    bool is_search;   /* --find */
    bool is_file;
    struct pci_address address;
    bool has_wanted; /* it was asked whether it fits a card */
    struct pci_id wanted;
    struct rom_bar bar;    /* its bytes are those of the file, too; its state is ROM_BAR_READ then */
    enum rom_source from;  /* of the ROM of a card */
    struct option_rom rom; /* when it was read */
    char name[600];        /* of the card that it is for, "" when not known */
    int found;             /* with --find: option ROMs in the file, those for other cards too */
    int shown;             /* of them */
    struct findings findings;
};

/* Writes what the ROM is as members of an object that the caller has begun (docs/json.md). */
void rom_write_json(struct json_writer *writer, const struct rom_command *command);

/* Writes what it is in a sentence and its images as a list. `is_good`: nothing speaks against it. */
void rom_write_text(struct output *output, const struct rom_command *command, bool is_good);

#endif
