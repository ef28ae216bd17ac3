/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The findings about an option ROM. */

#include "probe/option_rom.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { CLASS_COPROCESSOR = 0x0b, CLASS_DISPLAY = 0x03, CLASS_ACCELERATOR = 0x12 };

const char *option_rom_code_name(uint8_t code_type)
{
    static const struct {
        uint8_t code_type;
        const char *name;
    } names[] = {{OPTION_ROM_LEGACY, "legacy"},           {OPTION_ROM_OPEN_FIRMWARE, "Open Firmware"},
                 {OPTION_ROM_HP_PA, "HP PA-RISC"},        {OPTION_ROM_EFI, "EFI"},
                 {OPTION_ROM_NVIDIA_NBSI, "NVIDIA NBSI"}, {OPTION_ROM_NVIDIA_FIRMWARE, "NVIDIA firmware"}};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i].code_type == code_type)
            return names[i].name;
    return "";
}

const char *option_rom_machine_name(uint16_t machine)
{
    switch (machine) {
    case OPTION_ROM_MACHINE_IA32:
        return "IA32";
    case OPTION_ROM_MACHINE_EBC:
        return "EBC";
    case OPTION_ROM_MACHINE_X64:
        return "x64";
    case OPTION_ROM_MACHINE_ARM64:
        return "ARM64";
    default:
        return "";
    }
}

/* What people take for a vBIOS by mistake. */
static const char *other_format(const unsigned char head[OPTION_ROM_HEAD], size_t size)
{
    static const struct {
        const char *start;
        const char *what;
    } formats[] = {
        {"PK\x03\x04", "a zip archive: unpack it"},
        {"\x1f\x8b", "a gzip file: unpack it"},
        {"7z\xbc\xaf", "a 7z archive: unpack it"},
        {"Rar!", "a RAR archive: unpack it"},
        {"MZ", "a Windows program: let it save the vBIOS, or unpack it"},
        {"$VBT",
         "a table for Intel's display driver (VBT) and no code: a GOP ROM for this processor is another file"},
        {"version https://git-lfs",
         "a Git LFS pointer, not the file that it stands for: git lfs pull, or download "
         "the raw file"},
        {"<", "a web page: download the file itself"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
        if (memcmp(head, formats[i].start, strlen(formats[i].start)) == 0)
            return formats[i].what;
    for (size_t i = 0; i < OPTION_ROM_HEAD && i < size; i++)
        if (!isprint(head[i]) && !isspace(head[i]))
            return NULL;
    return "text, such as a message of a command that failed or a dump in hexadecimal or base64: the bytes "
           "themselves are needed";
}

static void no_rom(const struct option_rom *rom, struct findings *findings)
{
    enum { SHOWN = 16 };
    char bytes[3 * SHOWN + 1] = "";
    size_t count = rom->size < SHOWN ? rom->size : SHOWN;
    for (size_t i = 0; i < count; i++)
        snprintf(bytes + 3 * i, 4, " %02x", rom->head[i]);
    const char *format = other_format(rom->head, rom->size);
    if (rom->has_nvgi)
        findings_add(findings, NULL, 0, FINDING_ROM_NOT_PCI_NVGI, bytes);
    else if (rom->is_efi_program)
        findings_add(findings, NULL, 0, FINDING_ROM_NOT_PCI_EFI);
    else if (format)
        findings_add(findings, NULL, 0, FINDING_ROM_NOT_PCI_FORMAT, bytes, format);
    else
        findings_add(findings, NULL, 0, FINDING_ROM_NOT_PCI, bytes);
}

/* What keeps the images from being read to the last one. Firmware and kernel accept a missing end when all
 * images are there. */
static void chain(const struct option_rom *rom, struct findings *findings)
{
    static const char *const faults[] = {
        [OPTION_ROM_BAD_POINTER] = "points for its PCI data structure to where none can be",
        [OPTION_ROM_NO_PCIR] = "has no PCI data structure (PCIR) where it points to",
        [OPTION_ROM_BAD_LENGTH] = "claims a length in which not even its own PCI data structure fits",
    };
    unsigned offset = rom->fault_offset;
    switch (rom->fault) {
    case OPTION_ROM_BAD_POINTER:
    case OPTION_ROM_NO_PCIR:
    case OPTION_ROM_BAD_LENGTH:
        findings_add(findings, NULL, 0, FINDING_ROM_MALFORMED, offset, faults[rom->fault]);
        break;
    case OPTION_ROM_TOO_MANY:
        findings_add(findings, NULL, 0, FINDING_ROM_MALFORMED_IMAGES, MAX_OPTION_ROM_IMAGES, offset);
        break;
    case OPTION_ROM_NOTHING_NEXT:
        if (rom->truncated)
            findings_add(findings, NULL, 0, FINDING_ROM_TRUNCATED_END, offset);
        else
            findings_add(findings, NULL, 0, FINDING_ROM_CHAIN_BROKEN, offset);
        break;
    case OPTION_ROM_CUT:
        findings_add(findings, NULL, 0, FINDING_ROM_TRUNCATED_HEADER, offset);
        break;
    default:
        if (rom->truncated)
            findings_add(findings, NULL, 0, FINDING_ROM_TRUNCATED, (unsigned long long)rom->end, rom->size);
    }
}

static void card(const struct option_rom *rom, const struct pci_id *wanted, struct findings *findings)
{
    if (!wanted || option_rom_matches(rom, wanted) != TRISTATE_NO)
        return;
    const char *is_for = pci_id_text(&rom->images[0].id);
    const char *asked = pci_id_text_base(wanted);
    /* Within a vendor, boards are sold with the ROM of a sibling. */
    if (rom->images[0].id.vendor == wanted->vendor)
        findings_add(findings, NULL, 0, FINDING_ROM_OTHER_CARD, is_for, asked);
    else
        findings_add(findings, NULL, 0, FINDING_ROM_OTHER_CARD_VENDOR, is_for, asked);
}

static bool is_gpu_class(const struct option_rom_image *image)
{
    return image->base_class == CLASS_DISPLAY || image->base_class == CLASS_ACCELERATOR ||
           image->base_class == CLASS_COPROCESSOR;
}

/* Whether there is a legacy image, but none with code. */
static bool has_tables_alone(const struct option_rom *rom)
{
    return !option_rom_has_legacy(rom) && rom->images[0].code_type == OPTION_ROM_LEGACY &&
           !rom->images[0].has_code;
}

/* What the firmware of a guest can run: OVMF an EFI image of its machine, SeaBIOS a legacy one. */
static void firmware(const struct option_rom *rom, struct findings *findings)
{
    const struct option_rom_image *efi = option_rom_efi_image(rom);
    for (int i = 0; i < rom->image_count; i++) {
        const struct option_rom_image *image = &rom->images[i];
        if (image->code_type == OPTION_ROM_EFI && !image->is_efi && !image->is_private)
            findings_add(findings, NULL, 0, FINDING_ROM_MALFORMED_EFI, image->offset);
        else if (image->program == TRISTATE_NO && !image->is_private)
            findings_add(findings, NULL, 0, FINDING_ROM_MALFORMED_PACKED, image->offset);
    }
    if (!efi && has_tables_alone(rom)) {
        findings_add(findings, NULL, 0, FINDING_ROM_NO_EFI_TABLES);
    } else if (!efi) {
        findings_add(findings, NULL, 0, FINDING_ROM_NO_EFI);
    } else if (!option_rom_runs_on_x64(efi)) {
        const char *machine = option_rom_machine_name(efi->machine);
        findings_add(findings, NULL, 0, FINDING_ROM_EFI_MACHINE, *machine ? machine : "another processor",
                     efi->machine);
    } else if (efi->id.vendor != rom->images[0].id.vendor) {
        findings_add(findings, NULL, 0, FINDING_ROM_OTHER_CARD_EFI, efi->offset,
                     pci_id_text(&rom->images[0].id));
    }
    if (!option_rom_has_legacy(rom) && (efi || !has_tables_alone(rom)))
        findings_add(findings, NULL, 0, FINDING_ROM_NO_LEGACY);
    if (!rom->images[0].base_class && !rom->images[0].sub_class && !rom->images[0].interface)
        findings_add(findings, NULL, 0, FINDING_ROM_OTHER_CLASS_NONE);
    else if (!is_gpu_class(&rom->images[0]))
        findings_add(findings, NULL, 0, FINDING_ROM_OTHER_CLASS, rom->images[0].base_class,
                     rom->images[0].sub_class);
}

void option_rom_findings(const struct option_rom *rom, const struct pci_id *wanted, struct findings *findings)
{
    if (rom->size > MAX_OPTION_ROM_SIZE)
        findings_add(findings, NULL, 0, FINDING_ROM_OVERSIZED, MAX_OPTION_ROM_SIZE >> 20);
    if (rom->fault == OPTION_ROM_EMPTY) {
        findings_add(findings, NULL, 0, FINDING_ROM_EMPTY);
        return;
    }
    if (!option_rom_is_present(rom)) {
        findings_add(findings, NULL, 0, FINDING_ROM_ERASED, rom->head[0]);
        return;
    }
    if (rom->fault == OPTION_ROM_NO_SIGNATURE) {
        no_rom(rom, findings);
        return;
    }
    if (rom->start)
        findings_add(findings, NULL, 0, FINDING_ROM_HEADER, rom->start, rom->start,
                     rom->has_nvgi ? "a header of NVIDIA's flash tool (NVGI)"
                                   : "something that is not part of it",
                     rom->start + 1, rom->start);
    chain(rom, findings);
    if (!rom->image_count)
        return;
    for (int i = 0; i < rom->image_count; i++)
        if (rom->images[i].checksum == TRISTATE_NO && !rom->images[i].is_private)
            findings_add(findings, NULL, 0, FINDING_ROM_CHECKSUM, rom->images[i].offset);
    card(rom, wanted, findings);
    firmware(rom, findings);
    if (rom->private_missing)
        findings_add(findings, NULL, 0, FINDING_ROM_PRIVATE_MISSING);
    if (rom->padding)
        findings_add(findings, NULL, 0, FINDING_ROM_PADDED, rom->padding);
    if (rom->trailing)
        findings_add(findings, NULL, 0, FINDING_ROM_TRAILING, rom->trailing);
}
