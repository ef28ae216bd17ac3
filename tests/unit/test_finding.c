/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/finding.h"

#include "tests/unit/unit.h"

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
