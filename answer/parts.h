/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_PARTS_H
#define PASSTHRU_ANSWER_PARTS_H

/* What the files of answer/ share. Nobody else includes it. */

#include <math.h>
#include <string.h>

#include "answer/answer.h"

static inline const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

static inline bool report_is_usable(const struct shown_report *report)
{
    return report->outcome == OUTCOME_WORKS || report->outcome == OUTCOME_WORKS_WITH_WORKAROUND;
}

static inline int usable_reports(const int counts[OUTCOME_COUNT])
{
    return counts[OUTCOME_WORKS] + counts[OUTCOME_WORKS_WITH_WORKAROUND];
}

/* The members level, and probability, low and high, null where the level is unknown. */
static inline void write_level(struct json_writer *writer, const struct verdict *verdict)
{
    static const char *const keys[] = {"probability", "low", "high"};
    const double values[] = {verdict->usable, verdict->low, verdict->high};
    json_write_string(writer, "level", level_value(verdict->level));
    for (size_t i = 0; i < ARRAY_SIZE(values); i++)
        json_write_fraction(writer, keys[i], verdict->level == LEVEL_UNKNOWN ? NAN : values[i]);
}

/* How the reports that a verdict rests on came to be known, by enum sample: those of the class, else those on
 * the chip or the ID. */
const int *answer_samples(const struct answer *answer);

/* What stands before the text of a blocker, which is as sure as the attribute that it follows from:
 * "Probably: ". */
const char *answer_blocker_hedge(const struct answer *answer, enum blocker blocker);

/* "macOS", "" for GUEST_UNKNOWN. */
const char *answer_guest_name(enum guest guest);

/* Whether the guest that was asked for has no driver for the GPU. */
static inline bool lacks_driver(const struct answer *answer)
{
    return strcmp(answer->macos, "none") == 0;
}

/* Appends " in macOS guests" where one was asked for. */
void answer_append_guest(struct buffer *out, const struct answer *answer);

/* Appends in a sentence, of a line at most, whether a verdict rests on reports or on the mechanism, and how
 * many reports there are; nothing where it is unknown. */
void answer_append_ground(struct buffer *out, const struct answer *answer);

/* Appends what a GPU is called: "NVIDIA GeForce MX330". */
void answer_append_name(struct buffer *out, const struct answer *answer);

/* The member `verdict`. */
void answer_write_verdict(struct json_writer *writer, const struct answer *answer);

/* Whether so many of those who succeed need a workaround that it must be said which. */
bool answer_takes_workaround(const struct verdict *verdict);

/* "a virtual function of it". */
extern const char *const answer_share_names[SHARE_COUNT];

/* Appends that the maker's newest driver lacks the chip, or that it gets security fixes only: "NVIDIA 470 is
 * the last, no security fixes since 2024-09". Nothing where neither is known. Linux has drivers of its own
 * for all that is not NVIDIA's. */
void answer_append_driver(struct buffer *out, const struct device *device);

/* Appends which workarounds those were, of the newest reports first, with counts: ": vendor-reset (3 of 4)".
 * Nothing where the reports tell none. */
void answer_append_effort(struct buffer *out, const struct answer *answer);

/* What a fix is called: without "other:", which a report puts before words of its own. */
const char *answer_fix_name(const struct tried_fix *tried);

/* What was counted of a fix, NULL where it was not tried. */
const struct tried_fix *answer_find_fix(const struct tried_fixes *fixes, const char *fix);

/* Appends what helped on GPUs like it, and what of that is not needed any more. */
void answer_append_similar_fixes(struct buffer *out, const struct answer *answer);

/* Appends in words what differs between the shown reports that ended usable and the others, nothing where all
 * ended alike; the same as the member "contradiction", null then. */
void contradiction_append(struct buffer *out, const struct answer *answer);
/* The same in a line: what tells the two sides apart best. Nothing where all ended alike, or nothing does. */
void contradiction_append_short(struct buffer *out, const struct answer *answer);
void contradiction_write_json(struct json_writer *writer, const struct answer *answer);

#endif
