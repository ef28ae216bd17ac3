#include "core/standing.h"

#include "tests/unit/unit.h"

static struct report report_of(const char *json)
{
    struct report report;
    struct error error;
    if (report_parse(json, strlen(json), &report, NULL, &error))
        fail_msg("%s: %s", json, error.message);
    return report;
}

static int64_t sender_of(const char *json)
{
    struct report report = report_of(json);
    int64_t sender = report_sender(&report);
    report_free(&report);
    return sender;
}

#define AT(url) "{\"pci_id\":\"10de:1d16\",\"outcome\":\"works\",\"url\":\"" url "\"}"

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
        AT("https://example.org/"),         "{\"pci_id\":\"10de:1d16\",\"outcome\":\"works\"}",
    };
    (void)state;
    for (size_t i = 1; i < ARRAY_SIZE(same); i++)
        assert_true(sender_of(same[i]) == sender_of(same[0]));
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_true(sender_of(others[i]) != sender_of(same[0]));
}

#define TOLD(more) "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",\"hypervisor\":\"proxmox\"" more "}"

static void test_senders_by_what_they_tell(void **state)
{
    int64_t plain = sender_of(TOLD(""));
    (void)state;
    assert_true(sender_of(TOLD(",\"note\":\"again\",\"date\":\"2026-01\",\"kernel\":\"6.8\"")) == plain);
    assert_true(sender_of(TOLD(",\"machine\":\"Example 1\"")) != plain);
    assert_true(sender_of(TOLD(",\"guest_os\":\"linux\"")) != plain);
    assert_true(sender_of(TOLD(",\"chassis\":\"laptop\"")) != plain);
    assert_true(sender_of(TOLD(",\"machine\":\"a\",\"guest_os\":\"b\"")) !=
                sender_of(TOLD(",\"machine\":\"b\",\"guest_os\":\"a\"")));
}

static void assert_outside(bool outside, const char *json)
{
    struct report report = report_of(json);
    if (report_failed_outside(&report) != outside)
        fail_msg("%s", json);
    report_free(&report);
}

#define ENDED(outcome, symptoms)                                                                             \
    "{\"pci_id\":\"10de:1d16\",\"outcome\":\"" outcome "\",\"symptoms\":[" symptoms "]}"

static void test_reasons_outside_the_gpu(void **state)
{
    (void)state;
    assert_outside(true, ENDED("fails", "\"no-iommu\""));
    assert_outside(true, ENDED("partial", "\"group-not-viable\",\"no-iommu-group\""));
    assert_outside(false, ENDED("works", "\"no-iommu\""));
    assert_outside(false, ENDED("works-with-workaround", "\"group-not-isolated\""));
    assert_outside(false, ENDED("fails", "\"no-iommu\",\"black-screen\""));
    assert_outside(false, ENDED("fails", "\"no-iommu\",\"other:smoke\""));
    assert_outside(false, ENDED("fails", ""));
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
    (void)state;
    assert_int_equal(report_month("2000-01"), 0);
    assert_int_equal(report_month("2000-12-31"), 11);
    assert_int_equal(report_month("2026-03-28"), 26 * 12 + 2);
    assert_int_equal(report_month("2026"), 26 * 12 + 6);
    assert_int_equal(report_month("2199-12"), REPORT_MONTHS - 1);
    assert_int_equal(report_month("2200-01"), -1);
    assert_int_equal(report_month("9999"), -1);
    assert_int_equal(report_month("1999-12"), -1);
    assert_int_equal(report_month("0000"), -1);
    assert_int_equal(report_month(""), -1);
    assert_int_equal(report_month("20"), -1);
    assert_int_equal(report_month("yesterday"), -1);
    assert_int_equal(report_month("2026-13"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_senders_by_address),
        cmocka_unit_test(test_senders_by_what_they_tell),
        cmocka_unit_test(test_reasons_outside_the_gpu),
        cmocka_unit_test(test_environment_symptoms_are_symptoms),
        cmocka_unit_test(test_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
