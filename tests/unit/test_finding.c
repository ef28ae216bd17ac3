#include "core/finding.h"

#include "tests/unit/unit.h"

static void test_adds_and_sorts(void **state)
{
    struct findings findings = {.items = NULL};
    (void)state;
    findings_add(&findings, FINDING_ID_MACHINE_UNREADABLE, SEVERITY_INFO, "%s", "first");
    finding_next(
        finding_at(findings_add(&findings, FINDING_ID_MACHINE_UNREADABLE, SEVERITY_BLOCKER, "second"),
                   "/etc/x", 7),
        "do %d", 3);
    findings_add(&findings, FINDING_ID_MACHINE_UNREADABLE, SEVERITY_INFO, "third");
    findings_sort(&findings);
    assert_int_equal(findings.count, 3);
    assert_string_equal(findings.items[0].text, "second");
    assert_string_equal(findings.items[0].file, "/etc/x");
    assert_int_equal(findings.items[0].line, 7);
    assert_string_equal(findings.items[0].next, "do 3");
    assert_string_equal(findings.items[1].text, "first");
    assert_string_equal(findings.items[1].next, "");
    assert_string_equal(findings.items[2].text, "third");
    assert_true(findings_have(&findings, FINDING_ID_MACHINE_UNREADABLE));
    findings_free(&findings);
    assert_false(findings_have(&findings, FINDING_ID_MACHINE_UNREADABLE));
}

static void test_is_bounded(void **state)
{
    struct findings findings = {.items = NULL};
    (void)state;
    for (int i = 0; i < MAX_FINDINGS + 5; i++)
        finding_next(findings_add(&findings, FINDING_ID_MACHINE_UNREADABLE, SEVERITY_INFO, "%d", i), "next");
    assert_int_equal(findings.count, MAX_FINDINGS);
    assert_int_equal(findings.omitted, 5);
    findings_free(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_adds_and_sorts),
                                       cmocka_unit_test(test_is_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
