/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_diagnosis.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/log_scan.h"
#include "core/log_text.h"

/* ---- the rows ---- */

enum error_code log_diagnosis_start(struct log_diagnosis *diagnosis, struct error *error)
{
    memset(diagnosis, 0, sizeof *diagnosis);
    return symptom_matcher_create(&diagnosis->matcher, error);
}

/* Adds a row with copies of its texts. */
static enum error_code add_row(struct log_diagnosis *diagnosis, const struct symptom_row *row,
                               struct error *error)
{
    struct symptom_row *added = &diagnosis->rows[diagnosis->count++];
    *added = *row;
    added->id = strdup(row->id);
    added->code = strdup(row->code);
    added->scope = strdup(row->scope);
    added->cause = strdup(row->cause);
    added->next = strdup(row->next);
    return added->id && added->code && added->scope && added->cause && added->next
               ? (error->code = ERROR_NONE)
               : error_set(error, ERROR_NO_MEMORY, "no memory for symptoms");
}

enum error_code log_diagnosis_add(void *context, const struct symptom_record *record, struct error *error)
{
    struct log_diagnosis *diagnosis = context;
    bool is_failure = record->fixable != FIXABLE_HARMLESS && record->fixable != FIXABLE_MARK;
    int symptom = is_failure ? vocabulary_find(&vocabulary_symptom, record->id) : NO_SYMPTOM;
    if (symptom == NO_SYMPTOM && is_failure)
        return error_set(error, ERROR_BAD_INPUT, "\"%s\" is not a symptom", record->id);
    if (symptom_matcher_add(diagnosis->matcher, record->words, record->pattern, error))
        return error->code;
    const struct symptom_row row = {.id = record->id,
                                    .code = "",
                                    .scope = record->scope,
                                    .cause = record->cause,
                                    .next = record->next,
                                    .fixable = record->fixable,
                                    .symptom = symptom};
    if (add_row(diagnosis, &row, error))
        return error->code;
    diagnosis->signature_count = diagnosis->count;
    return symptom_condition_read(record->condition, &diagnosis->rows[diagnosis->count - 1].condition, error);
}

enum error_code log_diagnosis_add_code(void *context, const struct symptom_code_record *record,
                                       struct error *error)
{
    struct log_diagnosis *diagnosis = context;
    const struct symptom_row *like = NULL;
    for (int i = 0; i < diagnosis->signature_count && !like; i++)
        if (strcmp(diagnosis->rows[i].id, record->symptom) == 0)
            like = &diagnosis->rows[i];
    if (!like)
        return error_set(error, ERROR_BAD_INPUT, "no row of symptoms.tsv is called \"%s\"", record->symptom);
    if (diagnosis->count - diagnosis->signature_count == MAX_CODES)
        return error_set(error, ERROR_BAD_INPUT, "more than %d codes", MAX_CODES);
    struct symptom_row row = *like;
    row.code = record->code;
    row.cause = record->cause;
    row.next = record->next;
    row.condition = (struct symptom_condition){.text = NULL};
    return add_row(diagnosis, &row, error);
}

void log_diagnosis_free(struct log_diagnosis *diagnosis)
{
    for (int i = 0; i < diagnosis->count; i++) {
        struct symptom_row *row = &diagnosis->rows[i];
        free((char *)row->id);
        free((char *)row->code);
        free((char *)row->scope);
        free((char *)row->cause);
        free((char *)row->next);
        symptom_condition_free(&row->condition);
    }
    symptom_matcher_free(diagnosis->matcher);
    log_boot_free(&diagnosis->boot);
    free(diagnosis->conclusions);
    memset(diagnosis, 0, sizeof *diagnosis);
}

bool log_diagnosis_is_failure(const struct log_diagnosis *diagnosis, int row)
{
    return diagnosis->rows[row].symptom != NO_SYMPTOM;
}

/* ---- what a boot comes down to ---- */

/* RmInitAdapter, NvKmsKapiDevice and nvidia-smi fail one after the other; which of them leads says how far
 * the driver got. */
static enum conclusion_kind kind_of(const struct symptom_row *row, const struct log_event *event, bool *sure)
{
    static const char no_vbios[] = "(0x30:0xffff";
    *sure = row->symptom == SYMPTOM_NVRM_VBIOS_COPY_FAILED || row->symptom == SYMPTOM_NOUVEAU_NO_VBIOS;
    if (*sure || (row->symptom == SYMPTOM_RMINITADAPTER_FAILED &&
                  memmem(event->text, event->text_length, no_vbios, sizeof no_vbios - 1)))
        return CONCLUSION_VBIOS_NOT_DELIVERED;
    return row->symptom == SYMPTOM_RMINITADAPTER_FAILED      ? CONCLUSION_INIT_FAILED
           : row->symptom == SYMPTOM_NVKMS_ALLOCATION_FAILED ? CONCLUSION_ALLOCATION_FAILED
                                                             : CONCLUSION_FIRST_CAUSE;
}

/* The row that says what an event means: that of its code, where there is one. */
static int row_of(const struct log_diagnosis *diagnosis, const struct log_event *event)
{
    const char *id = diagnosis->rows[event->row].id;
    for (int i = diagnosis->signature_count; event->code[0] && i < diagnosis->count; i++)
        if (strcmp(diagnosis->rows[i].id, id) == 0 &&
            fnmatch(diagnosis->rows[i].code, event->code, FNM_CASEFOLD) == 0)
            return i;
    return event->row;
}

static void add_follower(struct log_conclusion *conclusion, int row, const struct log_event *event)
{
    bool is_known = row == conclusion->row;
    for (int i = 0; i < conclusion->follower_count; i++)
        is_known |= conclusion->followers[i] == row;
    if (is_known || conclusion->follower_count == MAX_FOLLOWERS)
        return;
    conclusion->followers[conclusion->follower_count] = row;
    conclusion->follower_lines[conclusion->follower_count++] = event->line;
}

/* Of a log with several boots, the last one that shows a failure counts. */
static enum error_code conclude(struct log_diagnosis *diagnosis, struct error *error)
{
    int leaders[MAX_LEADERS];
    int groups[MAX_EVENTS];
    const struct log_boot *boot = &diagnosis->boot;
    int count = log_boot_lead(boot, leaders, MAX_LEADERS, groups);
    if (!count)
        return ERROR_NONE;
    struct log_conclusion *grown =
        realloc(diagnosis->conclusions, (size_t)(diagnosis->log_start + count) * sizeof *grown);
    if (!grown)
        return error_set(error, ERROR_NO_MEMORY, "no memory for what a log comes down to");
    diagnosis->conclusions = grown;
    diagnosis->conclusion_count = diagnosis->log_start + count;
    for (int i = 0; i < count; i++) {
        const struct log_event *leader = &boot->events[leaders[i]];
        struct log_conclusion *conclusion = &grown[diagnosis->log_start + i];
        *conclusion = (struct log_conclusion){
            .log = diagnosis->log_count - 1, .leader = *leader, .row = row_of(diagnosis, leader)};
        conclusion->kind = kind_of(&diagnosis->rows[leader->row], leader, &conclusion->sure);
        for (int k = 0; k < boot->count; k++)
            if (groups[k] == i)
                add_follower(conclusion, row_of(diagnosis, &boot->events[k]), &boot->events[k]);
    }
    return ERROR_NONE;
}

static void note(struct log_diagnosis *diagnosis, const struct log_event *event)
{
    struct found_symptom *found = &diagnosis->found[row_of(diagnosis, event)];
    found->count += event->count;
    if (found->count > event->count)
        return;
    found->log = diagnosis->log_count - 1;
    found->boot = diagnosis->boot_number;
    found->first = *event;
}

static enum error_code end_boot(struct log_diagnosis *diagnosis, struct error *error)
{
    struct log_boot *boot = &diagnosis->boot;
    diagnosis->boot_number += boot->count > 0;
    log_boot_judge(boot);
    for (int i = 0; i < boot->count; i++)
        if (boot->events[i].row != NO_ROW)
            note(diagnosis, &boot->events[i]);
    if (conclude(diagnosis, error))
        return error->code;
    boot->count = 0; /* what the log says of its devices stays */
    boot->kernel[0] = '\0';
    return ERROR_NONE;
}

/* ---- the lines ---- */

/* What a plain line fits. */
struct fit {
    int rows[MAX_EVENT_ROWS];
    int count;
    struct symptom_details details;
};

static struct fit fit_line(struct log_diagnosis *diagnosis, const char *text, size_t length)
{
    struct fit fit;
    fit.count = symptom_matcher_fit(diagnosis->matcher, text, length, fit.rows, MAX_EVENT_ROWS, &fit.details);
    return fit;
}

static bool is_better(const struct fit *fit, const struct fit *than)
{
    return fit->count && (!than->count || fit->rows[0] < than->rows[0]);
}

static bool is_mark(const struct log_diagnosis *diagnosis, const struct fit *fit, const char *id)
{
    for (int i = 0; i < fit->count; i++)
        if (strcmp(diagnosis->rows[fit->rows[i]].id, id) == 0)
            return true;
    return false;
}

/* "Linux version 6.8.12-4-pve": its numbers. */
static void keep_kernel(struct log_boot *boot, const char *text, size_t length)
{
    static const char before[] = "Linux version ";
    const char *at = memmem(text, length, before, sizeof before - 1);
    if (!at)
        return;
    at += sizeof before - 1;
    size_t digits = 0;
    while (at + digits < text + length && digits + 1 < sizeof boot->kernel &&
           strchr("0123456789.", at[digits]) && at[digits])
        digits++;
    memcpy(boot->kernel, at, digits);
    boot->kernel[digits] = '\0';
}

/* A kernel that starts, and what journalctl puts between two boots: what was seen before it belongs to
 * another attempt. */
static enum error_code note_line(struct log_diagnosis *diagnosis, const struct fit *fit, long line,
                                 const char *text, size_t length, struct error *error)
{
    if (!fit->count)
        return ERROR_NONE;
    if (is_mark(diagnosis, fit, "mark-boot")) {
        if (end_boot(diagnosis, error))
            return error->code;
        diagnosis->boot_line = line;
        keep_kernel(&diagnosis->boot, text, length);
        return ERROR_NONE;
    }
    diagnosis->boot.is_guest |= is_mark(diagnosis, fit, "mark-guest");
    return log_boot_add(&diagnosis->boot, fit->rows, fit->count, line, text, length, &fit->details, error);
}

/* Whether a terminal may have broken a line here: the first part fills most of a terminal, and the second
 * does not begin as a record of a log does. */
static bool may_be_broken(const struct log_diagnosis *diagnosis, const char *first, size_t first_length,
                          const char *second, size_t second_length)
{
    enum { LEAST = 60 };
    return first && second && first_length >= LEAST &&
           !symptom_matcher_begins_record(diagnosis->matcher, second, second_length);
}

/* Two lines as one, joined without a space and with one; the better of them stays in `text`. */
static struct fit fit_joined(struct log_diagnosis *diagnosis, const char *first, size_t first_length,
                             const char *second, size_t second_length, struct buffer *text)
{
    struct fit best = {.count = 0};
    for (int spaces = 0; spaces < 2; spaces++) {
        struct buffer joined CLEANUP(buffer_free) = BUFFER(text->max);
        struct buffer plain = BUFFER(text->max);
        buffer_append(&joined, first, first_length);
        if (spaces)
            buffer_append_byte(&joined, ' ');
        buffer_append(&joined, second, second_length);
        log_text_append(&plain, buffer_text(&joined), joined.length);
        struct fit fit = fit_line(diagnosis, buffer_text(&plain), plain.length);
        if (is_better(&fit, &best)) {
            buffer_free(text);
            *text = plain;
            best = fit;
        } else
            buffer_free(&plain);
    }
    return best;
}

/* A line that a terminal broke in two, when that says more than each part. True: it was noted. */
static bool note_broken(struct log_diagnosis *diagnosis, const struct log_line *line, const struct fit *alone,
                        struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 16);
    struct fit joined = {.count = 0};
    if (may_be_broken(diagnosis, line->text, line->length, line->after, line->after_length)) {
        struct buffer after CLEANUP(buffer_free) = BUFFER(1 << 16);
        log_text_append(&after, line->after, line->after_length);
        struct fit next = fit_line(diagnosis, buffer_text(&after), after.length);
        joined = fit_joined(diagnosis, line->text, line->length, line->after, line->after_length, &text);
        if (next.count && !is_better(&joined, &next))
            return false;
        if (is_better(&joined, alone))
            diagnosis->joined = line->number + 1;
    } else if (diagnosis->last_candidate != line->number - 1 &&
               may_be_broken(diagnosis, line->before, line->before_length, line->text, line->length))
        joined = fit_joined(diagnosis, line->before, line->before_length, line->text, line->length, &text);
    if (!is_better(&joined, alone))
        return false;
    (void)!note_line(diagnosis, &joined, line->number, buffer_text(&text), text.length, error);
    return true;
}

static enum error_code note_candidate(void *context, const struct log_line *line, struct error *error)
{
    struct log_diagnosis *diagnosis = context;
    struct buffer plain CLEANUP(buffer_free) = BUFFER(1 << 16);
    error->code = ERROR_NONE;
    if (line->number == diagnosis->joined)
        return ERROR_NONE;
    log_text_append(&plain, line->text, line->length);
    for (size_t start = 0, length; start <= plain.length && !error->code; start += length + 1) {
        const char *text = buffer_text(&plain) + start;
        const char *newline = memchr(text, '\n', plain.length - start);
        length = newline ? (size_t)(newline - text) : plain.length - start;
        struct fit fit = fit_line(diagnosis, text, length);
        bool is_all = length == plain.length;
        if (!is_all || !note_broken(diagnosis, line, &fit, error))
            (void)!note_line(diagnosis, &fit, line->number, text, length, error);
    }
    diagnosis->last_candidate = line->number;
    return error->code;
}

enum error_code log_diagnosis_read(struct log_diagnosis *diagnosis, int file, const char *name,
                                   struct error *error)
{
    struct error end_error = {.code = ERROR_NONE};
    log_boot_free(&diagnosis->boot);
    diagnosis->boot = (struct log_boot){.rows = diagnosis->rows, .machine = diagnosis->machine};
    diagnosis->boot_number = 0;
    diagnosis->boot_line = 0;
    diagnosis->log_start = diagnosis->conclusion_count;
    diagnosis->joined = diagnosis->last_candidate = -1;
    diagnosis->log_count++;
    enum error_code code = log_scan(file, name, diagnosis->matcher, note_candidate, diagnosis, error);
    if (end_boot(diagnosis, &end_error) && !code)
        *error = end_error;
    for (int i = diagnosis->log_start; i < diagnosis->conclusion_count; i++) {
        struct log_conclusion *conclusion = &diagnosis->conclusions[i];
        conclusion->later_boot = conclusion->leader.line < diagnosis->boot_line ? diagnosis->boot_line : 0;
        diagnosis->found[conclusion->row].leads = true;
    }
    return error->code;
}
