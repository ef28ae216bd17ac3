/* What is to be said about an option ROM, in words. */

#include "probe/option_rom.h"

#include <stdio.h>
#include <string.h>

enum { CLASS_COPROCESSOR = 0x0b, CLASS_DISPLAY = 0x03, CLASS_ACCELERATOR = 0x12 };

static const char dump_again[] =
    "dump it again while the card is awake and is not the one that the machine booted with (other card or "
    "integrated graphics as primary, no driver bound): echo 1 > rom; cat rom > dump.rom; echo 0 > rom in "
    "/sys/bus/pci/devices/ADDRESS";

const char *option_rom_code_name(uint8_t code_type)
{
    switch (code_type) {
    case OPTION_ROM_LEGACY:
        return "legacy";
    case OPTION_ROM_OPEN_FIRMWARE:
        return "Open Firmware";
    case OPTION_ROM_HP_PA:
        return "HP PA-RISC";
    case OPTION_ROM_EFI:
        return "EFI";
    case OPTION_ROM_NVIDIA_NBSI:
        return "NVIDIA NBSI";
    case OPTION_ROM_NVIDIA_FIRMWARE:
        return "NVIDIA firmware";
    default:
        return "";
    }
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
static const char *other_format(const unsigned char head[OPTION_ROM_HEAD])
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
        {"<", "a web page: download the file itself"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
        if (memcmp(head, formats[i].start, strlen(formats[i].start)) == 0)
            return formats[i].what;
    return NULL;
}

static void no_rom(const struct option_rom *rom, struct findings *findings)
{
    char bytes[3 * OPTION_ROM_HEAD + 1] = "";
    size_t count = rom->size < OPTION_ROM_HEAD ? rom->size : OPTION_ROM_HEAD;
    for (size_t i = 0; i < count; i++)
        snprintf(bytes + 3 * i, 4, " %02x", rom->head[i]);
    const char *format = other_format(rom->head);
    struct finding *finding =
        findings_add(findings, FINDING_ID_ROM_NOT_PCI, SEVERITY_BLOCKER,
                     "this is no PCI option ROM: nowhere an image that begins with 55 aa and has a PCI data "
                     "structure. It begins with%s",
                     bytes);
    if (rom->has_nvgi)
        finding_next(finding, "this is NVIDIA's header without the ROM behind it; %s", dump_again);
    else if (format)
        finding_next(finding, "it looks like %s", format);
    else
        finding_next(finding, "%s", dump_again);
}

static void blank(const struct option_rom *rom, struct findings *findings)
{
    if (rom->fault == OPTION_ROM_EMPTY)
        finding_next(findings_add(findings, FINDING_ID_ROM_EMPTY, SEVERITY_BLOCKER,
                                  "there is nothing to read: 0 bytes"),
                     "%s", dump_again);
    else
        finding_next(findings_add(findings, FINDING_ID_ROM_ERASED, SEVERITY_BLOCKER,
                                  "all bytes are %02x: that is what a card answers that sleeps, is in use "
                                  "as the primary one or has no flash chip; there is no image in it",
                                  rom->head[0]),
                     "%s", dump_again);
}

static void malformed(const struct option_rom *rom, struct findings *findings)
{
    static const char *const faults[] = {
        [OPTION_ROM_BAD_POINTER] = "points for its PCI data structure to where none can be",
        [OPTION_ROM_NO_PCIR] = "has no PCI data structure (PCIR) where it points to",
        [OPTION_ROM_BAD_LENGTH] = "claims a length in which not even its own PCI data structure fits",
    };
    unsigned offset = rom->fault_offset;
    struct finding *finding;
    if (rom->fault == OPTION_ROM_TOO_MANY)
        finding = findings_add(findings, FINDING_ID_ROM_MALFORMED, SEVERITY_BLOCKER,
                               "it has more than %d images, which no card has; what is behind 0x%x was not "
                               "read",
                               MAX_OPTION_ROM_IMAGES, offset);
    else
        finding = findings_add(findings, FINDING_ID_ROM_MALFORMED, SEVERITY_BLOCKER,
                               "the image at 0x%x %s; what is behind it cannot be read", offset,
                               faults[rom->fault]);
    finding_next(finding, "%s", dump_again);
}

/* An end that no image announces. Firmware and kernel bear with it when all images are there. */
static void unannounced_end(const struct option_rom *rom, struct findings *findings)
{
    if (rom->truncated)
        finding_next(findings_add(findings, FINDING_ID_ROM_TRUNCATED, SEVERITY_WARNING,
                                  "it ends at 0x%x, but the last image in it says that another one follows: "
                                  "images are missing, if the maker did not forget the mark",
                                  rom->fault_offset),
                     "%s", dump_again);
    else
        finding_next(findings_add(findings, FINDING_ID_ROM_CHAIN_BROKEN, SEVERITY_WARNING,
                                  "the last image says that another one follows at 0x%x, and there is none",
                                  rom->fault_offset),
                     "%s", dump_again);
}

static void truncated(const struct option_rom *rom, struct findings *findings)
{
    struct finding *finding;
    if (rom->fault == OPTION_ROM_CUT)
        finding =
            findings_add(findings, FINDING_ID_ROM_TRUNCATED, SEVERITY_BLOCKER,
                         "it is cut short: the image at 0x%x ends within its header", rom->fault_offset);
    else
        finding = findings_add(findings, FINDING_ID_ROM_TRUNCATED, SEVERITY_BLOCKER,
                               "it is cut short: its images need %llu bytes, and it has %zu",
                               (unsigned long long)rom->end, rom->size);
    finding_next(finding, "%s", dump_again);
}

static void chain(const struct option_rom *rom, struct findings *findings)
{
    switch (rom->fault) {
    case OPTION_ROM_BAD_POINTER:
    case OPTION_ROM_NO_PCIR:
    case OPTION_ROM_BAD_LENGTH:
    case OPTION_ROM_TOO_MANY:
        malformed(rom, findings);
        break;
    case OPTION_ROM_NOTHING_NEXT:
        unannounced_end(rom, findings);
        break;
    default:
        if (rom->truncated)
            truncated(rom, findings);
    }
}

static void header_before(const struct option_rom *rom, struct findings *findings)
{
    if (!rom->start)
        return;
    finding_next(findings_add(findings, FINDING_ID_ROM_HEADER, SEVERITY_BLOCKER,
                              "the ROM begins at offset %u (0x%x), behind %s; QEMU and the guest's firmware "
                              "look for it at the very beginning",
                              rom->start, rom->start,
                              rom->has_nvgi ? "a header that NVIDIA's flash tool saves (NVGI)"
                                            : "something that is no part of it"),
                 "cut it off: tail -c +%u dump.rom > cut.rom (or dd if=dump.rom of=cut.rom bs=1 skip=%u), "
                 "then look at cut.rom again",
                 rom->start + 1, rom->start);
}

static void checksums(const struct option_rom *rom, struct findings *findings)
{
    for (int i = 0; i < rom->image_count; i++)
        if (rom->images[i].checksum == TRISTATE_NO && !rom->images[i].is_private)
            finding_next(findings_add(findings, FINDING_ID_ROM_CHECKSUM, SEVERITY_WARNING,
                                      "the bytes of the legacy image at 0x%x do not sum to 0: it was changed "
                                      "after it was made. The copy that the machine ran at boot is such a "
                                      "one, and so is an edited or damaged file. SeaBIOS may refuse it",
                                      rom->images[i].offset),
                         "%s", dump_again);
}

static void card(const struct option_rom *rom, const struct pci_id *wanted, struct findings *findings)
{
    char is_for[PCI_ID_TEXT_SIZE];
    char asked[PCI_ID_TEXT_SIZE];
    if (!wanted || option_rom_matches(rom, wanted) != TRISTATE_NO)
        return;
    struct pci_id bare = {.vendor = wanted->vendor, .device = wanted->device};
    pci_id_print(&rom->images[0].id, is_for);
    pci_id_print(&bare, asked);
    /* Within a vendor, boards are sold with the ROM of a sibling. */
    bool same_vendor = rom->images[0].id.vendor == wanted->vendor;
    finding_next(
        findings_add(findings, FINDING_ID_ROM_OTHER_CARD, same_vendor ? SEVERITY_WARNING : SEVERITY_BLOCKER,
                     "this ROM is for %s and does not list %s: the driver in the guest may refuse it "
                     "or set up the card wrongly",
                     is_for, asked),
        "take the ROM of this very card: dump it, or get the one of its maker and model");
}

static bool is_gpu_class(const struct option_rom_image *image)
{
    return image->base_class == CLASS_DISPLAY || image->base_class == CLASS_ACCELERATOR ||
           image->base_class == CLASS_COPROCESSOR;
}

/* What the firmware of a guest can run: OVMF an EFI image of its machine, SeaBIOS a legacy one. */
static void firmware(const struct option_rom *rom, struct findings *findings)
{
    for (int i = 0; i < rom->image_count; i++)
        if (rom->images[i].code_type == OPTION_ROM_EFI && !rom->images[i].is_efi &&
            !rom->images[i].is_private)
            findings_add(
                findings, FINDING_ID_ROM_MALFORMED, SEVERITY_BLOCKER,
                "the image at 0x%x calls itself EFI but has no sound EFI header: OVMF passes it over",
                rom->images[i].offset);
    const struct option_rom_image *efi = option_rom_efi_image(rom);
    if (!efi)
        finding_next(
            findings_add(
                findings, FINDING_ID_ROM_NO_EFI, SEVERITY_WARNING,
                "it has no whole EFI image (GOP) that a firmware finds: with OVMF there is no picture before the "
                "driver of the guest has started the card, and some drivers never do"),
            "use SeaBIOS for the guest (Proxmox: bios: seabios), or a newer vBIOS of this very card "
            "that has a GOP");
    else if (!option_rom_runs_on_x64(efi))
        findings_add(findings, FINDING_ID_ROM_EFI_MACHINE, SEVERITY_WARNING,
                     "its EFI image is for %s (machine %04x): the OVMF of an x86-64 guest passes it over",
                     *option_rom_machine_name(efi->machine) ? option_rom_machine_name(efi->machine)
                                                            : "another processor",
                     efi->machine);
    if (!option_rom_has_legacy(rom))
        findings_add(findings, FINDING_ID_ROM_NO_LEGACY, SEVERITY_INFO,
                     "it has no whole legacy image: a guest with SeaBIOS gets no picture from it before its "
                     "driver has started the card");
    if (!is_gpu_class(&rom->images[0]))
        findings_add(findings, FINDING_ID_ROM_OTHER_CLASS, SEVERITY_WARNING,
                     "this is the ROM of a device of class %02x%02x, and no graphics card's",
                     rom->images[0].base_class, rom->images[0].sub_class);
}

static void behind(const struct option_rom *rom, struct findings *findings)
{
    if (rom->private_missing)
        findings_add(
            findings, FINDING_ID_ROM_PRIVATE_MISSING, SEVERITY_INFO,
            "the images of NVIDIA's own that follow behind the standard ones are not wholly in it. "
            "So it is in every dump through the ROM BAR; the guest's firmware does not look at them");
    if (rom->padding)
        findings_add(findings, FINDING_ID_ROM_PADDED, SEVERITY_INFO,
                     "%zu bytes behind the last image are padding: harmless", rom->padding);
    if (rom->trailing)
        findings_add(
            findings, FINDING_ID_ROM_TRAILING, SEVERITY_INFO,
            "%zu bytes behind the last image belong to none of them: the guest does not look at them",
            rom->trailing);
}

void option_rom_findings(const struct option_rom *rom, const struct pci_id *wanted, struct findings *findings)
{
    if (rom->size > MAX_OPTION_ROM_SIZE)
        finding_next(findings_add(findings, FINDING_ID_ROM_OVERSIZED, SEVERITY_WARNING,
                                  "it is larger than %d MiB, which no option ROM is; what is behind that was "
                                  "not read",
                                  MAX_OPTION_ROM_SIZE >> 20),
                     "look whether this is the right file");
    if (!option_rom_is_present(rom)) {
        blank(rom, findings);
        return;
    }
    if (rom->fault == OPTION_ROM_NO_SIGNATURE) {
        no_rom(rom, findings);
        return;
    }
    header_before(rom, findings);
    chain(rom, findings);
    if (!rom->image_count)
        return;
    checksums(rom, findings);
    card(rom, wanted, findings);
    firmware(rom, findings);
    behind(rom, findings);
}
