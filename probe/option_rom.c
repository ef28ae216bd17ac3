/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/option_rom.h"

#include <string.h>

#include "probe/bytes.h"
#include "probe/efi_image.h"

/* Offsets in an image's header, in PCIR and in NPDE. */
enum {
    HEADER_SIZE = 0x1a,
    HEADER_INIT_BLOCKS = 0x02, /* size of a legacy image, of which the checksum is taken */
    HEADER_ENTRY = 0x03,       /* a jump: three bytes */
    HEADER_PCIR = 0x18,
    EFI_SIGNATURE = 0x04,
    EFI_SUBSYSTEM = 0x08,
    EFI_MACHINE = 0x0a,
    EFI_COMPRESSION = 0x0c,
    EFI_IMAGE = 0x16,
    PCIR_SIZE = 0x18, /* revision 0 */
    PCIR_VENDOR = 0x04,
    PCIR_DEVICE = 0x06,
    PCIR_DEVICES = 0x08,
    PCIR_LENGTH = 0x0a,
    PCIR_REVISION = 0x0c,
    PCIR_CLASS = 0x0d,
    PCIR_BLOCKS = 0x10,
    PCIR_CODE_TYPE = 0x14,
    PCIR_INDICATOR = 0x15,
    NPDE_SIZE = 0x0b,
    NPDE_BLOCKS = 0x08,
    NPDE_INDICATOR = 0x0a,
    IS_LAST = 0x80,
    BLOCK = 512,
    ATI_SIGNATURE = 0x30,
    ATOM_STRING_COUNT = 0x2f,
    ATOM_STRING_START = 0x6e,
    ATOM_PART_NUMBER = 0x80,
    VENDOR_NVIDIA = 0x10de,
};

/* Bytes from one place to the end of what there is. */
struct span {
    const unsigned char *bytes;
    size_t size;
};

static struct span span_from(struct span all, uint64_t offset)
{
    if (offset > all.size)
        offset = all.size;
    return (struct span){all.bytes + offset, all.size - offset};
}

static struct span span_limit(struct span all, size_t size)
{
    return (struct span){all.bytes, all.size < size ? all.size : size};
}

/* 0 for what is not there. */
static uint16_t word_at(struct span span, size_t offset)
{
    if (span.size < 2 || offset > span.size - 2)
        return 0;
    return read_16(span.bytes + offset);
}

static bool has_at(struct span span, size_t offset, const char *bytes, size_t length)
{
    return span.size >= length && offset <= span.size - length &&
           memcmp(span.bytes + offset, bytes, length) == 0;
}

static bool is_only(struct span span, unsigned char byte)
{
    for (size_t i = 0; i < span.size; i++)
        if (span.bytes[i] != byte)
            return false;
    return true;
}

static bool is_blank(struct span span)
{
    return is_only(span, 0xff) || is_only(span, 0x00);
}

/* After the images of the standard NVIDIA marks its own with other signatures. */
static bool has_signature(struct span image, bool first)
{
    return has_at(image, 0, "\x55\xaa", 2) ||
           (!first && (has_at(image, 0, "\x77\xbb", 2) || has_at(image, 0, "VN", 2)));
}

static bool has_pcir(struct span image, size_t offset, bool first)
{
    return has_at(image, offset, "PCIR", 4) ||
           (!first && (has_at(image, offset, "NPDS", 4) || has_at(image, offset, "RGIS", 4)));
}

static void read_devices(struct span image, struct option_rom_image *read)
{
    uint16_t list = word_at(image, read->pcir + PCIR_DEVICES);
    if (read->revision < 3 || !list)
        return;
    for (size_t at = (size_t)read->pcir + list;; at += 2) {
        uint16_t device = word_at(image, at);
        if (!device)
            return;
        if (read->device_count == MAX_OPTION_ROM_DEVICES) {
            read->devices_omitted = true;
            return;
        }
        read->devices[read->device_count++] = device;
    }
}

/* NVIDIA's extension follows PCIR, on the next multiple of 16. */
static void read_npde(struct span image, struct option_rom_image *read)
{
    size_t at = ((size_t)read->pcir + word_at(image, read->pcir + PCIR_LENGTH) + 15) & ~(size_t)15;
    if (!has_at(image, at, "NPDE", 4) || image.size - at < NPDE_SIZE || !word_at(image, at + NPDE_BLOCKS))
        return;
    read->has_npde = true;
    read->length = (uint32_t)word_at(image, at + NPDE_BLOCKS) * BLOCK;
    read->npde_is_last = image.bytes[at + NPDE_INDICATOR] & IS_LAST;
}

static unsigned char sum(struct span span)
{
    unsigned char total = 0;
    for (size_t i = 0; i < span.size; i++)
        total = (unsigned char)(total + span.bytes[i]);
    return total;
}

/* The sum is over the size in the header, as SeaBIOS takes it; where that states none, over the whole image.
 */
static enum tristate check_sum(struct span image, const struct option_rom_image *read, size_t claimed)
{
    size_t summed = (size_t)image.bytes[HEADER_INIT_BLOCKS] * BLOCK;
    if (read->code_type != OPTION_ROM_LEGACY || claimed > image.size)
        return TRISTATE_UNKNOWN;
    if (!summed)
        summed = claimed;
    return tristate_of(summed <= image.size && sum(span_limit(image, summed)) == 0);
}

/* What is not compressed may be something that a firmware knows and we do not. */
static enum tristate has_program(struct span image, const struct option_rom_image *read)
{
    struct span body = span_from(image, word_at(image, EFI_IMAGE));
    uint16_t compression = word_at(image, EFI_COMPRESSION);
    uint16_t machine;
    uint16_t subsystem;
    if (!read->is_efi || image.size < read->length || compression > 1)
        return TRISTATE_UNKNOWN;
    if (compression)
        return tristate_of(efi_program_unpacks(body.bytes, body.size, read->machine));
    return efi_program_read(body.bytes, body.size, &machine, &subsystem) && machine == read->machine
               ? TRISTATE_YES
               : TRISTATE_UNKNOWN;
}

static void read_efi(struct span image, struct option_rom_image *read)
{
    if (read->code_type != OPTION_ROM_EFI)
        return;
    read->is_efi = has_at(image, EFI_SIGNATURE, "\xf1\x0e\0\0", 4) &&
                   word_at(image, EFI_IMAGE) >= HEADER_SIZE && word_at(image, EFI_IMAGE) < read->length;
    read->subsystem = word_at(image, EFI_SUBSYSTEM);
    read->machine = word_at(image, EFI_MACHINE);
    read->is_compressed = word_at(image, EFI_COMPRESSION) != 0;
    read->program = has_program(image, read);
}

/* The image at the start of `image`, which extends to the end of all bytes. *claimed is its length by
 * PCIR. */
static enum option_rom_fault read_image(struct span image, bool first, struct option_rom_image *read,
                                        uint32_t *claimed)
{
    if (image.size < HEADER_SIZE)
        return OPTION_ROM_CUT;
    uint16_t pcir = word_at(image, HEADER_PCIR);
    if (pcir < HEADER_SIZE)
        return OPTION_ROM_BAD_POINTER;
    if ((size_t)pcir + PCIR_SIZE > image.size)
        return image.size < (size_t)image.bytes[HEADER_INIT_BLOCKS] * BLOCK ? OPTION_ROM_CUT
                                                                            : OPTION_ROM_BAD_POINTER;
    if (!has_pcir(image, pcir, first))
        return OPTION_ROM_NO_PCIR;
    const unsigned char *data = image.bytes + pcir;
    *claimed = (uint32_t)word_at(image, pcir + PCIR_BLOCKS) * BLOCK;
    if (*claimed < (uint32_t)pcir + PCIR_SIZE)
        return OPTION_ROM_BAD_LENGTH;
    read->pcir = pcir;
    read->id.vendor = word_at(image, pcir + PCIR_VENDOR);
    read->id.device = word_at(image, pcir + PCIR_DEVICE);
    read->revision = data[PCIR_REVISION];
    read->interface = data[PCIR_CLASS];
    read->sub_class = data[PCIR_CLASS + 1];
    read->base_class = data[PCIR_CLASS + 2];
    read->code_type = data[PCIR_CODE_TYPE];
    read->is_last = data[PCIR_INDICATOR] & IS_LAST;
    read->length = *claimed;
    struct span own = span_limit(image, *claimed);
    read_devices(own, read);
    if (read->id.vendor == VENDOR_NVIDIA)
        read_npde(own, read);
    read_efi(own, read);
    read->checksum = check_sum(image, read, *claimed);
    read->has_code =
        read->code_type == OPTION_ROM_LEGACY && memcmp(image.bytes + HEADER_ENTRY, "\0\0", 3) != 0;
    return OPTION_ROM_SOUND;
}

/* `next` is what follows the image. NVIDIA's own last image has no NPDE to say so. Where NPDE ends the
 * chain and PCIR does not, a firmware continues if it finds an image. */
static bool ends_chain(const struct option_rom_image *image, struct span next)
{
    if (image->is_private && image->code_type == OPTION_ROM_NVIDIA_NBSI)
        return true;
    if (!image->has_npde)
        return image->is_last;
    return image->npde_is_last && (image->is_last || image->is_private || !has_signature(next, true));
}

static void set_fault(struct option_rom *rom, enum option_rom_fault fault, uint64_t offset)
{
    rom->fault = fault;
    rom->fault_offset = (uint32_t)offset;
}

/* Every image is at least as long as its header, so that the chain moves on or ends. What follows the
 * last image of the standard is NVIDIA's: that it is missing or odd is no fault of the ROM, for neither the
 * kernel nor a firmware looks there. */
static void walk(struct option_rom *rom, struct span all)
{
    uint64_t offset = rom->start;
    bool is_private = false;
    for (;;) {
        struct span rest = span_from(all, offset);
        if (rom->image_count == MAX_OPTION_ROM_IMAGES) {
            rom->private_missing = is_private;
            set_fault(rom, is_private ? OPTION_ROM_SOUND : OPTION_ROM_TOO_MANY, offset);
            return;
        }
        struct option_rom_image *image = &rom->images[rom->image_count];
        uint32_t claimed = 0;
        *image = (struct option_rom_image){.offset = (uint32_t)offset, .is_private = is_private};
        enum option_rom_fault fault = has_signature(rest, !rom->image_count)
                                          ? read_image(rest, !rom->image_count, image, &claimed)
                                          : OPTION_ROM_NOTHING_NEXT;
        rom->end = offset;
        if (fault && is_private) {
            rom->private_missing = true;
            return;
        }
        if (fault) {
            rom->truncated = fault == OPTION_ROM_CUT || rest.size < 2;
            set_fault(rom, fault, offset);
            return;
        }
        rom->image_count++;
        /* A dump that the kernel made ends where PCIR says so, wherever NPDE would continue. */
        bool enough = !is_private && image->is_last && claimed <= rest.size;
        if (enough && image->length > rest.size)
            image->length = claimed;
        rom->end = offset + image->length;
        if (image->length > rest.size) {
            image->missing = (uint32_t)(image->length - rest.size);
            rom->truncated |= !is_private;
            rom->private_missing |= is_private;
            return;
        }
        if (ends_chain(image, span_from(all, rom->end)))
            return;
        bool next_by_pcir = !has_signature(span_from(all, rom->end), false) &&
                            has_signature(span_from(all, offset + claimed), false);
        /* Where PCIR leads elsewhere, a firmware does not get to what follows. */
        is_private |= image->is_last || (!next_by_pcir && rom->end != offset + claimed);
        offset = next_by_pcir ? offset + claimed : rom->end;
    }
}

size_t option_rom_search(const unsigned char *bytes, size_t size, size_t offset)
{
    const struct span all = {bytes, size};
    for (const unsigned char *found; offset < size; offset++) {
        found = memmem(bytes + offset, size - offset, "\x55\xaa", 2);
        if (!found)
            return size;
        offset = (size_t)(found - bytes);
        struct span rest = span_from(all, offset);
        uint16_t pcir = word_at(rest, HEADER_PCIR);
        if (pcir >= HEADER_SIZE && has_pcir(rest, pcir, true))
            return offset;
    }
    return size;
}

/* As much of a string as `allowed` has (NULL: printable ASCII), if something else ends it. */
static void set_version(struct option_rom *rom, struct span text, const char *allowed)
{
    size_t length = 0;
    while (length < text.size && text.bytes[length] &&
           (allowed ? strchr(allowed, text.bytes[length]) != NULL
                    : text.bytes[length] >= 0x20 && text.bytes[length] < 0x7f))
        length++;
    if (length < 4 || length >= sizeof rom->version || length == text.size ||
        (!allowed && text.bytes[length]))
        return;
    memcpy(rom->version, text.bytes, length);
    rom->version[length] = '\0';
}

/* What amdgpu shows as the part number: the first of the strings of ATOMBIOS that is not empty. */
static void find_amd_version(struct option_rom *rom, struct span image)
{
    bool has_strings = image.size > ATOM_STRING_START + 1 && image.bytes[ATOM_STRING_COUNT];
    size_t at = has_strings ? word_at(image, ATOM_STRING_START) : ATOM_PART_NUMBER;
    for (int empty = has_strings ? image.bytes[ATOM_STRING_COUNT] : 0; at && empty; empty--)
        at += at < image.size && !image.bytes[at];
    if (at)
        set_version(rom, span_from(image, at), NULL);
}

static void find_nvidia_version(struct option_rom *rom, struct span image)
{
    static const char label[] = "Version ";
    const unsigned char *found = memmem(image.bytes, image.size, label, sizeof label - 1);
    if (found)
        set_version(rom, span_from(image, (size_t)(found - image.bytes) + sizeof label - 1),
                    "0123456789abcdefABCDEF.");
}

static void find_maker(struct option_rom *rom, struct span all)
{
    const struct option_rom_image *first = &rom->images[0];
    struct span image = span_limit(span_from(all, first->offset), first->length);
    if (has_at(image, ATI_SIGNATURE, " 761295520", 10)) {
        rom->maker = OPTION_ROM_MAKER_AMD;
        find_amd_version(rom, image);
    } else if (rom->has_nvgi || first->has_npde || first->id.vendor == VENDOR_NVIDIA) {
        rom->maker = OPTION_ROM_MAKER_NVIDIA;
        find_nvidia_version(rom, image);
    }
}

void option_rom_parse(const unsigned char *bytes, size_t size, struct option_rom *rom)
{
    struct span all = {bytes, size < MAX_OPTION_ROM_SIZE ? size : MAX_OPTION_ROM_SIZE};
    memset(rom, 0, sizeof *rom);
    rom->size = size;
    if (!size) {
        rom->fault = OPTION_ROM_EMPTY;
        return;
    }
    memcpy(rom->head, bytes, size < OPTION_ROM_HEAD ? size : OPTION_ROM_HEAD);
    if (is_blank(all)) {
        rom->fault = OPTION_ROM_ERASED;
        return;
    }
    rom->has_nvgi = has_at(all, 0, "NVGI", 4);
    if (!has_signature(all, true)) {
        uint16_t machine;
        uint16_t subsystem;
        rom->start = (uint32_t)option_rom_search(all.bytes, all.size, 0);
        rom->is_efi_program =
            efi_program_read(all.bytes, all.size, &machine, &subsystem) &&
            (subsystem == EFI_SUBSYSTEM_BOOT_DRIVER || subsystem == EFI_SUBSYSTEM_RUNTIME_DRIVER);
        if (rom->start == all.size) {
            rom->start = 0;
            rom->fault = OPTION_ROM_NO_SIGNATURE;
            return;
        }
    }
    walk(rom, all);
    struct span rest = span_from(all, rom->end);
    if (is_blank(rest))
        rom->padding = rest.size;
    else
        rom->trailing = rest.size;
    if (rom->image_count)
        find_maker(rom, all);
}

bool option_rom_is_present(const struct option_rom *rom)
{
    return rom->fault != OPTION_ROM_EMPTY && rom->fault != OPTION_ROM_ERASED;
}

bool option_rom_is_valid(const struct option_rom *rom)
{
    for (int i = 0; i < rom->image_count; i++) {
        const struct option_rom_image *image = &rom->images[i];
        if (image->is_private)
            continue;
        if (image->checksum == TRISTATE_NO || (image->code_type == OPTION_ROM_EFI && !image->is_efi) ||
            image->program == TRISTATE_NO)
            return false;
    }
    return rom->fault == OPTION_ROM_SOUND && !rom->start && !rom->truncated;
}

enum tristate option_rom_matches(const struct option_rom *rom, const struct pci_id *wanted)
{
    bool omitted = false;
    for (int i = 0; i < rom->image_count; i++) {
        const struct option_rom_image *image = &rom->images[i];
        omitted |= image->devices_omitted;
        if (image->id.vendor != wanted->vendor)
            continue;
        if (image->id.device == wanted->device)
            return TRISTATE_YES;
        for (int j = 0; j < image->device_count; j++)
            if (image->devices[j] == wanted->device)
                return TRISTATE_YES;
    }
    return omitted || !rom->image_count ? TRISTATE_UNKNOWN : TRISTATE_NO;
}

/* A firmware goes by PCIR alone: what follows the last image of the standard does not exist for it. */
static bool is_found_by_firmware(const struct option_rom_image *image)
{
    return !image->missing && !image->is_private;
}

bool option_rom_has_legacy(const struct option_rom *rom)
{
    for (int i = 0; i < rom->image_count; i++)
        if (rom->images[i].has_code && is_found_by_firmware(&rom->images[i]))
            return true;
    return false;
}

bool option_rom_runs_on_x64(const struct option_rom_image *image)
{
    return image->machine == OPTION_ROM_MACHINE_X64 || image->machine == OPTION_ROM_MACHINE_EBC;
}

const struct option_rom_image *option_rom_efi_image(const struct option_rom *rom)
{
    const struct option_rom_image *found = NULL;
    for (int i = 0; i < rom->image_count; i++) {
        const struct option_rom_image *image = &rom->images[i];
        if (image->is_efi && image->program != TRISTATE_NO && is_found_by_firmware(image) &&
            (!found || !option_rom_runs_on_x64(found)))
            found = image;
    }
    return found;
}
