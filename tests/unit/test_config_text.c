/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/config_text.h"

#include "tests/unit/unit.h"

DEFINE_TEST(test_lines_and_words)
{
    static const char text[] = "  one two\r\n\n\tthree";
    char *copy = exact_copy(text, sizeof text - 1);
    struct span rest = {copy, sizeof text - 1};
    struct span line, word;
    assert_true(span_next_line(&rest, &line));
    assert_true(span_is(line, "  one two"));
    assert_true(span_next_word(&line, &word) && span_is(word, "one"));
    assert_true(span_next_word(&line, &word) && span_is(word, "two"));
    assert_false(span_next_word(&line, &word));
    assert_true(span_next_line(&rest, &line) && line.length == 0);
    assert_true(span_next_line(&rest, &line) && span_is(span_trim(line), "three"));
    assert_false(span_next_line(&rest, &line));
    free(copy);
}

DEFINE_TEST(test_parts)
{
    struct span rest = span_of("a,,b=c=d,");
    struct span part, key, value;
    assert_true(span_next_part(&rest, ',', &part) && span_is(part, "a"));
    assert_true(span_next_part(&rest, ',', &part) && span_is(part, ""));
    assert_true(span_next_part(&rest, ',', &part));
    assert_true(span_split(part, '=', &key, &value));
    assert_true(span_is(key, "b") && span_is(value, "c=d"));
    assert_false(span_next_part(&rest, ',', &part));
    assert_false(span_split(span_of("word"), '=', &key, &value));
    assert_true(span_is(key, "word") && span_is(value, ""));
    assert_true(span_begins(span_of("vfio-pci"), "vfio") && !span_begins(span_of("vfi"), "vfio"));
    assert_true(span_ends(span_of("a.conf"), ".conf") && !span_ends(span_of("conf"), ".conf"));
    assert_true(span_holds(span_of("xabcx"), "abc") && !span_holds(span_of(""), "abc"));
}

/* Module names, and most guesses, are in tests/cli/check_host.tsv. */
DEFINE_TEST(test_guesses)
{
    static const char *const words[] = {"intel_iommu", "iommu", "vfio_pci.ids", NULL};
    static const char *const none[] = {"iommu", "vfio-pci.ids", "imu",           "i",
                                       "",      "intel_idle",   "amd_iommu_intr"};
    assert_string_equal(span_guess(span_of("iomum"), words), "iommu");
    assert_string_equal(span_guess(span_of("intel_ioumu"), words), "intel_iommu");
    for (size_t i = 0; i < ARRAY_SIZE(none); i++)
        assert_null(span_guess(span_of(none[i]), words));
    assert_false(span_is_module(span_of("vfio.pci"), "vfio_pci"));
}

TESTSUITE_MAIN(NULL, NULL)
