/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/rom.h"
#include "core/file.h"
#include "probe/pci.h"

/* What both forms of `passthru rom` need. */

/* Reads a file, or - for standard input, up to `most` bytes, into `bytes`, whose maximum must be larger. A
 * FIFO without a writer is empty; one with a writer is waited for. */
static enum error_code read_file(const char *source, size_t most, struct buffer *bytes, struct error *error)
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

/* Writes bytes to a new file. */
static enum error_code save_bytes(const char *path, const char *bytes, size_t length, struct error *error)
{
    struct buffer copy CLEANUP(buffer_free) = BUFFER(MAX_SEARCHED_FILE + 16);
    buffer_append(&copy, bytes, length);
    if (file_create(path, file_public_mode(), &copy, error) == ERROR_NONE)
        return ERROR_NONE;
    return error->number == EEXIST
               ? error_next(error, "name a new file, or with --find another directory: none is overwritten")
               : error->code;
}

/* The name of a card, "" when it is not known: a database that is missing takes nothing away but that. */
static void find_name(struct rom_command *command, const struct pci_id *id, char *name, size_t size)
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

enum { FOUND_INDENT = 22 };

struct found {
    size_t offset;
    size_t length; /* bytes that are there */
    const struct option_rom *rom;
    enum tristate matches;
    char name[NAME_SIZE * 2];
    char saved[FILE_PATH_SIZE]; /* "" when it was not */
};

/* The file's name is made of the PCI ID and the place alone: nothing of it comes from the file. */
static enum error_code save_found(const struct rom_command *command, struct found *found, struct error *error)
{
    const struct pci_id *id = &found->rom->images[0].id;
    int length = snprintf(found->saved, sizeof found->saved, "%s/%04x-%04x-%zx.rom", command->save,
                          id->vendor, id->device, found->offset);
    if (length < 0 || (size_t)length >= sizeof found->saved)
        return error_set(error, ERROR_USAGE, "the name of the directory is too long");
    return save_bytes(found->saved, buffer_text(&command->bar.bytes) + found->offset, found->length, error);
}

static void write_found_json(struct rom_command *command, const struct found *found)
{
    struct json_writer *writer = &command->session->writer;
    const struct option_rom *rom = found->rom;
    json_write_begin_object(writer, NULL);
    json_write_integer(writer, "offset", (int64_t)found->offset);
    json_write_integer(writer, "length", (int64_t)found->length);
    json_write_pci_id(writer, "pci_id", pci_id_number(&rom->images[0].id));
    json_write_text_or_null(writer, "name", found->name);
    json_write_text_or_null(writer, "version", rom->version);
    json_write_bool(writer, "efi", option_rom_efi_image(rom));
    json_write_bool(writer, "legacy", option_rom_has_legacy(rom));
    json_write_bool(writer, "valid", option_rom_is_valid(rom));
    json_write_tristate(writer, "matches", found->matches);
    json_write_text_or_null(writer, "saved", found->saved);
    json_write_end_object(writer);
}

static void write_found(struct rom_command *command, const struct found *found)
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
    output_paragraph(&command->session->output, FOUND_INDENT, label, COLOR_PLAIN, "%s", buffer_text(&line));
}

static enum error_code take(struct rom_command *command, size_t offset, struct error *error)
{
    const struct option_rom *rom = &command->rom;
    struct found found = {.offset = offset, .rom = rom};
    size_t rest = command->bar.bytes.length - offset;
    found.length = rom->end < rest ? (size_t)rom->end : rest;
    found.matches = command->has_wanted ? option_rom_matches(rom, &command->wanted) : TRISTATE_UNKNOWN;
    command->found++;
    if (command->has_wanted && found.matches == TRISTATE_NO)
        return ERROR_NONE;
    command->shown++;
    find_name(command, &rom->images[0].id, found.name, sizeof found.name);
    if (command->save && save_found(command, &found, error))
        return error->code;
    (command->session->json ? write_found_json : write_found)(command, &found);
    return ERROR_NONE;
}

static enum error_code no_rom(const struct rom_command *command, struct error *error)
{
    char id[PCI_ID_TEXT_SIZE];
    if (command->found) {
        error_set(error, ERROR_NOT_FOUND, "none of the %d option ROMs in %s is for %s", command->found,
                  command->source, pci_id_print(&command->wanted, id));
        return error_next(error, "see for which cards they are: without --for");
    }
    error_set(error, ERROR_NOT_FOUND, "there is no option ROM in %s", command->source);
    return error_next(
        error, "a firmware has most of its parts compressed: unpack it first (UEFIExtract), then look into "
               "the files with the most bytes");
}

/* passthru rom --find: shows the option ROMs in a file of any kind, and saves them. Goes on after each, so
 * that the time is linear in what they claim. */
static enum error_code search_file(struct rom_command *command, struct error *error)
{
    struct json_writer *writer = &command->session->writer;
    struct buffer *file = &command->bar.bytes;
    struct option_rom *rom = &command->rom;
    bool is_cut = false; /* there were more than MAX_FOUND_ROMS */
    *file = BUFFER(MAX_SEARCHED_FILE + 16);
    if (read_file(command->source, MAX_SEARCHED_FILE + 1, file, error))
        return error->code;
    if (file->length > MAX_SEARCHED_FILE)
        return error_set(error, ERROR_BAD_INPUT, "%s is larger than %d MiB", command->source,
                         MAX_SEARCHED_FILE >> 20);
    const unsigned char *bytes = (const unsigned char *)buffer_text(file);
    if (command->session->json) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "file", command->source);
        json_write_begin_array(writer, "found");
    }
    for (size_t at = 0; !is_cut && (at = option_rom_search(bytes, file->length, at)) < file->length;) {
        is_cut = command->found == MAX_FOUND_ROMS;
        option_rom_parse(bytes + at, file->length - at, rom);
        if (!is_cut && rom->image_count && take(command, at, error))
            return error->code;
        at += rom->image_count ? (size_t)rom->end : 1;
    }
    if (!command->shown)
        return no_rom(command, error);
    if (command->session->json) {
        json_write_end_array(writer);
        json_write_bool(writer, "more", is_cut);
        json_write_end_object(writer);
    } else if (is_cut) {
        output_paragraph(&command->session->output, FOUND_INDENT, "", COLOR_PLAIN,
                         "More than 256 option ROMs: the rest was not looked at.");
    }
    return ERROR_NONE;
}

/* ---- one option ROM ---- */

enum { SAVED_INDENT = 9 };

/* Where the ROM BAR gives no image, the machine may have a copy. */
static void read_copy(struct rom_command *command, struct root *root, const struct pci_id *id)
{
    struct buffer copy = BUFFER(MAX_OPTION_ROM_SIZE + 16);
    const struct buffer *bytes = &command->bar.bytes;
    command->from = ROM_SOURCE_BAR;
    if (command->bar.state == ROM_BAR_READ) {
        option_rom_parse((const unsigned char *)bytes->data, bytes->length, &command->rom);
        if (command->rom.image_count)
            return;
    }
    enum rom_source source = rom_copy_read(root, &command->address, id, &copy);
    if (source == ROM_SOURCE_NONE) {
        buffer_free(&copy);
        return;
    }
    buffer_free(&command->bar.bytes);
    command->bar.bytes = copy;
    command->bar.state = ROM_BAR_READ;
    command->from = source;
}

static enum error_code read_card(struct rom_command *command, struct error *error)
{
    static struct root *root; /* until the end of the process */
    struct pci_id own;
    char text[PCI_ADDRESS_TEXT_SIZE];
    char directory[64];
    if (root_open(command->root, &root, error))
        return error->code;
    snprintf(directory, sizeof directory, "/sys/bus/pci/devices/%s",
             pci_address_print(&command->address, text));
    if (!root_exists(root, directory)) {
        error_set(error, ERROR_NOT_FOUND, "there is no PCI device %s", text);
        return error_next(error, "lspci -nn lists those of this machine");
    }
    bool is_known = pci_read_id(root, &command->address, &own);
    /* The card's own ID is what its ROM must be for, if nothing else was asked. */
    if (is_known && !command->has_wanted)
        command->wanted = own;
    command->has_wanted |= is_known;
    rom_bar_read(root, &command->address, &command->bar);
    if (is_known)
        read_copy(command, root, &own);
    if (command->bar.state != ROM_BAR_UNKNOWN)
        return ERROR_NONE;
    const struct root_fault *fault = root_fault(root, 0);
    error_set(error, root_is_live(root) ? ERROR_PERMISSION : ERROR_BAD_INPUT, "cannot read the ROM of %s%s%s",
              fault ? fault->path : text, fault ? ": " : "", fault ? fault->why : "");
    return error_next(error,
                      root_is_live(root) ? "sudo passthru rom %s"
                                         : "record it again as root: passthru rom %s on that machine",
                      text);
}

/* All of it; look_at() has cut off a header, over which QEMU would stumble. */
static enum error_code save(struct rom_command *command, struct error *error)
{
    const struct option_rom *rom = &command->rom;
    const struct buffer *bytes = &command->bar.bytes;
    if (!rom->image_count) {
        error_set(error, ERROR_NOT_FOUND, "nothing was saved: there is no option ROM in what was read");
        return error_next(error, "see why: passthru rom without --save");
    }
    return save_bytes(command->save, bytes->data, bytes->length, error);
}

static enum error_code look_at(struct rom_command *command, struct error *error)
{
    /* At most one byte more than an option ROM can have, so that a larger one is noticed. */
    command->bar = (struct rom_bar){.state = ROM_BAR_READ, .bytes = BUFFER(MAX_OPTION_ROM_SIZE + 16)};
    if (command->is_file ? read_file(command->source, MAX_OPTION_ROM_SIZE + 1, &command->bar.bytes, error)
                         : read_card(command, error))
        return error->code;
    rom_bar_findings(&command->bar, &command->address, &command->findings);
    if (command->bar.state != ROM_BAR_READ)
        return command->save ? save(command, error) : ERROR_NONE;
    struct buffer *bytes = &command->bar.bytes;
    option_rom_parse((const unsigned char *)bytes->data, bytes->length, &command->rom);
    if (command->save && command->rom.start) {
        bytes->length -= command->rom.start;
        memmove(bytes->data, bytes->data + command->rom.start, bytes->length);
        option_rom_parse((const unsigned char *)bytes->data, bytes->length, &command->rom);
    }
    option_rom_findings(&command->rom, command->has_wanted ? &command->wanted : NULL, &command->findings);
    findings_sort(&command->findings);
    if (command->rom.image_count)
        find_name(command, &command->rom.images[0].id, command->name, sizeof command->name);
    return command->save ? save(command, error) : ERROR_NONE;
}

static void write_json(struct rom_command *command)
{
    struct json_writer *writer = &command->session->writer;
    char text[PCI_ID_TEXT_SIZE + PCI_ADDRESS_TEXT_SIZE];
    json_write_begin_object(writer, NULL);
    if (command->is_file)
        json_write_string(writer, "file", command->source);
    else
        json_write_string(writer, "address", pci_address_print(&command->address, text));
    if (command->save)
        json_write_string(writer, "saved", command->save);
    if (command->has_wanted)
        json_write_string(writer, "for", pci_id_print(&command->wanted, text));
    rom_write_json(writer, command);
    if (*command->name)
        json_write_string(writer, "name", command->name);
    findings_write_json(writer, &command->findings);
    json_write_end_object(writer);
}

/* The most severe finding first: it is the answer. */
static void write_text(struct rom_command *command)
{
    struct output *output = &command->session->output;
    struct findings first = command->findings;
    struct findings rest = command->findings;
    int problems = findings_problems(&command->findings);
    first.count = problems || command->bar.state != ROM_BAR_READ ? rest.count > 0 : 0;
    first.omitted = 0;
    rest.items += first.count;
    rest.count -= first.count;
    findings_write_text(output, &first, SEVERITY_INFO);
    rom_write_text(output, command, !problems);
    if (command->save)
        output_paragraph(output, SAVED_INDENT, "Saved", COLOR_PLAIN, "%s, %zu bytes", command->save,
                         command->bar.bytes.length);
    if (rest.count)
        output_blank(output);
    findings_write_text(output, &rest, SEVERITY_INFO);
}

static struct rom_command command; /* too large for a stack */
static const char *wanted;
const struct command_option rom_options[] = {{"for", .text = &wanted},
                                             {"root", .text = &command.root},
                                             {"save", .text = &command.save},
                                             {"find", .flag = &command.is_search},
                                             {.name = NULL}};

int command_rom(struct session *session, char **operands, int count, struct error *error)
{
    bool json = session->json;
    command.session = session;
    command.has_wanted = wanted;
    if (wanted && pci_id_parse(wanted, strlen(wanted), &command.wanted) != PCI_ID_OK)
        return output_usage_error("rom", json, "\"%s\" is not a PCI ID such as 10de:1d16", wanted);
    if (count != 1)
        return output_usage_error("rom", json, "give one file or one PCI address");
    command.source = operands[0];
    command.is_file = command.is_search || access(command.source, F_OK) == 0 ||
                      strcmp(command.source, "-") == 0 ||
                      !pci_address_parse(command.source, &command.address);
    if (command.is_file && command.root)
        return output_usage_error("rom", json, "--root goes with a PCI address such as 01:00.0");
    session_begin(session);
    if (command.is_search ? search_file(&command, error) : look_at(&command, error))
        return 0;
    if (command.is_search)
        return 0;
    (json ? write_json : write_text)(&command);
    return command.bar.state != ROM_BAR_READ || findings_problems(&command.findings);
}
