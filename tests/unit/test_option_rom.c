#include "probe/option_rom.h"

#include "tests/unit/unit.h"

enum { BLOCK = 512, PCIR = 0x40, NPDE = 0x60, LIST = 0x80, ROOM = 64 * BLOCK };

/* A ROM under construction: images are appended, and `at` is the last of them. */
static unsigned char rom_bytes[ROOM];
static size_t rom_size;
static unsigned char *at;
static struct option_rom rom;

static void put_word(size_t offset, unsigned value)
{
    at[offset] = (unsigned char)value;
    at[offset + 1] = (unsigned char)(value >> 8);
}

static void start(void)
{
    memset(rom_bytes, 0, sizeof rom_bytes);
    rom_size = 0;
}

static void put_image(unsigned blocks, unsigned code_type, bool is_last)
{
    at = rom_bytes + rom_size;
    rom_size += (size_t)blocks * BLOCK;
    put_word(0, 0xaa55);
    at[2] = (unsigned char)blocks;
    put_word(0x18, PCIR);
    memcpy(at + PCIR, "PCIR", 4);
    put_word(PCIR + 4, 0x10de);
    put_word(PCIR + 6, 0x1b81);
    put_word(PCIR + 0x0a, 0x1c);
    at[PCIR + 0x0c] = 3;
    at[PCIR + 0x0f] = 3;
    put_word(PCIR + 0x10, blocks);
    at[PCIR + 0x14] = (unsigned char)code_type;
    at[PCIR + 0x15] = is_last ? 0x80 : 0;
    if (code_type == OPTION_ROM_EFI) {
        put_word(4, 0x0ef1);
        put_word(0x08, 0x0b);
        put_word(0x0a, OPTION_ROM_MACHINE_X64);
        put_word(0x0c, 1);
        put_word(0x16, 0x100);
    }
}

static void put_npde(unsigned blocks, bool is_last)
{
    memcpy(at + NPDE, "NPDE", 4);
    put_word(NPDE + 8, blocks);
    at[NPDE + 10] = is_last ? 0x80 : 0;
}

/* Makes the last image sum to 0. */
static void put_checksum(void)
{
    unsigned char total = 0;
    unsigned char *end = rom_bytes + rom_size - 1;
    *end = 0;
    for (const unsigned char *byte = at; byte < end; byte++)
        total = (unsigned char)(total + *byte);
    *end = (unsigned char)-total;
}

static void parse(size_t size)
{
    unsigned char *copy = (unsigned char *)exact_copy(rom_bytes, size);
    option_rom_parse(copy, size, &rom);
    free(copy);
}

static void put_good(void)
{
    start();
    put_image(4, OPTION_ROM_LEGACY, false);
    put_checksum();
    put_image(8, OPTION_ROM_EFI, true);
    put_word(PCIR + 8, LIST - PCIR);
    put_word(LIST, 0x1b82);
    put_word(LIST + 2, 0x1b06);
}

/* The finding is there, and `part` stands in it or in its next step. */
static void assert_finding(const struct pci_id *wanted, enum finding_id id, enum severity severity,
                           const char *part)
{
    struct findings findings = {.items = NULL};
    bool found = false;
    option_rom_findings(&rom, wanted, &findings);
    for (int i = 0; i < findings.count; i++) {
        const struct finding *finding = &findings.items[i];
        if (finding->id == id && (strstr(finding->text, part) || strstr(finding->next, part))) {
            found = true;
            assert_int_equal(finding->severity, severity);
        }
    }
    if (!found)
        fail_msg("no finding %s with \"%s\"", vocabulary_word_of(&vocabulary_finding_id, (int)id), part);
    findings_free(&findings);
}

static int count_findings(const struct pci_id *wanted)
{
    struct findings findings = {.items = NULL};
    option_rom_findings(&rom, wanted, &findings);
    int count = findings.count;
    findings_free(&findings);
    return count;
}

static void test_good(void **state)
{
    const struct pci_id card = {.vendor = 0x10de, .device = 0x1b81};
    const struct pci_id sibling = {.vendor = 0x10de, .device = 0x1b06};
    const struct pci_id other = {.vendor = 0x10de, .device = 0x2204};
    const struct pci_id amd = {.vendor = 0x1002, .device = 0x1b81};
    (void)state;
    put_good();
    parse(rom_size);
    assert_int_equal(rom.fault, OPTION_ROM_SOUND);
    assert_int_equal(rom.image_count, 2);
    assert_int_equal(rom.end, 12 * BLOCK);
    assert_int_equal(rom.images[0].checksum, TRISTATE_YES);
    assert_int_equal(rom.images[1].checksum, TRISTATE_UNKNOWN);
    assert_int_equal(rom.images[1].offset, 4 * BLOCK);
    assert_int_equal(rom.images[1].length, 8 * BLOCK);
    assert_int_equal(rom.images[1].machine, OPTION_ROM_MACHINE_X64);
    assert_int_equal(rom.images[1].subsystem, 0x0b);
    assert_true(rom.images[1].is_efi && rom.images[1].is_compressed && rom.images[1].is_last);
    assert_int_equal(rom.images[1].device_count, 2);
    assert_int_equal(rom.images[1].devices[1], 0x1b06);
    assert_true(option_rom_is_present(&rom) && option_rom_is_valid(&rom));
    assert_true(option_rom_has_legacy(&rom));
    assert_ptr_equal(option_rom_efi_image(&rom), &rom.images[1]);
    assert_int_equal(option_rom_matches(&rom, &card), TRISTATE_YES);
    assert_int_equal(option_rom_matches(&rom, &sibling), TRISTATE_YES);
    assert_int_equal(option_rom_matches(&rom, &other), TRISTATE_NO);
    assert_int_equal(option_rom_matches(&rom, &amd), TRISTATE_NO);
    assert_int_equal(count_findings(&card), 0);
    assert_finding(&other, FINDING_ID_ROM_OTHER_CARD, SEVERITY_WARNING, "10de:2204");
    assert_finding(&amd, FINDING_ID_ROM_OTHER_CARD, SEVERITY_BLOCKER, "10de:1b81");
}

static void test_nothing(void **state)
{
    (void)state;
    start();
    parse(0);
    assert_int_equal(rom.fault, OPTION_ROM_EMPTY);
    assert_false(option_rom_is_present(&rom) || option_rom_is_valid(&rom));
    assert_finding(NULL, FINDING_ID_ROM_EMPTY, SEVERITY_BLOCKER, "0 bytes");
    option_rom_parse(NULL, 0, &rom);
    assert_int_equal(rom.fault, OPTION_ROM_EMPTY);
    parse(4096);
    assert_int_equal(rom.fault, OPTION_ROM_ERASED);
    memset(rom_bytes, 0xff, sizeof rom_bytes);
    parse(sizeof rom_bytes);
    assert_int_equal(rom.fault, OPTION_ROM_ERASED);
    assert_false(option_rom_is_present(&rom));
    assert_finding(NULL, FINDING_ID_ROM_ERASED, SEVERITY_BLOCKER, "are ff");
    memcpy(rom_bytes, "PK\x03\x04", 4);
    parse(4096);
    assert_int_equal(rom.fault, OPTION_ROM_NO_SIGNATURE);
    assert_true(option_rom_is_present(&rom));
    assert_finding(NULL, FINDING_ID_ROM_NOT_PCI, SEVERITY_BLOCKER, "begins with 50 4b 03 04 ff");
    assert_finding(NULL, FINDING_ID_ROM_NOT_PCI, SEVERITY_BLOCKER, "zip archive");
}

/* Cut at every length: never valid, never read beyond the end, and told as truncated. */
static void test_truncated(void **state)
{
    (void)state;
    put_good();
    for (size_t size = 3; size < rom_size; size++) {
        parse(size);
        assert_true(rom.truncated);
        assert_false(option_rom_is_valid(&rom));
    }
    parse(7 * BLOCK);
    assert_int_equal(rom.images[1].missing, 5 * BLOCK);
    assert_null(option_rom_efi_image(&rom));
    assert_finding(NULL, FINDING_ID_ROM_TRUNCATED, SEVERITY_BLOCKER, "need 6144 bytes, and it has 3584");
    assert_finding(NULL, FINDING_ID_ROM_NO_EFI, SEVERITY_WARNING, "SeaBIOS");
    parse(4 * BLOCK);
    assert_finding(NULL, FINDING_ID_ROM_TRUNCATED, SEVERITY_WARNING, "0x800");
    parse(4 * BLOCK + 10);
    assert_finding(NULL, FINDING_ID_ROM_TRUNCATED, SEVERITY_BLOCKER, "within its header");
}

static void test_padding(void **state)
{
    (void)state;
    put_good();
    parse(rom_size + 1000);
    assert_int_equal(rom.padding, 1000);
    assert_true(option_rom_is_valid(&rom));
    assert_finding(NULL, FINDING_ID_ROM_PADDED, SEVERITY_INFO, "1000 bytes");
    rom_bytes[rom_size + 5] = 1;
    parse(rom_size + 1000);
    assert_int_equal(rom.padding, 0);
    assert_int_equal(rom.trailing, 1000);
    assert_finding(NULL, FINDING_ID_ROM_TRAILING, SEVERITY_INFO, "1000 bytes");
}

static void test_checksum(void **state)
{
    (void)state;
    put_good();
    rom_bytes[300]++;
    parse(rom_size);
    assert_int_equal(rom.images[0].checksum, TRISTATE_NO);
    assert_false(option_rom_is_valid(&rom));
    assert_finding(NULL, FINDING_ID_ROM_CHECKSUM, SEVERITY_WARNING, "0x0");
    /* The sum goes over the size in the header, behind which there may be anything. */
    start();
    put_image(4, OPTION_ROM_LEGACY, true);
    put_checksum();
    at[2] = 3;
    at[3 * BLOCK - 1] = (unsigned char)(at[4 * BLOCK - 1] + 1);
    at[4 * BLOCK - 1] = 0x77;
    parse(rom_size);
    assert_int_equal(rom.images[0].checksum, TRISTATE_YES);
}

/* Whatever is wrong with the first image ends the walk, and says so. */
static void test_malformed(void **state)
{
    static const struct {
        size_t offset;
        unsigned value;
        enum option_rom_fault fault;
    } cases[] = {
        {0x18, 0, OPTION_ROM_BAD_POINTER},       {0x18, 0x18, OPTION_ROM_BAD_POINTER},
        {0x18, 0x19, OPTION_ROM_BAD_POINTER},    {0x18, 0xffff, OPTION_ROM_BAD_POINTER},
        {0x18, 0x1a, OPTION_ROM_NO_PCIR},        {0x18, 4 * BLOCK - 0x18, OPTION_ROM_NO_PCIR},
        {PCIR + 0x10, 0, OPTION_ROM_BAD_LENGTH},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        start();
        put_image(4, OPTION_ROM_LEGACY, false);
        put_word(cases[i].offset, cases[i].value);
        parse(rom_size);
        assert_int_equal(rom.fault, cases[i].fault);
        assert_int_equal(rom.image_count, 0);
        assert_false(option_rom_is_valid(&rom));
        assert_finding(NULL, FINDING_ID_ROM_MALFORMED, SEVERITY_BLOCKER, "image at 0x0");
    }
    start();
    put_image(4, OPTION_ROM_EFI, true);
    put_word(4, 0x0ef0);
    parse(rom_size);
    assert_false(rom.images[0].is_efi || option_rom_is_valid(&rom));
    assert_finding(NULL, FINDING_ID_ROM_MALFORMED, SEVERITY_BLOCKER, "no valid EFI header");
    start();
    for (int i = 0; i < 60; i++)
        put_image(1, OPTION_ROM_LEGACY, false);
    parse(rom_size);
    assert_int_equal(rom.fault, OPTION_ROM_TOO_MANY);
    assert_int_equal(rom.image_count, MAX_OPTION_ROM_IMAGES);
    assert_finding(NULL, FINDING_ID_ROM_MALFORMED, SEVERITY_BLOCKER, "more than 16 images");
    start();
    put_image(4, OPTION_ROM_LEGACY, false);
    parse(rom_size + 100);
    assert_int_equal(rom.fault, OPTION_ROM_NOTHING_NEXT);
    assert_false(rom.truncated);
    assert_finding(NULL, FINDING_ID_ROM_CHAIN_BROKEN, SEVERITY_WARNING, "0x800");
}

/* A list of devices without an end stops at the end of the image, and is never longer than its bound. */
static void test_endless_device_list(void **state)
{
    const struct pci_id other = {.vendor = 0x10de, .device = 0x2204};
    (void)state;
    start();
    put_image(1, OPTION_ROM_EFI, true);
    put_word(PCIR + 8, LIST - PCIR);
    memset(at + LIST, 0x11, BLOCK - LIST);
    parse(rom_size);
    assert_int_equal(rom.images[0].device_count, MAX_OPTION_ROM_DEVICES);
    assert_true(rom.images[0].devices_omitted);
    assert_int_equal(option_rom_matches(&rom, &other), TRISTATE_UNKNOWN);
    put_word(PCIR + 8, 0xffff);
    parse(rom_size);
    assert_int_equal(rom.images[0].device_count, 0);
    at[PCIR + 0x0c] = 0; /* before PCI 3.0 this was a pointer to vital product data */
    put_word(PCIR + 8, LIST - PCIR);
    parse(rom_size);
    assert_int_equal(rom.images[0].device_count, 0);
}

static void put_nvidia(void)
{
    static const char version[] = "Version 86.04.50.00.64 \r\n";
    start();
    put_image(4, OPTION_ROM_LEGACY, false);
    put_npde(4, false);
    memcpy(at + 0x100, version, sizeof version);
    put_checksum();
    put_image(4, OPTION_ROM_EFI, true);
    put_npde(4, false);
    put_image(4, OPTION_ROM_NVIDIA_FIRMWARE, true);
    put_npde(6, true);
    memcpy(at, "VN", 2);
    memcpy(at + PCIR, "NPDS", 4);
    rom_size += (size_t)2 * BLOCK;
}

/* NPDE wins over PCIR; what it adds behind the standard's last image may be missing. */
static void test_nvidia(void **state)
{
    (void)state;
    put_nvidia();
    parse(rom_size);
    assert_int_equal(rom.fault, OPTION_ROM_SOUND);
    assert_int_equal(rom.image_count, 3);
    assert_int_equal(rom.images[2].length, 6 * BLOCK);
    assert_true(rom.images[2].is_private && !rom.images[1].is_private);
    assert_int_equal(rom.maker, OPTION_ROM_MAKER_NVIDIA);
    assert_string_equal(rom.version, "86.04.50.00.64");
    assert_true(option_rom_is_valid(&rom));
    assert_int_equal(count_findings(NULL), 0);
    for (size_t size = (size_t)8 * BLOCK; size < rom_size; size += 100) {
        parse(size);
        assert_true(rom.private_missing && !rom.truncated);
        assert_true(option_rom_is_valid(&rom));
        assert_finding(NULL, FINDING_ID_ROM_PRIVATE_MISSING, SEVERITY_INFO, "ROM BAR");
    }
    /* NPDE says last, PCIR does not. */
    start();
    put_image(4, OPTION_ROM_LEGACY, false);
    put_npde(4, true);
    parse(rom_size);
    assert_int_equal(rom.fault, OPTION_ROM_SOUND);
    /* NPDE claims more than the kernel dumped by PCIR. */
    start();
    put_image(4, OPTION_ROM_EFI, true);
    put_npde(9, false);
    parse(rom_size);
    assert_true(option_rom_is_valid(&rom));
    assert_int_equal(rom.images[0].missing, 0);
}

/* An EFI image that only NPDE leads to is none for OVMF, which goes by PCIR. */
static void test_efi_behind_the_last(void **state)
{
    (void)state;
    start();
    put_image(4, OPTION_ROM_LEGACY, true);
    put_npde(4, false);
    put_checksum();
    put_image(4, OPTION_ROM_EFI, true);
    put_npde(4, true);
    parse(rom_size);
    assert_int_equal(rom.image_count, 2);
    assert_true(rom.images[1].is_efi && rom.images[1].is_private);
    assert_null(option_rom_efi_image(&rom));
    assert_finding(NULL, FINDING_ID_ROM_NO_EFI, SEVERITY_WARNING, "that a firmware finds");
    /* And the other way round. */
    start();
    put_image(4, OPTION_ROM_LEGACY, false);
    put_npde(4, true);
    put_image(4, OPTION_ROM_EFI, true);
    parse(rom_size);
    assert_ptr_equal(option_rom_efi_image(&rom), &rom.images[1]);
}

static void test_header_before(void **state)
{
    (void)state;
    put_nvidia();
    memmove(rom_bytes + 3 * BLOCK, rom_bytes, rom_size);
    memset(rom_bytes, 0x5a, (size_t)3 * BLOCK);
    memcpy(rom_bytes, "NVGI", 4);
    memcpy(rom_bytes + BLOCK, "\x55\xaa", 2); /* looks like one, and leads nowhere */
    rom_size += (size_t)3 * BLOCK;
    parse(rom_size);
    assert_true(rom.has_nvgi);
    assert_int_equal(rom.start, 3 * BLOCK);
    assert_int_equal(rom.images[1].offset, 7 * BLOCK);
    assert_int_equal(rom.fault, OPTION_ROM_SOUND);
    assert_false(option_rom_is_valid(&rom));
    assert_finding(NULL, FINDING_ID_ROM_HEADER, SEVERITY_BLOCKER, "tail -c +1537");
    assert_finding(NULL, FINDING_ID_ROM_HEADER, SEVERITY_BLOCKER, "skip=1536");
    parse((size_t)3 * BLOCK);
    assert_int_equal(rom.fault, OPTION_ROM_NO_SIGNATURE);
    assert_finding(NULL, FINDING_ID_ROM_NOT_PCI, SEVERITY_BLOCKER, "the header of NVIDIA's flash tool");
}

static void test_amd(void **state)
{
    (void)state;
    start();
    put_image(4, OPTION_ROM_LEGACY, true);
    put_word(0x18, 0x200);
    memmove(at + 0x200, at + PCIR, 0x1c);
    memset(at + PCIR, 0, 0x1c);
    put_word(0x200 + 4, 0x1002);
    memcpy(at + 0x30, " 761295520", 10);
    at[0x2f] = 1;
    put_word(0x6e, 0x180);
    memcpy(at + 0x180, "113-D00034-S06", 15);
    put_checksum();
    parse(rom_size);
    assert_int_equal(rom.maker, OPTION_ROM_MAKER_AMD);
    assert_string_equal(rom.version, "113-D00034-S06");
    at[0x185] = 0x1b; /* what is not printable is not shown */
    parse(rom_size);
    assert_string_equal(rom.version, "");
    put_word(0x6e, 0xffff);
    parse(rom_size);
    assert_string_equal(rom.version, "");
    at[0x2f] = 0;
    memcpy(at + 0x80, "113-OLD", 8);
    parse(rom_size);
    assert_string_equal(rom.version, "113-OLD");
}

static void test_other_machines(void **state)
{
    (void)state;
    start();
    put_image(4, OPTION_ROM_EFI, false);
    put_word(0x0a, OPTION_ROM_MACHINE_ARM64);
    put_image(4, OPTION_ROM_EFI, true);
    put_word(0x0a, OPTION_ROM_MACHINE_EBC);
    parse(rom_size);
    assert_ptr_equal(option_rom_efi_image(&rom), &rom.images[1]);
    assert_finding(NULL, FINDING_ID_ROM_NO_LEGACY, SEVERITY_INFO, "SeaBIOS");
    assert_int_equal(count_findings(NULL), 1);
    put_word(0x0a, 0x5064);
    at[PCIR + 0x0f] = 2;
    rom_bytes[PCIR + 0x0f] = 2;
    parse(rom_size);
    assert_finding(NULL, FINDING_ID_ROM_EFI_MACHINE, SEVERITY_WARNING, "x86-64");
    assert_finding(NULL, FINDING_ID_ROM_OTHER_CLASS, SEVERITY_WARNING, "0200");
    assert_string_equal(option_rom_code_name(0x42), "");
    assert_string_equal(option_rom_machine_name(0x5064), "");
}

static void test_oversized(void **state)
{
    size_t size = MAX_OPTION_ROM_SIZE + 1;
    unsigned char *bytes = calloc(1, size);
    (void)state;
    assert_non_null(bytes);
    put_good();
    memcpy(bytes, rom_bytes, rom_size);
    option_rom_parse(bytes, size, &rom);
    free(bytes);
    assert_int_equal(rom.image_count, 2);
    assert_finding(NULL, FINDING_ID_ROM_OVERSIZED, SEVERITY_WARNING, "16 MiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_endless_device_list),
        cmocka_unit_test(test_nvidia),
        cmocka_unit_test(test_efi_behind_the_last),
        cmocka_unit_test(test_header_before),
        cmocka_unit_test(test_amd),
        cmocka_unit_test(test_other_machines),
        cmocka_unit_test(test_oversized),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
