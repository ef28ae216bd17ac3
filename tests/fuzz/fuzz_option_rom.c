/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An option ROM from any card or any download: probe/option_rom.h. */

#include "probe/option_rom.h"
#include "tests/fuzz/fuzz.h"

static void check_image(const struct option_rom *rom, int number, size_t size)
{
    const struct option_rom_image *image = &rom->images[number];
    const struct option_rom_image *before = number ? &rom->images[number - 1] : NULL;
    require(image->offset < size, "an image begins within the bytes");
    require(!before || image->offset >= before->offset + 512, "the chain moves on");
    require(image->length >= 512 && image->length % 512 == 0, "a length is in blocks");
    require(image->missing < image->length, "a part of each image is there");
    require(!image->missing == (image->offset + (uint64_t)image->length <= size),
            "what is missing is reported");
    require(image->device_count >= 0 && image->device_count <= MAX_OPTION_ROM_DEVICES, "a list has an end");
    require(image->checksum == TRISTATE_UNKNOWN || image->code_type == OPTION_ROM_LEGACY,
            "only a legacy image has a checksum");
}

static void check_findings(const struct option_rom *rom)
{
    const struct pci_id wanted = {.vendor = 0x10de, .device = 0x1b81};
    struct findings findings = {.items = NULL};
    bool is_grave = false;
    option_rom_findings(rom, &wanted, &findings);
    for (int i = 0; i < findings.count; i++) {
        const struct finding *finding = &findings.items[i];
        is_grave |= finding->severity == SEVERITY_BLOCKER;
        require(*finding->text && strlen(finding->text) < sizeof finding->text - 1,
                "a finding says something");
        require(strlen(finding->next) < sizeof finding->next - 1, "a next step is not cut");
        for (const char *c = finding->text; *c; c++)
            require(*c >= 0x20 && *c < 0x7f, "nothing of the image gets into a finding");
    }
    require(findings.omitted == 0 && findings.count < 40, "findings are few");
    require(findings.count || option_rom_is_valid(rom), "what is not valid has a finding");
    require(!is_grave || !option_rom_is_valid(rom) || option_rom_matches(rom, &wanted) == TRISTATE_NO,
            "what is valid and fits has no blocker");
    findings_free(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct option_rom rom;
    option_rom_parse(data, size, &rom);
    require(rom.size == size && rom.image_count >= 0 && rom.image_count <= MAX_OPTION_ROM_IMAGES,
            "images are bounded");
    for (int i = 0; i < rom.image_count; i++)
        check_image(&rom, i, size);
    require(rom.fault || rom.image_count, "a sound ROM has an image");
    require(!option_rom_is_valid(&rom) || !rom.start, "a valid ROM begins with the first byte");
    require(!option_rom_is_valid(&rom) || rom.private_missing || rom.end + rom.padding + rom.trailing == size,
            "every byte of a valid ROM is accounted for");
    require(!rom.padding || !rom.trailing, "the rest is padding or not");
    for (const char *c = rom.version; *c; c++)
        require(*c >= 0x20 && *c < 0x7f, "a version is printable");
    check_findings(&rom);
    size_t at = option_rom_search(data, size, 0);
    require(at <= size && (at == size || (data[at] == 0x55 && data[at + 1] == 0xaa)),
            "a search finds an image");
    require(rom.image_count == 0 || at <= rom.start, "it finds the first one");
    return 0;
}
