#include "core/report_weight.h"

#include "tests/unit/json_cases.h"

static struct report report_of(const char *text)
{
    struct report report;
    struct error error;
    size_t length;
    char *json = json_of(text, &length);
    if (report_parse(json, length, &report, NULL, &error))
        fail_msg("%s: %s", text, error.message);
    free(json);
    return report;
}

static int64_t sender_of(const char *json)
{
    struct report report = report_of(json);
    int64_t sender = report_sender(&report);
    report_free(&report);
    return sender;
}

#define AT(url) "{'pci_id':'10de:1d16','outcome':'works','url':'" url "'}"

static void test_senders_by_address(void **state)
{
    static const char *const same[] = {
        AT("http://example.org/thread/7"),        AT("https://www.Example.org/thread/7"),
        AT("https://example.org/thread/7/"),      AT("https://example.org/thread/7?page=2&sort=new"),
        AT("https://example.org/thread/7#post9"), AT("https://example.org/thread/7/?x#y"),
    };
    static const char *const others[] = {
        AT("https://example.org/thread/8"), AT("https://example.org/Thread/7"),
        AT("https://example.com/thread/7"), AT("https://example.org/thread"),
        AT("https://example.org/"),         "{'pci_id':'10de:1d16','outcome':'works'}",
    };
    (void)state;
    for (size_t i = 1; i < ARRAY_SIZE(same); i++)
        assert_true(sender_of(same[i]) == sender_of(same[0]));
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_true(sender_of(others[i]) != sender_of(same[0]));
}

#define WITH(more) "{'pci_id':'10de:1d16','outcome':'fails','hypervisor':'proxmox'" more "}"

static void test_senders_by_content(void **state)
{
    int64_t plain = sender_of(WITH(""));
    (void)state;
    assert_true(sender_of(WITH(",'note':'again','date':'2026-01','kernel':'6.8'")) == plain);
    assert_true(sender_of(WITH(",'machine':'Example 1'")) != plain);
    assert_true(sender_of(WITH(",'guest_os':'linux'")) != plain);
    assert_true(sender_of(WITH(",'chassis':'laptop'")) != plain);
    assert_true(sender_of(WITH(",'machine':'a','guest_os':'b'")) !=
                sender_of(WITH(",'machine':'b','guest_os':'a'")));
}

#define ENDED(outcome, symptoms) "{'pci_id':'10de:1d16','outcome':'" outcome "','symptoms':[" symptoms "]}"

static void test_environment_failures(void **state)
{
    static const struct {
        const char *json;
        bool is_environment;
    } cases[] = {
        {ENDED("fails", "'no-iommu'"), true},
        {ENDED("partial", "'group-not-viable','no-iommu-group'"), true},
        {ENDED("works", "'no-iommu'"), false},
        {ENDED("works-with-workaround", "'group-not-isolated'"), false},
        {ENDED("fails", "'no-iommu','black-screen'"), false},
        {ENDED("fails", "'no-iommu','other:smoke'"), false},
        {ENDED("fails", ""), false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct report report = report_of(cases[i].json);
        if (report_is_environment_failure(&report) != cases[i].is_environment)
            fail_msg("%s", cases[i].json);
        report_free(&report);
    }
}

/* Each of them is a symptom that a report can have. */
static void test_environment_symptoms_are_symptoms(void **state)
{
    (void)state;
    for (int i = 0; i < vocabulary_environment_symptom.count; i++)
        assert_true(vocabulary_find(&vocabulary_symptom, vocabulary_environment_symptom.words[i].word) >= 0);
}

static void test_months(void **state)
{
    static const struct {
        const char *date;
        int month;
    } cases[] = {{"2000-01", 0},
                 {"2000-12-31", 11},
                 {"2026-03-28", 26 * 12 + 2},
                 {"2026", 26 * 12 + 6},
                 {"2200-01", -1},
                 {"9999", -1},
                 {"1999-12", -1},
                 {"0000", -1},
                 {"", -1},
                 {"20", -1},
                 {"yesterday", -1},
                 {"2026-13", -1},
                 {"2199-12", REPORT_MONTHS - 1}};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(report_month(cases[i].date), cases[i].month);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_senders_by_address),
        cmocka_unit_test(test_senders_by_content),
        cmocka_unit_test(test_environment_failures),
        cmocka_unit_test(test_environment_symptoms_are_symptoms),
        cmocka_unit_test(test_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
