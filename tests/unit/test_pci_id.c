#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pci_id.h"

static enum pci_id_result parse(const char *text, struct pci_id *id)
{
    return pci_id_parse(text, strlen(text), id);
}

static void test_forms(void **state)
{
    struct pci_id id;
    (void)state;
    assert_int_equal(parse("10de:1d16", &id), PCI_ID_OK);
    assert_int_equal(pci_id_number(&id), 0x10de1d16);
    assert_false(id.has_subsystem);
    assert_int_equal(parse("10DE:1D16", &id), PCI_ID_OK);
    assert_int_equal(pci_id_number(&id), 0x10de1d16);
    assert_int_equal(parse("10de:1d16:1028:08b0", &id), PCI_ID_OK);
    assert_true(id.has_subsystem);
    assert_int_equal(id.subdevice, 0x08b0);
    assert_int_equal(parse("pci:v000010DEd00001D16sv00001028sd000008B0bc03sc02i00", &id), PCI_ID_OK);
    assert_int_equal(pci_id_number(&id), 0x10de1d16);
    assert_int_equal(id.subvendor, 0x1028);
}

static void test_what_is_none(void **state)
{
    static const char *const malformed[] = {
        "10de:1d1",  "10de:1d166",     "10de:",         ":1d16",
        "10de:zzzz", "10de:1d16:1028", "pci:v000010DE", "10de:1d16:1028:08b0:1"};
    static const char *const names[] = {"mx330", "rtx 3060", "", "10de", "deadbeef"};
    struct pci_id id;
    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
        assert_int_equal(parse(malformed[i], &id), PCI_ID_MALFORMED);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(parse(names[i], &id), PCI_ID_NONE);
}

static int count_found(const char *text)
{
    struct pci_id id;
    size_t position = 0;
    int count = 0;
    while (pci_id_find(text, strlen(text), &position, &id))
        count++;
    return count;
}

static void test_find_in_text(void **state)
{
    (void)state;
    assert_int_equal(count_found("01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1d16] (rev a1)"), 1);
    assert_int_equal(count_found("vfio-pci.ids=10de:1d16,10de:0fb8"), 2);
    assert_int_equal(count_found("fe80:1234:abcd:12ab:34cd:1d16:10de:0001"), 0);
    assert_int_equal(count_found("00:11:22:33:44:55 aa:bb:cc:dd:ee:ff"), 0);
    assert_int_equal(count_found("0000:01:00.0"), 0);
    assert_int_equal(count_found("x10de:1d16 10de:1d16x 10de:1d16."), 1);
    assert_int_equal(count_found(""), 0);
}

static void test_print(void **state)
{
    struct pci_id id;
    char text[PCI_ID_TEXT_SIZE];
    (void)state;
    parse("10DE:1D16:1028:08B0", &id);
    assert_string_equal(pci_id_print(&id, text), "10de:1d16:1028:08b0");
    id.has_subsystem = false;
    assert_string_equal(pci_id_print(&id, text), "10de:1d16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_find_in_text),
        cmocka_unit_test(test_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
