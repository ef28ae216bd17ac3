/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_SAMPLES_H
#define PASSTHRU_IMPORTER_SAMPLES_H

#include <stdbool.h>

#include "core/error.h"
#include "core/report.h"
#include "importer/table.h"

/* How a report came to be known, by its address: data/samples.tsv. */
struct samples;

/* Errors name file and line. The caller frees the patterns; samples_free(NULL) does nothing. */
MUST_CHECK enum error_code samples_load(const char *path, struct samples **samples,
                                        struct table_summary *summary, struct error *error);
void samples_free(struct samples *samples);

/* Why a report is taken for what it is. */
enum sample_reason {
    SAMPLE_IS_SOUND,     /* it says so itself, a pattern fits its address, or it has none */
    SAMPLE_NOT_BELIEVED, /* it says `tool` and has the address of a page: the address decides */
    SAMPLE_BY_DEFAULT,   /* no pattern fits its address: a thread of troubles, as most are */
};

/* Decides what a report is. A feed is believed: whoever has its key vouches for what it holds. */
enum sample_reason samples_decide(const struct samples *samples, const struct report *report, bool is_feed,
                                  enum sample *sample);

#endif
