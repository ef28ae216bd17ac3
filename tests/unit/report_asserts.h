#ifndef PASSTHRU_TESTS_REPORT_ASSERTS_H
#define PASSTHRU_TESTS_REPORT_ASSERTS_H

/* What the tests of the report share: a report is taken, or refused for this reason. */

#include "core/report.h"
#include "tests/unit/unit.h"

static inline enum error_code parse(const char *json, size_t length, struct report *report,
                                    struct buffer *canonical, struct error *error)
{
    char *copy = exact_copy(json, length);
    enum error_code code = report_parse(copy, length, report, canonical, error);
    free(copy);
    return code;
}

/* The report is taken, and its canonical JSON is this. */
static inline void assert_canonical(const char *json, const char *expected)
{
    struct report report;
    struct error error = {.message = ""};
    struct buffer canonical = BUFFER(1 << 16);
    if (parse(json, strlen(json), &report, &canonical, &error))
        fail_msg("%s: %s", json, error.message);
    assert_string_equal(buffer_text(&canonical), expected);
    report_free(&report);
    buffer_free(&canonical);
}

static inline void assert_refused_bytes(const char *json, size_t length, const char *why)
{
    struct report report;
    struct error error = {.message = ""};
    struct buffer canonical = BUFFER(1 << 16);
    enum error_code code = parse(json, length, &report, &canonical, &error);
    buffer_free(&canonical);
    if (code == ERROR_NONE) {
        report_free(&report);
        fail_msg("taken: %.300s", json);
    }
    assert_int_equal(code, ERROR_BAD_INPUT);
    assert_int_equal(error.code, ERROR_BAD_INPUT);
    assert_holds(error.message, why);
}

static inline void assert_refused(const char *json, const char *why)
{
    assert_refused_bytes(json, strlen(json), why);
}

/* A report that is right but for this member, or with it. */
static inline void with_member(char json[REPORT_MAX_BYTES], const char *member)
{
    snprintf(json, REPORT_MAX_BYTES, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",%s}", member);
}

static inline void assert_member_refused(const char *member, const char *why)
{
    char json[REPORT_MAX_BYTES];
    with_member(json, member);
    assert_refused(json, why);
}

static inline void assert_member_taken(const char *member)
{
    struct report report;
    struct error error = {.message = ""};
    char json[REPORT_MAX_BYTES];
    with_member(json, member);
    if (parse(json, strlen(json), &report, NULL, &error))
        fail_msg("%.200s: %s", member, error.message);
    report_free(&report);
}

struct refusal {
    const char *member;
    const char *why;
};

static inline void assert_all_refused(const struct refusal refusals[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_member_refused(refusals[i].member, refusals[i].why);
}

#endif
