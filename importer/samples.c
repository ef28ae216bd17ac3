/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/tables.h"

#include <stdlib.h>
#include <string.h>

#include "core/report_weight.h"

enum { SAMPLE_PATTERN, SAMPLE_KIND, SAMPLE_SOURCE };

/* Each * stands for any text. At most the product of the two lengths in steps. */
static bool fits(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *again = text; /* what the last star has not swallowed yet */
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            again = text;
            if (!*pattern)
                return true;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star && (again = strchr(again + 1, star[1]))) {
            pattern = star + 1;
            text = again;
        } else {
            return false;
        }
    }
    return !pattern[strspn(pattern, "*")];
}

static enum error_code add(void *context, const struct table_row *row, struct error *error)
{
    struct samples *samples = context;
    const char *pattern = row->fields[SAMPLE_PATTERN];
    int sample = vocabulary_find(&vocabulary_sample, row->fields[SAMPLE_KIND]);
    if (strcspn(pattern, "/") == strlen(pattern) && !strchr(pattern, '*'))
        return table_error(row, error, "pattern must be HOST/PATH, with * for any text, not \"%s\"", pattern);
    if (pattern[strcspn(pattern, "?#: ")] || strstr(pattern, "**"))
        return table_error(row, error, "pattern may have no scheme, query, fragment, space or **: \"%s\"",
                           pattern);
    if (sample < 0 || sample == SAMPLE_TOOL)
        return table_error(row, error,
                           "\"%s\" is not a kind that an address tells: a value of sample but tool",
                           row->fields[SAMPLE_KIND]);
    if (!row->fields[SAMPLE_SOURCE][0])
        return table_error(row, error, "source is empty");
    if (samples->count == MAX_SAMPLES)
        return table_error(row, error, "more than %d patterns of addresses", MAX_SAMPLES);
    if (!(samples->rows[samples->count].pattern = strdup(pattern)))
        return error_set(error, ERROR_NO_MEMORY, "no memory for a table");
    samples->rows[samples->count++].sample = (enum sample)sample;
    return ERROR_NONE;
}

const struct table samples_table = {"pattern\tkind\tsource", 1, add, "samples.tsv"};

void samples_free(struct samples *samples)
{
    for (int i = 0; i < samples->count; i++)
        free(samples->rows[i].pattern);
    samples->count = 0;
}

enum sample_reason samples_decide(const struct samples *samples, const struct report *report, bool is_feed,
                                  enum sample *sample)
{
    bool is_claim = report->sample == SAMPLE_TOOL && report->url && !is_feed;
    char address[REPORT_ADDRESS_SIZE];
    *sample = report->url ? SAMPLE_TROUBLESHOOTING : SAMPLE_TOOL;
    if (report->sample != (enum sample)SAMPLE_COUNT && !is_claim) {
        *sample = report->sample;
        return SAMPLE_IS_SOUND;
    }
    if (!report->url)
        return SAMPLE_IS_SOUND;
    report_address(report->url, address);
    for (int i = 0; i < samples->count; i++)
        if (fits(samples->rows[i].pattern, address)) {
            *sample = samples->rows[i].sample;
            return is_claim ? SAMPLE_NOT_BELIEVED : SAMPLE_IS_SOUND;
        }
    return is_claim ? SAMPLE_NOT_BELIEVED : SAMPLE_BY_DEFAULT;
}
