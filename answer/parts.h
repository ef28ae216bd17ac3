#ifndef PASSTHRU_ANSWER_PARTS_H
#define PASSTHRU_ANSWER_PARTS_H

/* What the files of answer/ share. Nobody else includes it. */

#include <math.h>

#include "core/json_writer.h"
#include "core/verdict.h"
#include "db/recommend.h"

static inline int percent(double share)
{
    return (int)lround(share * 100.0);
}

static inline const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

static inline int usable_reports(const int counts[OUTCOME_COUNT])
{
    return counts[OUTCOME_WORKS] + counts[OUTCOME_WORKS_WITH_WORKAROUND];
}

/* Outputs are what the card itself has; all else a line of data/uses.tsv must say. */
static inline bool chip_suits_use(const struct chip_use *stated, enum use use, bool outputs)
{
    return use == USE_DISPLAY ? outputs && stated->suits != TRISTATE_NO : stated->suits == TRISTATE_YES;
}

/* A member that is null where there is nothing: NULL or "", 0. */
static inline void write_string_or_null(struct json_writer *writer, const char *key, const char *text)
{
    if (text && *text)
        json_write_string(writer, key, text);
    else
        json_write_null(writer, key);
}

static inline void write_integer_or_null(struct json_writer *writer, const char *key, int number)
{
    if (number)
        json_write_integer(writer, key, number);
    else
        json_write_null(writer, key);
}

/* The members probability, low and high; null where the level is unknown. */
static inline void write_probability(struct json_writer *writer, const struct verdict *verdict)
{
    static const char *const keys[] = {"probability", "low", "high"};
    const double values[] = {verdict->usable, verdict->low, verdict->high};
    for (size_t i = 0; i < ARRAY_SIZE(values); i++)
        json_write_fraction(writer, keys[i], verdict->level == LEVEL_UNKNOWN ? NAN : values[i]);
}

#endif
