/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/rom.h"

#include <stdio.h>

enum { INDENT = 9 };

static void write_image(struct json_writer *writer, const struct option_rom_image *image)
{
    char text[16];
    json_write_begin_object(writer, NULL);
    json_write_integer(writer, "offset", image->offset);
    json_write_integer(writer, "length", image->length);
    json_write_integer(writer, "missing", image->missing);
    json_write_integer(writer, "code_type", image->code_type);
    json_write_text_or_null(writer, "type", option_rom_code_name(image->code_type));
    json_write_pci_id(writer, "pci_id", pci_id_number(&image->id));
    json_write_begin_array(writer, "device_ids");
    for (int i = 0; i < image->device_count; i++)
        json_write_pci_id(writer, NULL, (uint32_t)image->id.vendor << 16 | image->devices[i]);
    json_write_end_array(writer);
    snprintf(text, sizeof text, "%02x%02x%02x", image->base_class, image->sub_class, image->interface);
    json_write_string(writer, "class", text);
    json_write_integer(writer, "pcir_revision", image->revision);
    json_write_bool(writer, "last", image->has_npde ? image->npde_is_last : image->is_last);
    json_write_bool(writer, "npde", image->has_npde);
    json_write_bool(writer, "private", image->is_private);
    json_write_tristate(writer, "checksum_ok", image->checksum);
    if (image->code_type == OPTION_ROM_LEGACY)
        json_write_bool(writer, "has_code", image->has_code);
    if (image->is_efi) {
        snprintf(text, sizeof text, "%04x", image->machine);
        json_write_string(writer, "machine", text);
        json_write_integer(writer, "subsystem", image->subsystem);
        json_write_bool(writer, "compressed", image->is_compressed);
        json_write_tristate(writer, "program", image->program);
    }
    json_write_end_object(writer);
}

/* What only the bytes show. */
static void write_content(struct json_writer *writer, const struct option_rom *rom)
{
    static const char *const makers[] = {"", "nvidia", "amd"};
    json_write_bool(writer, "efi", option_rom_efi_image(rom));
    json_write_bool(writer, "legacy", option_rom_has_legacy(rom));
    json_write_bool(writer, "truncated", rom->truncated);
    json_write_integer(writer, "size", (int64_t)rom->size);
    json_write_integer(writer, "start", rom->start);
    json_write_integer(writer, "padding", (int64_t)rom->padding);
    json_write_integer(writer, "trailing", (int64_t)rom->trailing);
    if (rom->image_count)
        json_write_pci_id(writer, "pci_id", pci_id_number(&rom->images[0].id));
    else
        json_write_null(writer, "pci_id");
    json_write_text_or_null(writer, "maker", makers[rom->maker]);
    json_write_text_or_null(writer, "version", rom->version);
    json_write_begin_array(writer, "images");
    for (int i = 0; i < rom->image_count; i++)
        write_image(writer, &rom->images[i]);
    json_write_end_array(writer);
}

void rom_write_json(struct json_writer *writer, const struct rom_command *command)
{
    const struct option_rom *rom = &command->rom;
    bool is_read = command->bar.state == ROM_BAR_READ;
    enum tristate present = is_read ? tristate_of(option_rom_is_present(rom))
                                    : tristate_of(command->bar.state == ROM_BAR_UNREADABLE);
    enum tristate valid = is_read ? tristate_of(option_rom_is_valid(rom)) : TRISTATE_NO;
    bool is_unknown = command->bar.state == ROM_BAR_UNKNOWN;
    static const char *const sources[] = {"", "rom-bar", "acpi-vfct", "debugfs"};
    if (command->from)
        json_write_string(writer, "source", sources[command->from]);
    json_write_tristate(writer, "present", is_unknown ? TRISTATE_UNKNOWN : present);
    json_write_tristate(writer, "valid", is_unknown ? TRISTATE_UNKNOWN : valid);
    json_write_tristate(writer, "matches",
                        is_read && command->has_wanted ? option_rom_matches(rom, &command->wanted)
                                                       : TRISTATE_UNKNOWN);
    if (is_read)
        write_content(writer, rom);
}

static void append_details(struct buffer *line, const struct option_rom_image *image)
{
    const char *machine = option_rom_machine_name(image->machine);
    const char *checksum = image->checksum == TRISTATE_YES  ? ", checksum right"
                           : image->checksum == TRISTATE_NO ? ", checksum wrong"
                                                            : "";
    buffer_append_format(line, "%u bytes%s", image->length, checksum);
    if (image->is_efi && *machine)
        buffer_append_format(line, ", %s", machine);
    else if (image->is_efi)
        buffer_append_format(line, ", machine %04x", image->machine);
    if (image->is_efi && image->is_compressed)
        buffer_append_text(line,
                           image->program == TRISTATE_NO ? ", compressed, does not unpack" : ", compressed");
    if (image->code_type == OPTION_ROM_LEGACY && !image->has_code)
        buffer_append_text(line, ", tables without code");
    if (image->device_count)
        buffer_append_format(line, ", lists %d%s", image->device_count,
                             image->devices_omitted     ? " device IDs and more"
                             : image->device_count == 1 ? " device ID"
                                                        : " device IDs");
    if (image->is_private)
        buffer_append_text(line, ", NVIDIA's own");
    if (image->missing)
        buffer_append_format(line, ", %u bytes missing", image->missing);
}

static void write_images(struct output *output, const struct option_rom *rom)
{
    for (int i = 0; i < rom->image_count; i++) {
        const struct option_rom_image *image = &rom->images[i];
        struct buffer line CLEANUP(buffer_free) = BUFFER(1024);
        const char *type = option_rom_code_name(image->code_type);
        char id[PCI_ID_TEXT_SIZE];
        buffer_append_format(&line, "0x%x, %s", image->offset, type);
        if (!*type)
            buffer_append_format(&line, "type %#04x", image->code_type);
        buffer_append_format(&line, ", %s, ", pci_id_print(&image->id, id));
        append_details(&line, image);
        output_paragraph(output, INDENT, i ? "" : "Images", COLOR_PLAIN, "%s", buffer_text(&line));
    }
}

static void append_kinds(struct buffer *line, const struct option_rom *rom)
{
    const struct option_rom_image *efi = option_rom_efi_image(rom);
    bool ovmf = efi && option_rom_runs_on_x64(efi);
    bool seabios = option_rom_has_legacy(rom);
    buffer_append_text(line, seabios && ovmf ? "SeaBIOS (legacy image) and OVMF (EFI image)"
                             : seabios       ? "SeaBIOS (legacy image), not OVMF"
                             : ovmf          ? "OVMF (EFI image), not SeaBIOS"
                                             : "neither SeaBIOS nor OVMF");
}

void rom_write_text(struct output *output, const struct rom_command *command, bool is_good)
{
    const struct option_rom *rom = &command->rom;
    struct buffer line CLEANUP(buffer_free) = BUFFER(4096);
    char id[PCI_ID_TEXT_SIZE];
    if (command->bar.state != ROM_BAR_READ || !rom->image_count)
        return;
    if (is_good) {
        buffer_append_text(&line, "GOOD: a whole and well-formed option ROM");
        if (command->has_wanted && option_rom_matches(rom, &command->wanted) == TRISTATE_YES) {
            buffer_append_format(&line, " that fits %s", pci_id_print_base(&command->wanted, id));
        }
        buffer_append_byte(&line, '.');
        output_paragraph(output, 0, "", COLOR_GREEN, "%s", buffer_text(&line));
        buffer_clear(&line);
    }
    output_blank(output);
    buffer_append_format(&line, "%s%s%s", pci_id_print(&rom->images[0].id, id), *command->name ? " " : "",
                         command->name);
    if (*rom->version)
        buffer_append_format(&line, ", version %s", rom->version);
    output_paragraph(output, INDENT, "For", COLOR_PLAIN, "%s", buffer_text(&line));
    buffer_clear(&line);
    if (command->from > ROM_SOURCE_BAR)
        output_paragraph(output, INDENT, "From", COLOR_PLAIN, "%s",
                         command->from == ROM_SOURCE_VFCT
                             ? "the ACPI table VFCT: the copy that the firmware hands to the driver"
                             : "debugfs: the copy that the driver of the host has");
    append_kinds(&line, rom);
    output_paragraph(output, INDENT, "Runs in", COLOR_PLAIN, "%s", buffer_text(&line));
    write_images(output, rom);
}
