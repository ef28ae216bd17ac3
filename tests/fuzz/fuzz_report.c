/* A report from anybody: core/report.h. What is taken has a canonical JSON that is taken again, and is its
 * own. Whoever is told all that is wrong is told something just when the report is refused. */

#include "core/report.h"
#include "core/report_check.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

static void check_canonical(const struct buffer *canonical)
{
    struct report report;
    struct error error;
    struct buffer again = BUFFER(8 * REPORT_MAX_BYTES);
    require(!canonical->failed, "there is room for the canonical JSON");
    require(text_is_utf8(canonical->data, canonical->length), "canonical JSON is UTF-8");
    if (canonical->length <= REPORT_MAX_BYTES) {
        require(report_parse(canonical->data, canonical->length, &report, &again, &error) == ERROR_NONE,
                "canonical JSON is a report");
        require(again.length == canonical->length && memcmp(again.data, canonical->data, again.length) == 0,
                "canonical JSON is its own canonical JSON");
        report_free(&report);
    }
    buffer_free(&again);
}

static void check_text(const char *text)
{
    require(!text || text_is_utf8(text, strlen(text)), "a report's text is UTF-8");
}

static void check_report(const struct report *report)
{
    const char *const texts[] = {report->id,       report->gpu,  report->machine, report->hypervisor,
                                 report->guest_os, report->date, report->url,     report->note};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        check_text(texts[i]);
    require((int)report->outcome >= 0 && (int)report->outcome < OUTCOME_COUNT, "the outcome is a word");
    require((int)report->chassis >= 0 && (int)report->chassis < CHASSIS_COUNT, "the chassis is a word");
    require(report->symptom_count <= REPORT_MAX_SYMPTOMS && report->attempt_count <= REPORT_MAX_ATTEMPTS,
            "lists keep their limits");
    for (int i = 0; i < report->symptom_count; i++) {
        check_text(report->symptoms[i]);
        require(vocabulary_find(&vocabulary_symptom, report->symptoms[i]) >= 0 ||
                    strncmp(report->symptoms[i], "other:", 6) == 0,
                "a symptom is a word or other:");
    }
    for (int i = 0; i < report->attempt_count; i++) {
        check_text(report->attempts[i].fix);
        require(vocabulary_find(&vocabulary_fix, report->attempts[i].fix) >= 0 ||
                    strncmp(report->attempts[i].fix, "other:", 6) == 0,
                "a fix is a word or other:");
    }
}

static void check_all_problems(const char *json, size_t size, bool is_sound)
{
    static struct report_problems problems;
    static const struct report_circumstances circumstances = {.latest_date = "2026-11-23",
                                                              .names = {"riesling"}};
    struct report report;
    struct error error;
    struct buffer canonical = BUFFER(8 * REPORT_MAX_BYTES);
    memset(&problems, 0, sizeof problems);
    enum error_code code = report_parse_all(json, size, &report, &canonical, &problems, &error);
    require(is_sound == !code, "what is refused does not depend on how much is told");
    require(!code || problems.count || error.message[0], "a refusal says why");
    require(code || !problems.count, "what is taken has no problem");
    if (!code || problems.count)
        report_check(&report, &circumstances, &problems);
    report_free(&report);
    buffer_free(&canonical);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report report;
    struct error error;
    struct buffer canonical = BUFFER(8 * REPORT_MAX_BYTES);
    enum error_code code = report_parse((const char *)data, size, &report, &canonical, &error);
    require(code == error.code, "code and error agree");
    if (code == ERROR_NONE) {
        check_report(&report);
        check_canonical(&canonical);
        report_free(&report);
    } else {
        require(code == ERROR_BAD_INPUT && error.message[0], "a refusal says why");
    }
    buffer_free(&canonical);
    check_all_problems((const char *)data, size, !code);
    return 0;
}
