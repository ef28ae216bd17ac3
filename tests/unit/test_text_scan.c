#include "cli/text_scan.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "core/buffer.h"
#include "tests/unit/unit.h"

/* "10de:1d16:1028:08b0 rev a1 display\n" for each ID. */
static enum error_code write_down(void *context, const struct found_id *found, struct error *error)
{
    char text[PCI_ID_TEXT_SIZE];
    (void)error;
    buffer_append_text(context, pci_id_print(&found->id, text));
    if (found->id.has_revision)
        buffer_append_format(context, " rev %02x", found->id.revision);
    buffer_append_text(context, found->on_display_line ? " display\n" : "\n");
    return ERROR_NONE;
}

static int open_bytes(const char *bytes, size_t length)
{
    int file = memfd_create("text", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, length), length);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    return file;
}

static void scan_bytes(const char *bytes, size_t length, struct buffer *found)
{
    const struct text_scan_visitor visitor = {.found = write_down, .context = found};
    struct error error;
    int file = open_bytes(bytes, length);
    assert_int_equal(text_scan(file, &visitor, &error), ERROR_NONE);
    close(file);
}

/* A pipe that gets a few bytes more whenever the scan is about to read. */
struct trickle {
    struct buffer found; /* first, so that write_down finds it */
    const char *text;
    size_t length;
    size_t step;
    int end;
};

static enum error_code pour(void *context, struct error *error)
{
    struct trickle *trickle = context;
    size_t step = trickle->length < trickle->step ? trickle->length : trickle->step;
    (void)error;
    if (!step && trickle->end >= 0) {
        close(trickle->end);
        trickle->end = -1;
    } else if (step) {
        assert_int_equal(write(trickle->end, trickle->text, step), step);
        trickle->text += step;
        trickle->length -= step;
    }
    return ERROR_NONE;
}

static void assert_found_in_pieces(const char *text, size_t step, const char *expected)
{
    int ends[2];
    struct error error;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct trickle trickle = {BUFFER(1 << 20), text, strlen(text), step, ends[1]};
    const struct text_scan_visitor visitor = {write_down, pour, &trickle};
    assert_int_equal(text_scan(ends[0], &visitor, &error), ERROR_NONE);
    assert_int_equal(trickle.length, 0);
    assert_string_equal(buffer_text(&trickle.found), expected);
    close(ends[0]);
    buffer_free(&trickle.found);
}

static void assert_found(const char *text, const char *expected)
{
    struct buffer found = BUFFER(1 << 20);
    scan_bytes(text, strlen(text), &found);
    assert_string_equal(buffer_text(&found), expected);
    buffer_free(&found);
    for (size_t step = 1; step < 8; step += 2)
        assert_found_in_pieces(text, step, expected);
}

static void test_nothing(void **state)
{
    (void)state;
    assert_found("", "");
    assert_found("\n\n", "");
    assert_found("no ID in here, 12:34 o'clock\n00:11:22:33:44:55\n", "");
}

static void test_forum_post(void **state)
{
    (void)state;
    assert_found("My card is 10de:1d16, vfio-pci.ids=10DE:1D16,10de:10f1 and\nthat's it: 1002:73ff",
                 "10de:1d16\n10de:1d16\n10de:10f1\n1002:73ff\n");
    assert_found("10de:1d16", "10de:1d16\n");
    assert_found("10de:1d16:1028:08b0\r\n", "10de:1d16:1028:08b0\n");
    assert_found("pci:v000010DEd00001D16sv00001028sd000008B0bc03sc02i00", "10de:1d16:1028:08b0\n");
}

static void test_lspci_nn(void **state)
{
    (void)state;
    assert_found(
        "00:02.0 VGA compatible controller [0300]: Intel Corporation Iris Plus Graphics G1 (Ice Lake)"
        " [8086:8a56] (rev 07)\n"
        "00:14.0 USB controller [0c03]: Intel Corporation Ice Lake-LP USB 3.1 xHCI [8086:34ed] (rev 30)\n"
        "01:00.0 3D controller [0302]: NVIDIA Corporation GP108M [GeForce MX330] [10de:1d16] (rev a1)\n"
        "0000:02:00.0 Display controller [0380]: Advanced Micro Devices, Inc. [AMD/ATI] Navi [1002:73ff]\n",
        "8086:8a56 rev 07 display\n8086:34ed rev 30\n10de:1d16 rev a1 display\n1002:73ff display\n");
}

static void test_lspci_nnk(void **state)
{
    (void)state;
    assert_found(
        "01:00.0 3D controller [0302]: NVIDIA Corporation GP108M [GeForce MX330] [10de:1d16] (rev a1)\n"
        "\tSubsystem: Dell GP108M [GeForce MX330] [1028:08b0]\n"
        "\tKernel driver in use: nouveau\n"
        "\tKernel modules: nvidiafb, nouveau\n"
        "02:00.0 Non-Volatile memory controller [0108]: Toshiba XG6 NVMe [1179:011a]\n"
        "\tDeviceName: Onboard [abcd]\n"
        "\tSubsystem: Toshiba Device [1179:0001]\n"
        "03:00.0 VGA compatible controller [0300]: NVIDIA Corporation GP108 [10de:1d01] (rev a1)\n",
        "10de:1d16:1028:08b0 rev a1 display\n1179:011a:1179:0001\n10de:1d01 rev a1 display\n");
}

/* The name may hold anything; the ID stands at the end. */
static void test_subsystem_lines(void **state)
{
    (void)state;
    assert_found("[10de:1d16]\n  Subsystem: Odd [dead:beef] name [1028:08b0]\n", "10de:1d16:1028:08b0\n");
    assert_found("[10de:1d16]\n  Subsystem: no number\n", "10de:1d16\n");
    assert_found("Subsystem: Dell [1028:08b0]\n[10de:1d16]\n", "10de:1d16\n");
    assert_found("Subsystem: Dell [1028:08b0]\n", "");
    assert_found("[10de:1d16]\nSubsystem: A [1028:08b0]\nSubsystem: B [1043:17d1]\n",
                 "10de:1d16:1043:17d1\n");
}

static void test_revisions(void **state)
{
    (void)state;
    assert_found("[10de:1d16] (rev a1)", "10de:1d16 rev a1\n");
    assert_found("[10de:1d16] (rev a1) (prog-if 00 [VGA controller])", "10de:1d16 rev a1\n");
    assert_found("[10de:1d16] (rev", "10de:1d16\n");
    assert_found("[10de:1d16] (rev ", "10de:1d16\n");
    assert_found("[10de:1d16] (rev a", "10de:1d16\n");
    assert_found("[10de:1d16] (rev a1", "10de:1d16\n");
    assert_found("[10de:1d16] (rev zz)", "10de:1d16\n");
    assert_found("(rev a1)\n[10de:1d16]\n(rev a2)\n", "10de:1d16\n");
}

static void test_lsusb(void **state)
{
    (void)state;
    assert_found("Bus 001 Device 002: ID 8087:0026 Intel Corp. AX201 Bluetooth\n"
                 "Bus 001 Device 001: ID 1d6b:0002 Linux Foundation 2.0 root hub\n"
                 "01:00.0 VGA [0300]: x [10de:1d16]\n",
                 "10de:1d16 display\n");
    /* What only looks like it. */
    assert_found("Bus error on 10de:1d16\n", "10de:1d16\n");
}

static void test_display_lines(void **state)
{
    (void)state;
    assert_found("[0300] [10de:1d16]\n", "10de:1d16 display\n");
    assert_found(
        "[03] [10de:1d16]\n[0300 [10de:1d01]\n[03000] [10de:1c81]\n[0380] 10de:1c82\n[x03] [03zz] [0302] "
        "10de:1c83\n[1300] 10de:1c84",
        "10de:1d16\n10de:1d01\n10de:1c81\n10de:1c82 display\n10de:1c83 display\n10de:1c84\n");
}

static void test_any_bytes(void **state)
{
    struct buffer found = BUFFER(4096);
    (void)state;
    scan_bytes("\0\0[10de:1d16]\0(rev a1)\0\n\xff\xfe 1002:73ff \x1b[31m8086:3e92", 52, &found);
    assert_string_equal(buffer_text(&found), "10de:1d16 rev a1\n1002:73ff\n");
    buffer_free(&found);
}

/* A line of a megabyte is looked at in pieces, and nothing in it is lost. */
static void test_very_long_lines(void **state)
{
    struct buffer text = BUFFER(1 << 22);
    struct buffer found = BUFFER(1 << 22);
    struct buffer expected = BUFFER(1 << 22);
    (void)state;
    for (unsigned i = 0; text.length < 1 << 20; i++) {
        buffer_append_format(&text, "%.*s%04x:%04x", (int)(i % 7 + 1), " , ; + ", i & 0xffff, i * 7 & 0xffff);
        buffer_append_format(&expected, "%04x:%04x\n", i & 0xffff, i * 7 & 0xffff);
    }
    buffer_append_text(&text, "\n1002:73ff\n");
    buffer_append_text(&expected, "1002:73ff\n");
    scan_bytes(text.data, text.length, &found);
    assert_int_equal(found.length, expected.length);
    assert_memory_equal(found.data, expected.data, found.length);
    buffer_free(&text);
    buffer_free(&found);
    buffer_free(&expected);
}

/* A number that goes on for longer than a piece is no ID, nor is its end. */
static void test_endless_numbers(void **state)
{
    struct buffer text = BUFFER(1 << 20);
    struct buffer found = BUFFER(4096);
    (void)state;
    while (text.length < 200000)
        buffer_append_text(&text, "10de:1d16:");
    buffer_append_text(&text, "10de:1d16 1002:73ff");
    scan_bytes(text.data, text.length, &found);
    assert_string_equal(buffer_text(&found), "1002:73ff\n");
    buffer_free(&text);
    buffer_free(&found);
}

/* Where a piece ends is chance: it must not make an ID out of a longer number. */
static void test_pieces_make_no_ids(void **state)
{
    struct buffer text = BUFFER(1 << 22);
    struct buffer found = BUFFER(1 << 22);
    (void)state;
    while (text.length < 1 << 20)
        buffer_append_text(&text, "fe80:1234:abcd:12ab:34cd:1d16:10de:0001 ");
    scan_bytes(text.data, text.length, &found);
    assert_string_equal(buffer_text(&found), "");
    buffer_free(&text);
    buffer_free(&found);
}

/* A line that fills a piece exactly, and one byte to either side. */
static void test_lines_as_long_as_a_piece(void **state)
{
    (void)state;
    for (size_t length = 65530; length <= 65540; length++) {
        struct buffer text = BUFFER(1 << 18);
        struct buffer found = BUFFER(4096);
        for (size_t i = 0; i + 11 < length; i++)
            buffer_append_byte(&text, '.');
        buffer_append_text(&text, "\n");
        for (size_t i = 0; i + 11 < length; i++)
            buffer_append_byte(&text, '.');
        buffer_append_text(&text, "\n[10de:1d16]");
        scan_bytes(text.data, text.length, &found);
        assert_string_equal(buffer_text(&found), "10de:1d16\n");
        buffer_free(&text);
        buffer_free(&found);
    }
}

static enum error_code stop_at_amd(void *context, const struct found_id *found, struct error *error)
{
    write_down(context, found, error);
    return found->id.vendor == 0x1002 ? error_set(error, ERROR_SYSTEM, "enough") : ERROR_NONE;
}

static void test_an_error_ends_the_scan(void **state)
{
    static const char text[] = "10de:1d16 1002:73ff 8086:3e92\n10de:1d01\n";
    struct buffer found = BUFFER(4096);
    const struct text_scan_visitor visitor = {.found = stop_at_amd, .context = &found};
    struct error error;
    (void)state;
    int file = open_bytes(text, sizeof text - 1);
    assert_int_equal(text_scan(file, &visitor, &error), ERROR_SYSTEM);
    close(file);
    assert_string_equal(error.message, "enough");
    assert_string_equal(buffer_text(&found), "10de:1d16\n1002:73ff\n");
    buffer_free(&found);
}

static enum error_code refuse_to_read(void *context, struct error *error)
{
    (void)context;
    return error_set(error, ERROR_NO_SPACE, "cannot write");
}

static void test_an_error_before_reading_ends_the_scan(void **state)
{
    struct buffer found = BUFFER(4096);
    const struct text_scan_visitor visitor = {write_down, refuse_to_read, &found};
    struct error error;
    (void)state;
    int file = open_bytes("10de:1d16", 9);
    assert_int_equal(text_scan(file, &visitor, &error), ERROR_NO_SPACE);
    close(file);
    assert_string_equal(buffer_text(&found), "");
    buffer_free(&found);
}

static void test_unreadable(void **state)
{
    struct buffer found = BUFFER(4096);
    const struct text_scan_visitor visitor = {.found = write_down, .context = &found};
    struct error error;
    (void)state;
    int folder = open("/", O_RDONLY | O_CLOEXEC);
    assert_int_equal(text_scan(folder, &visitor, &error), ERROR_SYSTEM);
    assert_holds(error.message, "cannot read");
    close(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_forum_post),
        cmocka_unit_test(test_lspci_nn),
        cmocka_unit_test(test_lspci_nnk),
        cmocka_unit_test(test_subsystem_lines),
        cmocka_unit_test(test_revisions),
        cmocka_unit_test(test_lsusb),
        cmocka_unit_test(test_display_lines),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_very_long_lines),
        cmocka_unit_test(test_endless_numbers),
        cmocka_unit_test(test_pieces_make_no_ids),
        cmocka_unit_test(test_lines_as_long_as_a_piece),
        cmocka_unit_test(test_an_error_ends_the_scan),
        cmocka_unit_test(test_an_error_before_reading_ends_the_scan),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
