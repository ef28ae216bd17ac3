/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/finding.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

DEFINE_TEST(test_a_finding_is_written_and_sorted)
{
    struct findings findings = {.items = NULL};
    struct buffer out CLEANUP(buffer_free) = BUFFER(4096);
    findings_add(&findings, NULL, 0, FINDING_ID_MACHINE_UNREADABLE, SEVERITY_INFO, "%s", "first");
    findings_add(&findings, "/etc/x", 7, FINDING_ID_MACHINE_UNREADABLE, SEVERITY_BLOCKER, "second %d\ndo %s",
                 2, "this");
    /* A newline of an argument is not the one that separates text and next step. */
    finding_append(findings_add(&findings, NULL, 0, FINDING_ID_VBIOS_ACPI_ROM, SEVERITY_INFO, "third %s\n%s",
                                "a\nb", "c\nd"),
                   " and %s", "more");
    findings_sort(&findings);
    const struct finding *items = findings.items;
    assert_int_equal(findings.count, 3);
    for (int i = 0; i < 3; i++)
        buffer_append_format(&out, "%s:%ld: %s -> %s|", items[i].file, items[i].line, items[i].text,
                             items[i].next);
    assert_string_equal(buffer_text(&out),
                        "/etc/x:7: second 2 -> do this|:0: first -> |:0: third a\nb and more -> c\nd|");
    assert_null(finding_fault(&items[0]));
    assert_string_equal(finding_fault(&items[2]), "vBIOS delivery");
    assert_int_equal(findings_problems(&findings), 1);
    assert_true(findings_have(&findings, FINDING_ID_MACHINE_UNREADABLE));
    findings_free(&findings);
    assert_false(findings_have(&findings, FINDING_ID_MACHINE_UNREADABLE));
}

DEFINE_TEST(test_more_than_fit)
{
    struct findings findings = {.items = NULL};
    for (int i = 0; i < MAX_FINDINGS + 3; i++)
        findings_add(&findings, NULL, 0, FINDING_MACHINE_UNREADABLE_ROOT, "x");
    assert_int_equal(findings.count, MAX_FINDINGS);
    assert_int_equal(findings.omitted, 3);
    /* A graver one is kept, in the place of one of the mildest. */
    findings_add(&findings, NULL, 0, FINDING_ID_VBIOS_ACPI_ROM, SEVERITY_BLOCKER, "grave");
    findings_add(&findings, NULL, 0, FINDING_ID_VBIOS_ACPI_ROM, SEVERITY_INFO, "mild");
    assert_int_equal(findings.count, MAX_FINDINGS);
    assert_int_equal(findings.omitted, 5);
    findings_sort(&findings);
    assert_string_equal(findings.items[0].text, "grave");
    assert_string_not_equal(findings.items[1].text, "grave");
    findings_free(&findings);
}

TESTSUITE_MAIN(NULL, NULL)
