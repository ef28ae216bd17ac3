/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/rom.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
    struct session *session = command->session;
    struct error ignored = {.code = ERROR_NONE};
    *name = '\0';
    if ((session->database || !session_open_database(session, &ignored)) &&
        !database_find_device(session->database, id, &device, &ignored))
        snprintf(name, size, "%s %s", device.vendor, device.name);
}

/* The option ROMs in a file of any kind: a dump of a firmware's flash chip, a collection of vBIOSes. */

enum { INDENT = 22 };

struct search {
    struct rom_command *command;
    const unsigned char *bytes;
    size_t size;
    int count;   /* option ROMs that were found, those for other cards too */
    int shown;   /* of them */
    bool is_cut; /* there were more than MAX_FOUND_ROMS */
};

struct found {
    size_t offset;
    size_t length; /* bytes that are there */
    const struct option_rom *rom;
    enum tristate matches;
    char name[NAME_SIZE * 2];
    char saved[FILE_PATH_SIZE]; /* "" when it was not */
};

/* The file's name is made of the PCI ID and the place alone: nothing of it comes from the file. */
static enum error_code save(const struct search *search, struct found *found, struct error *error)
{
    const struct pci_id *id = &found->rom->images[0].id;
    int length = snprintf(found->saved, sizeof found->saved, "%s/%04x-%04x-%zx.rom", search->command->save,
                          id->vendor, id->device, found->offset);
    if (length < 0 || (size_t)length >= sizeof found->saved)
        return error_set(error, ERROR_USAGE, "the name of the directory is too long");
    return rom_save(found->saved, (const char *)search->bytes + found->offset, found->length, error);
}

static void write_json(struct search *search, const struct found *found)
{
    struct json_writer *writer = &search->command->session->writer;
    const struct option_rom *rom = found->rom;
    char text[PCI_ID_TEXT_SIZE];
    json_write_begin_object(writer, NULL);
    json_write_integer(writer, "offset", (int64_t)found->offset);
    json_write_integer(writer, "length", (int64_t)found->length);
    json_write_string(writer, "pci_id", pci_id_print(&rom->images[0].id, text));
    json_write_text_or_null(writer, "name", found->name);
    json_write_text_or_null(writer, "version", rom->version);
    json_write_bool(writer, "efi", option_rom_efi_image(rom));
    json_write_bool(writer, "legacy", option_rom_has_legacy(rom));
    json_write_bool(writer, "valid", option_rom_is_valid(rom));
    json_write_tristate(writer, "matches", found->matches);
    json_write_text_or_null(writer, "saved", found->saved);
    json_write_end_object(writer);
}

static void write_text(struct search *search, const struct found *found)
{
    const struct option_rom *rom = found->rom;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    char label[40];
    char id[PCI_ID_TEXT_SIZE];
    bool efi = option_rom_efi_image(rom);
    bool legacy = option_rom_has_legacy(rom);
    snprintf(label, sizeof label, "0x%-8zx %zu KiB", found->offset, found->length >> 10);
    buffer_append_format(&line, "%s %s", pci_id_print(&rom->images[0].id, id),
                         legacy && efi ? "legacy and EFI"
                         : legacy      ? "legacy"
                         : efi         ? "EFI"
                                       : "no code");
    if (!option_rom_is_valid(rom))
        buffer_append_text(&line, ", DAMAGED");
    if (*rom->version)
        buffer_append_format(&line, ", version %s", rom->version);
    if (*found->name)
        buffer_append_format(&line, ", %s", found->name);
    if (*found->saved)
        buffer_append_format(&line, " -> %s", found->saved);
    output_paragraph(&search->command->session->output, INDENT, label, COLOR_PLAIN, "%s", buffer_text(&line));
}

static enum error_code take(struct search *search, size_t offset, const struct option_rom *rom,
                            struct error *error)
{
    const struct rom_answer *asked = &search->command->answer;
    struct found found = {.offset = offset, .rom = rom};
    size_t rest = search->size - offset;
    found.length = rom->end < rest ? (size_t)rom->end : rest;
    found.matches = asked->has_wanted ? option_rom_matches(rom, &asked->wanted) : TRISTATE_UNKNOWN;
    search->count++;
    if (asked->has_wanted && found.matches == TRISTATE_NO)
        return ERROR_NONE;
    search->shown++;
    rom_find_name(search->command, &rom->images[0].id, found.name, sizeof found.name);
    if (search->command->save && save(search, &found, error))
        return error->code;
    (search->command->session->json ? write_json : write_text)(search, &found);
    return ERROR_NONE;
}

/* Goes on after each ROM, so that the time is linear in what they claim. */
static enum error_code find_all(struct search *search, struct error *error)
{
    static struct option_rom rom; /* too large for a stack */
    size_t offset = 0;
    while ((offset = option_rom_search(search->bytes, search->size, offset)) < search->size) {
        if (search->count == MAX_FOUND_ROMS) {
            search->is_cut = true;
            break;
        }
        option_rom_parse(search->bytes + offset, search->size - offset, &rom);
        if (rom.image_count && take(search, offset, &rom, error))
            return error->code;
        offset += rom.image_count ? (size_t)rom.end : 1;
    }
    return ERROR_NONE;
}

static enum error_code no_rom(const struct search *search, struct error *error)
{
    char id[PCI_ID_TEXT_SIZE];
    if (search->count) {
        error_set(error, ERROR_NOT_FOUND, "none of the %d option ROMs in %s is for %s", search->count,
                  search->command->source, pci_id_print(&search->command->answer.wanted, id));
        return error_next(error, "see for which cards they are: without --for");
    }
    error_set(error, ERROR_NOT_FOUND, "there is no option ROM in %s", search->command->source);
    return error_next(
        error, "a firmware has most of its parts compressed: unpack it first (UEFIExtract), then look into "
               "the files with the most bytes");
}

enum error_code rom_search(struct rom_command *command, struct error *error)
{
    struct json_writer *writer = &command->session->writer;
    struct buffer *bytes = &command->bar.bytes;
    struct search search = {.command = command};
    *bytes = BUFFER(MAX_SEARCHED_FILE + 16);
    if (rom_read_file(command->source, MAX_SEARCHED_FILE + 1, bytes, error))
        return error->code;
    if (bytes->length > MAX_SEARCHED_FILE)
        return error_set(error, ERROR_BAD_INPUT, "%s is larger than %d MiB", command->source,
                         MAX_SEARCHED_FILE >> 20);
    search.bytes = (const unsigned char *)buffer_text(bytes);
    search.size = bytes->length;
    if (command->session->json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "file", command->source);
        json_write_begin_array(writer, "found");
    }
    if (find_all(&search, error))
        return error->code;
    if (!search.shown)
        return no_rom(&search, error);
    if (command->session->json) {
        json_write_end_array(writer);
        json_write_bool(writer, "more", search.is_cut);
        json_write_end_object(writer);
    } else if (search.is_cut) {
        output_paragraph(&command->session->output, INDENT, "", COLOR_PLAIN,
                         "More than 256 option ROMs: the rest was not looked at.");
    }
    return ERROR_NONE;
}
