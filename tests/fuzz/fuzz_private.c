/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What names somebody in a text: core/private_text.h. What is blotted stays blotted, and what a machine says
 * of itself is left out or passes where reports are judged. */

#include "core/private_text.h"
#include "core/report_draft.h"
#include "core/report_validate.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

enum { LONGEST = 2000 }; /* as the longest text of a report */

/* Blots what is found from here to the end by as many dots, so that nothing moves. Returns how much that was.
 */
static size_t blot_once(char *text, bool is_version)
{
    size_t blotted = 0;
    size_t start = 0;
    size_t length = 0;
    enum private_shape shape;
    while ((shape = private_text_find(text, is_version, &start, &length))) {
        size_t rest = strlen(text);
        require(length && start < rest && length <= rest - start, "what is found is in the text");
        require(strspn(text + start, ".") < length, "what is blotted is not found again");
        require(private_shape_name(shape)[0], "a shape has a name");
        memset(text + start, '.', length);
        text += start + length;
        blotted += length;
    }
    return blotted;
}

/* What remains may be something together, so it is looked at until nothing is found. */
static void blot(char *text, bool is_version)
{
    size_t total = strlen(text);
    bool was_utf8 = text_is_utf8(text, total);
    for (size_t passes = 0; blot_once(text, is_version); passes++)
        require(passes < total, "what is blotted stays blotted");
    require(!private_text_find(text, is_version, NULL, NULL), "where it is changes nothing");
    require(strlen(text) == total, "nothing moves");
    require(!was_utf8 || text_is_utf8(text, total), "characters stay whole");
}

/* As scan_report() and the questions of `report new` do it. */
static void observe(const char *text)
{
    static const enum report_field fields[] = {FIELD_MACHINE, FIELD_CPU, FIELD_GPU, FIELD_HOST_OS,
                                               FIELD_KERNEL};
    static struct report_problems problems;
    static const struct report_circumstances circumstances = {.latest_date = "2026-11-23"};
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        struct report_draft draft = {.isolated = TRISTATE_UNKNOWN};
        struct buffer json CLEANUP(buffer_free) = BUFFER(8 * REPORT_MAX_BYTES);
        struct report report;
        struct error error;
        report_draft_set(&draft, FIELD_PCI_ID, "10de:1d16");
        report_draft_set(&draft, FIELD_OUTCOME, "fails");
        report_draft_observe(&draft, fields[i], text);
        report_draft_write(&draft, &json);
        memset(&problems, 0, sizeof problems);
        require(!report_parse_all(buffer_text(&json), json.length, &report, &problems, &error),
                "what a machine says of itself fits into a report");
        report_validate(&report, &circumstances, &problems);
        require(!problems.count, "and is rejected by nothing");
        report_free(&report);
        report_draft_free(&draft);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int is_version = 0; is_version < 2; is_version++) {
        /* One block that ends where the text ends. */
        char *text = strndup((const char *)data, size < LONGEST ? size : LONGEST);
        require(text, "there is memory");
        if (!is_version)
            observe(text);
        blot(text, is_version);
        free(text);
    }
    return 0;
}
