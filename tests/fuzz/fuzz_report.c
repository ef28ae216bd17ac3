/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report from anybody: core/report.h. What is accepted has a canonical JSON that is accepted again, and is
 * its own. Problems are collected exactly when the report is rejected. */

#include "core/report.h"
#include "core/report_validate.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

static void check_canonical(const struct buffer *canonical)
{
    struct report report;
    struct error error;
    struct buffer again CLEANUP(buffer_free) = BUFFER(8 * REPORT_MAX_BYTES);
    require(!canonical->failed, "there is room for the canonical JSON");
    require(text_is_utf8(canonical->data, canonical->length), "canonical JSON is UTF-8");
    if (canonical->length <= REPORT_MAX_BYTES) {
        require(report_parse(canonical->data, canonical->length, &report, &again, &error) == ERROR_NONE,
                "canonical JSON is a report");
        require(again.length == canonical->length && memcmp(again.data, canonical->data, again.length) == 0,
                "canonical JSON is its own canonical JSON");
        report_free(&report);
    }
}

static void check_text(const char *text)
{
    require(!text || text_is_utf8(text, strlen(text)), "a report's text is UTF-8");
}

static void check_open_enum(const struct vocabulary *vocabulary, const char *value)
{
    check_text(value);
    require(vocabulary_find(vocabulary, value) >= 0 || strncmp(value, "other:", 6) == 0,
            "a value is one of the vocabulary or other:");
}

static void check_report(const struct report *report)
{
    for (int field = 0; field < FIELD_COUNT; field++)
        check_text(report_text(report, (enum report_field)field));
    require((int)report->outcome >= 0 && (int)report->outcome < OUTCOME_COUNT, "the outcome is a value");
    require((int)report->chassis >= 0 && (int)report->chassis < CHASSIS_COUNT, "the chassis is a value");
    require(report->symptom_count <= REPORT_MAX_SYMPTOMS && report->attempt_count <= REPORT_MAX_ATTEMPTS,
            "lists keep their limits");
    for (int i = 0; i < report->symptom_count; i++)
        check_open_enum(&vocabulary_symptom, report->symptoms[i]);
    for (int i = 0; i < report->attempt_count; i++)
        check_open_enum(&vocabulary_fix, report->attempts[i].fix);
}

static void check_all_problems(const char *json, size_t size, bool is_sound)
{
    static struct report_problems problems;
    static const struct report_circumstances circumstances = {.latest_date = "2026-11-23",
                                                              .names = {"riesling"}};
    struct report report;
    struct error error;
    memset(&problems, 0, sizeof problems);
    enum error_code code = report_parse_all(json, size, &report, &problems, &error);
    require(is_sound == !code, "what is rejected does not depend on how much is collected");
    require(!code || problems.count || error.message[0], "an error says why");
    require(code || !problems.count, "what is accepted has no problem");
    if (!code || problems.count)
        report_validate(&report, &circumstances, &problems);
    report_free(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report report;
    struct error error;
    struct buffer canonical CLEANUP(buffer_free) = BUFFER(8 * REPORT_MAX_BYTES);
    enum error_code code = report_parse((const char *)data, size, &report, &canonical, &error);
    require(code == error.code, "code and error agree");
    if (code == ERROR_NONE) {
        check_report(&report);
        check_canonical(&canonical);
        report_free(&report);
    } else {
        require(code == ERROR_BAD_INPUT && error.message[0], "an error says why");
    }
    check_all_problems((const char *)data, size, !code);
    return 0;
}
