/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/text_scan.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

#define ICE_LAKE                                                                                             \
    "00:02.0 VGA compatible controller [0300]: Intel Iris Plus G1 (Ice Lake) [8086:8a56] (rev 07)\n"
#define MX330 "01:00.0 3D controller [0302]: NVIDIA Corporation GP108M [GeForce MX330] [10de:1d16] (rev a1)\n"

/* Texts, and the IDs in them: "10de:1d16:1028:08b0 rev a1 display\n" for each. */
static const char *const texts[][2] = {
    {"", ""},
    {"\n\n", ""},
    {"no ID in here, 12:34 o'clock\n00:11:22:33:44:55\n", ""},
    /* forum posts; query-stdin.test has more */
    {"10de:1d16", "10de:1d16\n"},
    {"10de:1d16:1028:08b0\r\n", "10de:1d16:1028:08b0\n"},
    {"pci:v000010DEd00001D16sv00001028sd000008B0bc03sc02i00", "10de:1d16:1028:08b0\n"},
    /* lspci -nnk */
    {MX330 "\tSubsystem: Dell GP108M [GeForce MX330] [1028:08b0]\n"
           "\tKernel driver in use: nouveau\n\tKernel modules: nvidiafb, nouveau\n"
           "02:00.0 Non-Volatile memory controller [0108]: Toshiba XG6 NVMe [1179:011a]\n"
           "\tDeviceName: Onboard [abcd]\n\tSubsystem: Toshiba Device [1179:0001]\n" ICE_LAKE,
     "10de:1d16:1028:08b0 rev a1 display\n1179:011a:1179:0001\n8086:8a56 rev 07 display\n"},
    /* The name of a subsystem may hold anything; the ID stands at the end. */
    {"[10de:1d16]\n  Subsystem: Odd [dead:beef] name [1028:08b0]\n", "10de:1d16:1028:08b0\n"},
    {"[10de:1d16]\n  Subsystem: no number\n", "10de:1d16\n"},
    {"Subsystem: Dell [1028:08b0]\n[10de:1d16]\n", "10de:1d16\n"},
    {"Subsystem: Dell [1028:08b0]\n", ""},
    {"[10de:1d16]\nSubsystem: A [1028:08b0]\nSubsystem: B [1043:17d1]\n", "10de:1d16:1043:17d1\n"},
    /* revisions */
    {"[10de:1d16] (rev a1)", "10de:1d16 rev a1\n"},
    {"[10de:1d16] (rev a1) (prog-if 00 [VGA controller])", "10de:1d16 rev a1\n"},
    {"[10de:1d16] (rev", "10de:1d16\n"},
    {"[10de:1d16] (rev ", "10de:1d16\n"},
    {"[10de:1d16] (rev a", "10de:1d16\n"},
    {"[10de:1d16] (rev a1", "10de:1d16\n"},
    {"[10de:1d16] (rev zz)", "10de:1d16\n"},
    {"(rev a1)\n[10de:1d16]\n(rev a2)\n", "10de:1d16\n"},
    /* lsusb, and what only looks like it */
    {"Bus 001 Device 002: ID 8087:0026 Intel Corp. AX201 Bluetooth\n"
     "Bus 001 Device 001: ID 1d6b:0002 Linux Foundation 2.0 root hub\n" MX330,
     "10de:1d16 rev a1 display\n"},
    {"Bus error on 10de:1d16\n", "10de:1d16\n"},
    /* other kinds of listings, of which tests/data/lspci-texts.txt has more */
    {"01:00.0 \"3D controller [0302]\" \"NVIDIA Corporation [10de]\" \"GP108M [GeForce MX330] [1d16]\" -ra1 -p00"
     " \"Dell [1028]\" \"Device [08b0]\"\n02:00.0 \"0200\" \"10ec\" \"8168\" -r15 -p00 \"\" \"\"\n",
     "10de:1d16:1028:08b0 rev a1 display\n10ec:8168 rev 15\n"},
    {"Slot:\t01:00.0\nClass:\t0302\nVendor:\t10de\nDevice:\t1d16\nSVendor:\t1028\nSDevice:\t08b0\nRev:\ta1\n\n"
     "Slot:\t02:00.0\nClass:\t0200\nVendor:\t10ec\nDevice:\t8168\n\nDevice: another thing\nThe Device: [10de:1d01]\n",
     "10de:1d16:1028:08b0 rev a1 display\n10ec:8168\n10de:1d01\n"},
    {"PCI\\VEN_10DE&DEV_1B81&SUBSYS_33011462&REV_A1\\4&1\nPCI\\VEN_1002&DEV_73FF&CC_030000\nHDAUDIO\\FUNC_01&VEN_10DE&DEV_0083\n"
     "PCI\\VEN_10DE&DEV_12\n",
     "10de:1b81:1462:3301 rev a1\n1002:73ff display\n"},
    {"> \xe2\x94\x82 0x030000 \xe2\x94\x82 0x1b81 \xe2\x94\x82 0000:01:00.0 \xe2\x94\x82 1 \xe2\x94\x82 0x10de \xe2\x94\x82\n"
     "vgapci0@pci0:0:2:0: class=0x030000 rev=0x02 hdr=0x00 vendor=0x8086 device=0x3e92\n",
     "10de:1b81 display\n8086:3e92 rev 02 display\n"},
    {"GPU\tGA106\nDevice ID\t10DE 2504 - 1462 397D\nDevice ID: 10DE 1B81\nDevice ID: 10DE 1B81 - 1043\nDevice ID: none\n",
     "10de:2504:1462:397d\n10de:1b81\n"},
    {"        Device Id                         : 0x250410DE\n        Sub System Id                     : 0x397D1462\n",
     "10de:2504\n"},
    {"\tvendorID           = 0x8086\n\tdeviceID           = 0x4692\n\tvendorID           = 0x10de\n"
     "\tdeviceID           = 0x2504\n",
     "8086:4692\n10de:2504\n"},
    {"      Chipset Model: Intel UHD Graphics 630\n      Vendor: Intel\n      Device ID: 0x3e9b\n      Revision ID: 0x0002\n\n"
     "      Chipset Model: AMD Radeon Pro 5500M\n      Vendor: AMD (0x1002)\n      Device ID: 0x7340\n",
     "8086:3e9b\n1002:7340\n"},
    {"    Vendor: AMD (0x1002)\n    Device: AMD Radeon RX 6600 (radeonsi, navi23, LLVM 15) (0x73ff)\n",
     "1002:73ff\n"},
    {"  <name>pci_0000_03_00_0</name>\n    <name>amdgpu</name>\n    <product id='0x744c'>Navi 31</product>\n"
     "    <vendor id='0x1002'>AMD [AMD/ATI]</vendor>\n  <name>pci_0000_01_00_0</name>\n"
     "    <product id='0x2504'/>\n    <vendor id='0x10de'/>\n    <vendor id='0x046d'/>\n",
     "1002:744c\n10de:2504\n"},
    {"  <name>win11</name>\n    <vendor id='0x10de'/>\n    <product id='0x2504'/>\n", ""},
    /* colours of grep */
    {"\033[35m\033[K01:00.0\033[0m VGA [\033[01;31m\033[K0300\033[m\033[K]: A [\033[01;31m\033[K10de:2504\033[m\033[K]\n",
     "10de:2504 display\n"},
    /* pvesh --output-format json, json-pretty, and what only begins like it */
    {"[{\"class\":\"0x030000\",\"device\":\"0x1b81\",\"device_name\":\"A, B\",\"id\":\"0000:01:00.0\",\"iommugroup\":1,"
     "\"subsystem_device\":\"0x3301\",\"subsystem_vendor\":\"0x1462\",\"vendor\":\"0x10de\"},{\"class\":\"0x060100\","
     "\"device\":\"0xa14a\",\"id\":\"0000:00:1f.0\",\"iommugroup\":-1,\"mdev\":true,\"vendor\":\"0x8086\"},{},3]",
     "10de:1b81:1462:3301 display\n8086:a14a\n"},
    {" \n[\n   {\n      \"class\" : \"0x030000\",\n      \"device\" : \"0x1b81\",\n      \"id\" : \"0000:01:00.0\",\n"
     "      \"vendor\" : \"0x10de\"\n   }\n]\n",
     "10de:1b81 display\n"},
    {"[{\"a\":\"10de:1d16\"},\n 10de:1d01 ", "10de:1d16\n10de:1d01\n"},
    {"[{\"pci\":\"10de:1d16\"}]", "10de:1d16\n"},
    {"[\n[10de:1d16]\n", "10de:1d16\n"},
    {"[", ""},
    /* classes of displays */
    {"[0300] [10de:1d16]\n", "10de:1d16 display\n"},
    {"[03] [10de:1d16]\n[0300 [10de:1d01]\n[03000] [10de:1c81]\n", "10de:1d16\n10de:1d01\n10de:1c81\n"},
    {"[0380] 10de:1c82\n[x03] [03zz] [0302] 10de:1c83\n[1300] 10de:1c84",
     "10de:1c82 display\n10de:1c83 display\n10de:1c84\n"},
};

/* Writes down what was found; a subsystem of SiS ends the scan. */
static enum error_code write_down(void *context, const struct found_id *found, struct error *error)
{
    char text[PCI_ID_TEXT_SIZE];
    buffer_append_text(context, pci_id_print(&found->id, text));
    if (found->id.has_revision)
        buffer_append_format(context, " rev %02x", found->id.revision);
    buffer_append_text(context, found->on_display_line ? " display\n" : "\n");
    return found->id.subvendor == 0x1039 ? error_set(error, ERROR_SYSTEM, "enough") : ERROR_NONE;
}

static void assert_bytes(const char *bytes, size_t length, const char *expected)
{
    struct buffer found CLEANUP(buffer_free) = BUFFER(1 << 22);
    const struct text_scan_visitor visitor = {.found = write_down, .context = &found};
    struct error error;
    int file = memory_file(bytes, length);
    assert_int_equal(text_scan(file, "text", &visitor, &error), ERROR_NONE);
    close(file);
    assert_string_equal(buffer_text(&found), expected);
}

/* That pieces make no difference is fuzz_text_scan's to check. */
DEFINE_TEST(test_texts)
{
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        assert_bytes(texts[i][0], strlen(texts[i][0]), texts[i][1]);
    assert_bytes("\0\0[10de:1d16]\0(rev a1)\0\n\xff\xfe 1002:73ff \x1b[31m8086:3e92", 52,
                 "10de:1d16 rev a1\n1002:73ff\n8086:3e92\n");
}

/* A line of a megabyte is looked at in pieces. Nothing in it is lost, and where a piece ends is chance: it
 * makes no ID out of a longer number, however long that is. */
DEFINE_TEST(test_very_long_lines)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 22);
    struct buffer expected CLEANUP(buffer_free) = BUFFER(1 << 22);
    for (unsigned i = 0; text.length < 1 << 20; i++) {
        buffer_append_format(&text, "%.*s%04x:%04x", (int)(i % 7 + 1), " , ; + ", i & 0xffff, i * 7 & 0xffff);
        buffer_append_format(&expected, "%04x:%04x\n", i & 0xffff, i * 7 & 0xffff);
    }
    buffer_append_text(&text, "\n1002:73ff\n");
    buffer_append_text(&expected, "1002:73ff\n");
    assert_bytes(text.data, text.length, expected.data);
    static const char *const numbers[] = {"10de:1d16:", "fe80:1234:abcd:12ab:34cd:1d16:10de:0001 "};
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        buffer_clear(&text);
        while (text.length < 1 << 20)
            buffer_append_text(&text, numbers[i]);
        buffer_append_text(&text, "10de:1d16:0000 1002:73ff");
        assert_bytes(text.data, text.length, "1002:73ff\n");
    }
    /* Lines as long as a piece, and some bytes to either side. */
    for (int length = 65519; length <= 65529; length++) {
        buffer_clear(&text);
        buffer_append_format(&text, "%*s\n%*s\n[10de:1d16]", length, "", length, "");
        assert_bytes(text.data, text.length, "10de:1d16\n");
    }
}

static enum error_code stop_before_reading(UNUSED void *context, struct error *error)
{
    return error_set(error, ERROR_NO_SPACE, "cannot write");
}

/* query-stdin.test has standard input that cannot be read. */
DEFINE_TEST(test_an_error_ends_the_scan)
{
    struct buffer found CLEANUP(buffer_free) = BUFFER(4096);
    const struct text_scan_visitor full = {write_down, stop_before_reading, &found};
    struct error error;
    int file = memory_file("10de:1d16 1002:73ff:1039:0001 8086:3e92\n", 40);
    assert_int_equal(text_scan(file, "text", &full, &error), ERROR_NO_SPACE);
    assert_string_equal(buffer_text(&found), "");
    assert_int_equal(text_scan(file, "text", &(struct text_scan_visitor){write_down, NULL, &found}, &error),
                     ERROR_SYSTEM);
    assert_string_equal(error.message, "enough");
    assert_string_equal(buffer_text(&found), "10de:1d16\n1002:73ff:1039:0001\n");
    close(file);
}

TESTSUITE_MAIN(NULL, NULL)
