/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report_validate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/private_text.h"
#include "core/text.h"

/* ---- what is private ---- */

/* The shapes in it, each once; of an address the first. Whoever puts in hundreds learns of the first few. */
static void check_shapes(struct report_problems *problems, const char *field, const char *text,
                         enum private_context context)
{
    enum { MAX_FOUND = 20 };
    bool reported[PRIVATE_SHAPES] = {false};
    size_t start;
    size_t length;
    enum private_shape shape;
    for (int i = 0; i < MAX_FOUND && (shape = private_text_find(text, context, &start, &length)); i++) {
        if (!reported[shape])
            report_problems_add(problems, field,
                                "holds %s, \"%.*s\": a report names no person and no machine",
                                private_shape_name(shape), (int)(length < 60 ? length : 60), text + start);
        reported[shape] = true;
        text += start + length;
        if (context == PRIVATE_IN_URL)
            return;
    }
}

static void check_characters(struct report_problems *problems, const char *field, const char *text)
{
    for (size_t at = 0, size, end = strlen(text); at < end; at += size ? size : 1) {
        uint32_t character;
        size = text_decode(text + at, end - at, &character);
        if (size && text_is_unsafe(character)) {
            report_problems_add(problems, field, "holds a character that a terminal does not show, U+%04X",
                                (unsigned)character);
            return;
        }
    }
}

static void check_names(const struct report_circumstances *circumstances, struct report_problems *problems,
                        const char *field, const char *text)
{
    for (int i = 0; i < MAX_PRIVATE_NAMES && circumstances->names[i]; i++)
        if (private_name_stands_in(text, circumstances->names[i])) {
            report_problems_add(
                problems, field,
                "holds the name of this host or of its user, \"%.60s\": a report names neither",
                circumstances->names[i]);
            return;
        }
}

/* A name that stands in the address of a public page is public. */
static void check_private(const struct report_circumstances *circumstances, struct report_problems *problems,
                          const char *field, const char *text, enum private_context context)
{
    if (!text)
        return;
    check_shapes(problems, field, text, context);
    if (!circumstances)
        return;
    check_characters(problems, field, text);
    if (context != PRIVATE_IN_URL)
        check_names(circumstances, problems, field, text);
}

/* A value in the user's own words. */
static void check_own(const struct report_circumstances *circumstances, struct report_problems *problems,
                      enum report_field field, const char *value)
{
    if (strncmp(value, "other:", 6) == 0 || vocabulary_find(report_fields[field].vocabulary, value) < 0)
        check_private(circumstances, problems, report_fields[field].name, value, PRIVATE_IN_TEXT);
}

static void check_texts(const struct report *report, const struct report_circumstances *circumstances,
                        struct report_problems *problems)
{
    for (int i = 0; i < FIELD_COUNT; i++) {
        enum report_field field = (enum report_field)i;
        enum report_field_type type = report_fields[field].type;
        if (type == TYPE_TEXT || type == TYPE_VERSION || type == TYPE_OPEN_ENUM || type == TYPE_URL)
            check_private(circumstances, problems, report_fields[field].name, report_text(report, field),
                          type == TYPE_VERSION ? PRIVATE_IN_VERSION
                          : type == TYPE_URL   ? PRIVATE_IN_URL
                                               : PRIVATE_IN_TEXT);
    }
    for (int i = 0; i < report->use_count; i++)
        check_own(circumstances, problems, FIELD_USE, report->uses[i]);
    for (int i = 0; i < report->symptom_count; i++)
        check_own(circumstances, problems, FIELD_SYMPTOMS, report->symptoms[i]);
    for (int i = 0; i < report->attempt_count; i++) {
        const char *purpose = report->attempts[i].purpose;
        check_own(circumstances, problems, FIELD_ATTEMPTS, report->attempts[i].fix);
        if (purpose && !report_has_symptom(report, purpose))
            check_own(circumstances, problems, FIELD_SYMPTOMS, purpose);
    }
}

void report_check_private(const struct report *report, struct report_problems *problems)
{
    check_texts(report, NULL, problems);
}

/* ---- the date ---- */

static int days_of(int year, int month)
{
    struct tm last = {
        .tm_year = year - 1900, .tm_mon = month, .tm_mday = 0}; /* the day before the next one */
    timegm(&last);
    return last.tm_mday;
}

static void check_date(const char *date, const char *latest, struct report_problems *problems)
{
    if (!date)
        return;
    if (strlen(date) == 10) {
        int year = (int)strtol(date, NULL, 10);
        int month = (int)strtol(date + 5, NULL, 10);
        if (strtol(date + 8, NULL, 10) > days_of(year, month)) {
            report_problems_add(problems, "date", "%s: this month has only %d days", date,
                                days_of(year, month));
            return;
        }
    }
    if (*latest && strncmp(date, latest, strlen(date)) > 0)
        report_problems_add(problems, "date", "%s is in the future", date);
}

/* ---- what contradicts itself ---- */

static bool reached(const struct report *report, enum stage stage)
{
    return report->stages[stage] == 1 + STAGE_STATE_YES;
}

static bool missed(const struct report *report, enum stage stage)
{
    return report->stages[stage] == 1 + STAGE_STATE_NO;
}

static bool wants(const struct report *report, enum use use)
{
    for (int i = 0; i < report->use_count; i++)
        if (vocabulary_find(&vocabulary_use, report->uses[i]) == (int)use)
            return true;
    return false;
}

/* A later stage cannot be reached without the earlier one. A picture is possible without a driver. */
static void check_stages(const struct report *report, struct report_problems *problems)
{
    static const struct {
        enum stage needed;
        enum stage stage;
    } order[] = {
        {STAGE_BIND, STAGE_GUEST_BOOT},         {STAGE_BIND, STAGE_DRIVER_INIT},
        {STAGE_GUEST_BOOT, STAGE_DRIVER_INIT},  {STAGE_GUEST_BOOT, STAGE_COMPUTE},
        {STAGE_DRIVER_INIT, STAGE_COMPUTE},     {STAGE_GUEST_BOOT, STAGE_GUEST_RESTART},
        {STAGE_GUEST_BOOT, STAGE_SECOND_START},
    };
    for (size_t i = 0; i < ARRAY_SIZE(order); i++)
        if (missed(report, order[i].needed) && reached(report, order[i].stage))
            report_problems_add(problems, "stages", "%s is yes, but %s, which it needs, is no",
                                stage_value((int)order[i].stage), stage_value((int)order[i].needed));
}

static void check_success(const struct report *report, struct report_problems *problems)
{
    static const enum stage needed[] = {STAGE_BIND, STAGE_GUEST_BOOT, STAGE_DRIVER_INIT, STAGE_GUEST_RESTART,
                                        STAGE_SECOND_START};
    const char *word = outcome_value((int)report->outcome);
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
        if (missed(report, needed[i]))
            report_problems_add(problems, "outcome", "is %s, but stage %s is no: then it is partial or fails",
                                word, stage_value((int)needed[i]));
    if ((missed(report, STAGE_DISPLAY) && wants(report, USE_DISPLAY)) ||
        (missed(report, STAGE_COMPUTE) && wants(report, USE_COMPUTE)))
        report_problems_add(
            problems, "outcome",
            "is %s, but what the GPU is used for was not reached: then it is partial or fails", word);
}

static void check_failure(const struct report *report, struct report_problems *problems)
{
    int fixed = 0;
    for (int i = 0; i < report->attempt_count; i++)
        fixed += report->attempts[i].result == RESULT_FIXED;
    if (fixed && fixed == report->attempt_count)
        report_problems_add(problems, "outcome",
                            "is fails, but all that was tried is said to have fixed it: then it is "
                            "works-with-workaround");
    bool any_missed = false;
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        any_missed |= missed(report, (enum stage)stage);
    if (!any_missed && reached(report, STAGE_DRIVER_INIT) &&
        (reached(report, STAGE_DISPLAY) || reached(report, STAGE_COMPUTE)))
        report_problems_add(problems, "outcome", "is fails, but every stage that was tested was reached");
}

static void check_attempts(const struct report *report, struct report_problems *problems)
{
    bool any_helped = false;
    for (int i = 0; i < report->attempt_count; i++) {
        const struct report_attempt *attempt = &report->attempts[i];
        any_helped |= attempt->result == RESULT_FIXED || attempt->result == RESULT_HELPED;
        if (attempt->purpose && !report_has_symptom(report, attempt->purpose))
            report_problems_add(problems, "attempts",
                                "say that %.80s was tried for %.80s, which is not among the symptoms",
                                attempt->fix, attempt->purpose);
        for (int j = 0; j < i; j++)
            if (strcmp(attempt->fix, report->attempts[j].fix) == 0)
                report_problems_doubt(problems, "attempts", "name %.80s twice, as %s and as %s", attempt->fix,
                                      result_value((int)report->attempts[j].result),
                                      result_value((int)attempt->result));
    }
    if (report->outcome == OUTCOME_WORKS_WITH_WORKAROUND && report->attempt_count && !any_helped)
        report_problems_add(problems, "outcome",
                            "is works-with-workaround, but nothing that was tried fixed it or helped");
}

void report_validate(const struct report *report, const struct report_circumstances *circumstances,
                     struct report_problems *problems)
{
    check_date(report->date, circumstances->latest_date, problems);
    check_stages(report, problems);
    if (report->outcome == OUTCOME_WORKS || report->outcome == OUTCOME_WORKS_WITH_WORKAROUND)
        check_success(report, problems);
    if (report->outcome == OUTCOME_FAILS)
        check_failure(report, problems);
    check_attempts(report, problems);
    check_texts(report, circumstances, problems);
}
