/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/rom.h"
#include "probe/pci.h"

enum { SAVED_INDENT = 9 };

/* Where the ROM BAR gives no image, the machine may have a copy. */
static void read_copy(struct rom_command *command, struct root *root, const struct pci_id *id)
{
    struct buffer copy = BUFFER(MAX_OPTION_ROM_SIZE + 16);
    struct rom_answer *answer = &command->answer;
    const struct buffer *bytes = &command->bar.bytes;
    answer->source = ROM_SOURCE_BAR;
    if (command->bar.state == ROM_BAR_READ) {
        option_rom_parse((const unsigned char *)bytes->data, bytes->length, &answer->rom);
        if (answer->rom.image_count)
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
    answer->source = source;
}

static enum error_code read_card(struct rom_command *command, struct error *error)
{
    struct root *root = NULL;
    char text[PCI_ADDRESS_TEXT_SIZE];
    char directory[64];
    struct rom_answer *answer = &command->answer;
    if (root_open(command->root, &root, error))
        return error->code;
    snprintf(directory, sizeof directory, "/sys/bus/pci/devices/%s",
             pci_address_print(&command->address, text));
    if (!root_exists(root, directory)) {
        error_set(error, ERROR_NOT_FOUND, "there is no PCI device %s", text);
        error_next(error, "lspci -nn lists those of this machine");
    } else {
        /* The card's own ID is what its ROM must be for, if nothing else was asked. */
        if (!answer->has_wanted)
            answer->has_wanted = pci_read_id(root, &command->address, &answer->wanted);
        rom_bar_read(root, &command->address, &command->bar);
        struct pci_id own = {.vendor = 0};
        if (pci_read_id(root, &command->address, &own))
            read_copy(command, root, &own);
        if (command->bar.state == ROM_BAR_UNKNOWN) {
            const struct root_fault *fault = root_fault(root, 0);
            error_set(error, root_is_live(root) ? ERROR_PERMISSION : ERROR_BAD_INPUT,
                      "cannot read the ROM of %s%s%s", fault ? fault->path : text, fault ? ": " : "",
                      fault ? fault->why : "");
            error_next(error,
                       root_is_live(root) ? "sudo passthru rom %s"
                                          : "record it again as root: passthru rom %s on that machine",
                       text);
        }
    }
    root_close(root);
    return error->code;
}

/* All of it; look_at() has cut off a header, over which QEMU would stumble. */
static enum error_code save(struct rom_command *command, struct error *error)
{
    const struct option_rom *rom = &command->answer.rom;
    const struct buffer *bytes = &command->bar.bytes;
    if (!rom->image_count) {
        error_set(error, ERROR_NOT_FOUND, "nothing was saved: there is no option ROM in what was read");
        return error_next(error, "see why: passthru rom without --save");
    }
    return rom_save(command->save, bytes->data, bytes->length, error);
}

static enum error_code look_at(struct rom_command *command, struct error *error)
{
    struct rom_answer *answer = &command->answer;
    /* At most one byte more than an option ROM can have, so that a larger one is noticed. */
    command->bar = (struct rom_bar){.state = ROM_BAR_READ, .bytes = BUFFER(MAX_OPTION_ROM_SIZE + 16)};
    if (command->is_file ? rom_read_file(command->source, MAX_OPTION_ROM_SIZE + 1, &command->bar.bytes, error)
                         : read_card(command, error))
        return error->code;
    answer->state = command->bar.state;
    rom_bar_findings(&command->bar, &command->address, &command->findings);
    if (answer->state != ROM_BAR_READ)
        return command->save ? save(command, error) : ERROR_NONE;
    struct buffer *bytes = &command->bar.bytes;
    option_rom_parse((const unsigned char *)bytes->data, bytes->length, &answer->rom);
    if (command->save && answer->rom.start) {
        bytes->length -= answer->rom.start;
        memmove(bytes->data, bytes->data + answer->rom.start, bytes->length);
        option_rom_parse((const unsigned char *)bytes->data, bytes->length, &answer->rom);
    }
    option_rom_findings(&answer->rom, answer->has_wanted ? &answer->wanted : NULL, &command->findings);
    findings_sort(&command->findings);
    if (answer->rom.image_count)
        rom_find_name(command, &answer->rom.images[0].id, answer->name, sizeof answer->name);
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
    if (command->answer.has_wanted)
        json_write_string(writer, "for", pci_id_print(&command->answer.wanted, text));
    rom_answer_write_json(writer, &command->answer);
    if (*command->answer.name)
        json_write_string(writer, "name", command->answer.name);
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
    first.count = problems || command->answer.state != ROM_BAR_READ ? rest.count > 0 : 0;
    first.omitted = 0;
    rest.items += first.count;
    rest.count -= first.count;
    findings_write_text(output, &first, SEVERITY_INFO);
    rom_answer_write_text(output, &command->answer, !problems);
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
    struct rom_answer *answer = &command.answer;
    bool json = session->json;
    command.session = session;
    answer->has_wanted = wanted;
    if (wanted && pci_id_parse(wanted, strlen(wanted), &answer->wanted) != PCI_ID_OK)
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
    if (command.is_search ? rom_search(&command, error) : look_at(&command, error))
        return 0;
    if (command.is_search)
        return 0;
    (json ? write_json : write_text)(&command);
    return answer->state != ROM_BAR_READ || findings_problems(&command.findings);
}
