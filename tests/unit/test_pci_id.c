/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pci_id.h"

#include "tests/unit/unit.h"

DEFINE_TEST(test_forms)
{
    static const struct {
        const char *texts; /* between bars */
        enum pci_id_result result;
        const char *id;
    } cases[] = {
        {"10de:1d16|10DE:1D16|0x10de:0x1d16", PCI_ID_OK, "10de:1d16"},
        {"10DE:1d16:1028:08B0|pci:v000010DEd00001D16sv00001028sd000008B0bc03sc02i00", PCI_ID_OK,
         "10de:1d16:1028:08b0"},
        {"10de:1d1|10de:1d166|10de:|:1d16|10de:zzzz|10de:1d16:1028|pci:v000010DE|10de:1d16:1028:08b0:1",
         PCI_ID_MALFORMED, ""},
        {"mx330|rtx 3060||10de|deadbeef", PCI_ID_NONE, ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char list[200];
        char *rest = list;
        snprintf(list, sizeof list, "%s", cases[i].texts);
        for (const char *text; (text = strsep(&rest, "|"));) {
            struct pci_id id;
            char printed[PCI_ID_TEXT_SIZE] = "";
            if (pci_id_parse(text, strlen(text), &id) != cases[i].result)
                fail_msg("\"%s\" is taken for something else", text);
            if (cases[i].result == PCI_ID_OK)
                assert_string_equal(pci_id_print(&id, printed), cases[i].id);
        }
    }
}

DEFINE_TEST(test_find_in_text)
{
    static const struct {
        const char *text;
        int count;
    } cases[] = {
        {"01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1d16] (rev a1)", 1},
        {"vfio-pci.ids=10de:1d16,10de:0fb8", 2},
        {"fe80:1234:abcd:12ab:34cd:1d16:10de:0001", 0},
        {"00:11:22:33:44:55 aa:bb:cc:dd:ee:ff", 0},
        {"0000:01:00.0", 0},
        {"x10de:1d16 10de:1d16x 10de:1d16.", 1},
        {"", 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct pci_id id;
        size_t position = 0;
        int count = 0;
        while (pci_id_find(cases[i].text, strlen(cases[i].text), &position, &id))
            count++;
        assert_int_equal(count, cases[i].count);
    }
}

TESTSUITE_MAIN(NULL, NULL)
