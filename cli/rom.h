/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_ROM_H
#define PASSTHRU_CLI_ROM_H

#include "cli/command.h"
#include "probe/option_rom.h"
#include "probe/rom_bar.h"

/* What the two forms of `passthru rom` share. */

enum { MAX_SEARCHED_FILE = 256 << 20, MAX_FOUND_ROMS = 256 };

/* What is said of an option ROM, from a file or from a card. */
struct rom_answer {
    enum rom_bar_state state; /* of a file: ROM_BAR_READ */
    struct option_rom rom;    /* when it was read */
    bool has_wanted;          /* it was asked whether it fits a card */
    struct pci_id wanted;
    enum rom_source source; /* of the ROM of a card */
    char name[600];         /* of the card that it is for, "" when not known */
};

struct rom_command {
    struct session *session;
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

/* Writes the members that `rom --json` and the member "rom" of `scan --json` share (docs/json.md), into an
 * object that the caller has begun. */
void rom_answer_write_json(struct json_writer *writer, const struct rom_answer *answer);

/* Writes what it is in a sentence and its images as a list. `is_good`: nothing speaks against it. */
void rom_answer_write_text(struct output *output, const struct rom_answer *answer, bool is_good);

#endif
