/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which workaround, and how often it helped. */

#include <string.h>

#include "answer/answer.h"
#include "answer/parts.h"

/* Others than the best are named, so many of them. */
enum { MAX_NAMED = 2 };

/* A fix in the words of a report has no value of the vocabulary. */
const char *answer_fix_name(const struct tried_fix *tried)
{
    return strncmp(tried->fix, "other:", 6) == 0 ? tried->fix + 6 : tried->fix;
}

const struct tried_fix *answer_find_fix(const struct tried_fixes *fixes, const char *fix)
{
    for (int i = 0; i < fixes->count; i++)
        if (strcmp(fixes->items[i].fix, fix) == 0)
            return &fixes->items[i];
    return NULL;
}

static void append_fix(struct buffer *out, const char *separator, const struct tried_fix *tried)
{
    buffer_append_format(out, "%s%s (%d of %d)", separator, answer_fix_name(tried), tried->helped,
                         tried->tried);
}

bool answer_takes_workaround(const struct verdict *verdict)
{
    return verdict->outcomes[OUTCOME_WORKS_WITH_WORKAROUND] >= 0.4 * verdict->usable && verdict->usable > 0.0;
}

static const struct needless_fix *needless(const struct answer *answer, const struct tried_fix *tried)
{
    return gpu_needless_fix(answer->device.gpu.id.vendor, tried->fix);
}

static bool is_of_gpu(const struct tried_fix *tried)
{
    return vocabulary_find(&vocabulary_fix, tried->fix) >= 0 &&
           vocabulary_find(&vocabulary_environment_fix, tried->fix) < 0;
}

/* The fixes that helped and may still be needed, but for one. What a single report did in its own way, or
 * what set its host right, says little of the GPU. */
static void append_helpful(struct buffer *out, const struct answer *answer, const struct tried_fixes *fixes,
                           const struct tried_fix *but, const char *before)
{
    int named = 0;
    for (int i = 0; i < fixes->count && named < MAX_NAMED; i++)
        if (fixes->items[i].helped && &fixes->items[i] != but && !needless(answer, &fixes->items[i]) &&
            is_of_gpu(&fixes->items[i]))
            append_fix(out, named++ ? ", " : before, &fixes->items[i]);
    if (named)
        buffer_append_byte(out, '.');
}

/* Those that helped and are not needed any more, for the commonest reason. */
static void append_needless(struct buffer *out, const struct answer *answer, const struct tried_fixes *fixes)
{
    const char *until = NULL;
    for (int i = 0; i < fixes->count; i++) {
        const struct needless_fix *fix = needless(answer, &fixes->items[i]);
        if (!fixes->items[i].helped || !fix || !fix->needed_until ||
            (until && strcmp(fix->needed_until, until) != 0))
            continue;
        if (until)
            buffer_append_text(out, ", ");
        else
            buffer_append_format(out, "%sNot needed with %s or newer: ", out->length ? " " : "",
                                 fix->needed_until);
        until = fix->needed_until;
        buffer_append_text(out, answer_fix_name(&fixes->items[i]));
    }
    if (until)
        buffer_append_byte(out, '.');
}

/* What was tried of it on this chip, of the workarounds for a blocker. */
static void append_on_this_chip(struct buffer *out, const struct answer *answer)
{
    const struct blocker_workaround *workaround = &answer->blocker_workaround;
    const char *chip = answer->device.gpu.chip;
    int i = 0;
    while (i < workaround->chip_count && strcmp(workaround->chips[i].chip, chip) != 0)
        i++;
    if (i < workaround->chip_count)
        buffer_append_format(out, ", on %s in %d of %d", chip, workaround->chips[i].helped,
                             workaround->chips[i].tried);
    else if (chip[0])
        buffer_append_format(out, ", never tried on %s", chip);
}

/* What is documented for the fault comes before what just has a name, and that before what a single report
 * did in its own way; then the rate decides, which tells little of one that was seldom tried. */
static double helpfulness(const struct answer *answer, const struct tried_fix *tried)
{
    double documented = 0.0;
    if (answer->has_blocker_workaround)
        for (const char *const *fix = blocker_workarounds(answer->blocker_workaround.blocker); *fix; fix++)
            documented += strcmp(*fix, tried->fix) == 0;
    return documented + is_of_gpu(tried) + (tried->helped + 1.0) / (tried->tried + 3.0);
}

/* The one to try first, NULL when none helped. */
static const struct tried_fix *best_of(const struct answer *answer, const struct tried_fixes *fixes)
{
    const struct tried_fix *best = NULL;
    for (int i = 0; i < fixes->count; i++)
        if (fixes->items[i].helped && !needless(answer, &fixes->items[i]) &&
            (!best || helpfulness(answer, &fixes->items[i]) > helpfulness(answer, best)))
            best = &fixes->items[i];
    return best;
}

/* The best one, with what it is, and the names of others. */
static void append_best(struct buffer *out, const struct answer *answer, const struct tried_fixes *fixes,
                        const struct tried_fix *best, const char *where)
{
    const char *text = vocabulary_text(&vocabulary_fix, best->fix);
    buffer_append_format(out, "%s helped in %d of %d report%s on %s", answer_fix_name(best), best->helped,
                         best->tried, plural(best->tried), where);
    if (fixes == &answer->similar_fixes)
        append_on_this_chip(out, answer);
    buffer_append_format(out, "%s%s.", text ? ": " : "", text ? text : "");
    append_helpful(out, answer, fixes, best, " Others: ");
}

/* Of a fix of this ID or chip what was counted; NULL where it helped nobody or is no effort. */
static const struct tried_fix *effort_of(const struct answer *answer, const char *fix)
{
    const struct tried_fix *tried = answer_find_fix(&answer->tried_fixes, fix);
    return tried && tried->helped && is_of_gpu(tried) && !needless(answer, tried) ? tried : NULL;
}

void answer_append_effort(struct buffer *out, const struct answer *answer)
{
    const struct tried_fix *named[MAX_NAMED] = {NULL};
    int count = 0;
    for (int i = 0; i < answer->report_count; i++) {
        const struct shown_report *report = &answer->reports[i];
        for (int k = 0; k < report->attempt_count && count < MAX_NAMED; k++) {
            const struct report_attempt *attempt = &report->attempts[k];
            const struct tried_fix *tried = effort_of(answer, attempt->fix);
            bool helped = attempt->result == RESULT_FIXED || attempt->result == RESULT_HELPED;
            if (tried && helped && report->outcome == OUTCOME_WORKS_WITH_WORKAROUND &&
                (!count || named[0] != tried))
                named[count++] = tried;
        }
    }
    for (int i = 0; i < count; i++)
        append_fix(out, i ? ", " : ": ", named[i]);
}

void answer_append_fixes(struct buffer *out, const struct tried_fixes *fixes, bool beside)
{
    if (fixes->count && beside)
        buffer_append_text(out, "in reports that have it, perhaps against something else: ");
    for (int i = 0; i < fixes->count && i < MAX_SYMPTOM_FIXES; i++)
        append_fix(out, i ? ", " : "", &fixes->items[i]);
}

void answer_write_similar(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    for (int i = 0; i < answer->similar_fixes.count && !answer->has_blocker_workaround; i++)
        append_fix(&line, i ? ", " : "", &answer->similar_fixes.items[i]);
    prose_line(prose, "Tried on GPUs like it", &line, ".");
}

void answer_append_similar_fixes(struct buffer *out, const struct answer *answer)
{
    append_helpful(out, answer, &answer->similar_fixes, NULL, "Helped on GPUs like it: ");
    append_needless(out, answer, &answer->similar_fixes);
}

void answer_write_workaround(const struct prose *prose, const struct answer *answer)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(8192);
    const struct tried_fix *own = best_of(answer, &answer->tried_fixes);
    const struct tried_fix *similar = best_of(answer, &answer->similar_fixes);
    bool needs_one = answer_takes_workaround(&answer->verdict);
    if (lacks_driver(answer))
        return;
    if (own)
        append_best(&line, answer, &answer->tried_fixes, own, own->on_chip ? "this chip" : "this model");
    else if (answer->has_blocker_workaround && similar)
        append_best(&line, answer, &answer->similar_fixes, similar, "GPUs with the same problem");
    append_needless(&line, answer, &answer->tried_fixes);
    if (!line.length && answer->has_blocker_workaround) {
        const char *fix = blocker_workarounds(answer->blocker_workaround.blocker)[0];
        buffer_append_format(&line, "%s may help, but no report says that it did: %s.", fix,
                             vocabulary_text(&vocabulary_fix, fix));
    } else if (!line.length && needs_one) {
        answer_append_similar_fixes(&line, answer);
    }
    prose_line(prose, "Workaround", &line, "");
}
