/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "cli/diagnose.h"
#include "core/gpu.h"
#include "core/text.h"

enum { SHOWN_FIXES = 5, INDENT = 9 };

/* The stable names for JSON, and what they mean where the words are not those of the symptom: when a line
 * says so itself, and when it follows from others. */
static const struct {
    const char *id;
    const char *sure;
    const char *likely;
} conclusion_words[] = {
    [CONCLUSION_VBIOS_NOT_DELIVERED] =
        {"vbios-not-delivered",
         "The vBIOS never reached the driver: it says so itself, and what fails after that follows from it.",
         "The vBIOS most likely never reached the driver: RmInitAdapter failed with 0x30:0xffff, which is "
         "what a missing vBIOS gives. The line that would say it for sure (Failed to copy vbios) is not in "
         "this log."},
    [CONCLUSION_ALLOCATION_FAILED] =
        {"device-allocation-failed", "",
         "The vBIOS was delivered, but the device allocation failed: the driver got past the vBIOS and could "
         "not bring up its display core. No line of this log mentions a missing vBIOS."},
    [CONCLUSION_INIT_FAILED] = {"driver-init-failed", "",
                                "The driver could not initialise the GPU. No line of this log says that the "
                                "vBIOS is missing, and the error number is not that of a missing one."},
    [CONCLUSION_FIRST_CAUSE] = {"first-cause", "", ""},
};

/* What it comes down to in words. */
static void conclusion_text(const struct diagnose_command *command, const struct log_conclusion *conclusion,
                            struct buffer *text)
{
    const struct symptom_row *row = &command->diagnosis.rows[conclusion->row];
    const char *words = conclusion->sure ? conclusion_words[conclusion->kind].sure
                                         : conclusion_words[conclusion->kind].likely;
    if (*words)
        buffer_append_text(text, words);
    else
        buffer_append_format(text, "%s (%s).%s", row->cause, row->id,
                             conclusion->follower_count ? " The rest may follow from it." : "");
    if (conclusion->later_boot)
        buffer_append_format(text,
                             " This is from an earlier boot: the last one in this log, from line %ld, shows "
                             "no failure that is known.",
                             conclusion->later_boot);
}

/* What is known of a fix, or the words of a report that has none for it. */
static const char *fix_text(const char *fix)
{
    const char *text = vocabulary_text(&vocabulary_fix, fix);
    return text ? text : strncmp(fix, "other:", 6) == 0 ? fix + 6 : fix;
}

static const char *shown_word(enum condition_key key, const char *word)
{
    static const char *const vendors[][2] = {
        {"nvidia", "NVIDIA"}, {"amd", "AMD"}, {"intel", "Intel"}, {"other", "another maker"}};
    for (size_t i = 0; key == CONDITION_VENDOR && i < ARRAY_SIZE(vendors); i++)
        if (strcmp(vendors[i][0], word) == 0)
            return vendors[i][1];
    return word;
}

/* What would have to be so for a row to hold: "the device is from amd". */
static void condition_text(const struct symptom_condition *condition, struct buffer *text)
{
    static const char *const before[CONDITION_KEYS] = {
        [CONDITION_VENDOR] = "the device is %sfrom ",
        [CONDITION_DRIVER] = "its driver is %s",
        [CONDITION_CHIP] = "its chip is %s",
        [CONDITION_VF] = "it is %sa virtual function",
        [CONDITION_IGPU] = "it is %sthe integrated GPU",
        [CONDITION_SIDE] = "this is %sthe log of the ",
        [CONDITION_KERNEL] = "the kernel is %s",
    };
    for (int i = 0; i < condition->term_count; i++) {
        const struct condition_term *term = &condition->terms[i];
        bool asks = term->key == CONDITION_VF || term->key == CONDITION_IGPU;
        bool is_no = term->is_negated != (asks && !condition_words_have(&term->words, "yes"));
        const char *place = before[term->key] ? strstr(before[term->key], "%s") : NULL;
        if (!place || !term->may_be_unknown)
            continue;
        buffer_append_format(text, "%s%.*s%s%s", text->length ? ", and " : "",
                             (int)(place - before[term->key]), before[term->key], is_no ? "not " : "",
                             place + 2);
        for (int k = 0; k < term->words.count && !asks; k++)
            buffer_append_format(text, "%s%s", k ? " or " : "", shown_word(term->key, term->words.words[k]));
    }
}

int diagnose_count(const struct log_diagnosis *diagnosis, bool failures)
{
    int count = 0;
    for (int i = 0; i < diagnosis->count; i++)
        count += diagnosis->found[i].count && failures == log_diagnosis_is_failure(diagnosis, i);
    return count;
}

/* What leads, other failures by log and line, what is harmless. */
static int compare_rows(const void *a, const void *b, void *context)
{
    const struct log_diagnosis *diagnosis = context;
    const int rows[] = {*(const int *)a, *(const int *)b};
    long keys[2][3];
    for (int i = 0; i < 2; i++) {
        const struct found_symptom *found = &diagnosis->found[rows[i]];
        keys[i][0] = found->leads ? 0 : log_diagnosis_is_failure(diagnosis, rows[i]) ? 1 : 2;
        keys[i][1] = found->log;
        keys[i][2] = found->first.line;
    }
    for (int i = 0; i < 3; i++)
        if (keys[0][i] != keys[1][i])
            return keys[0][i] < keys[1][i] ? -1 : 1;
    return rows[0] - rows[1];
}

int diagnose_sort(const struct log_diagnosis *diagnosis, int rows[MAX_SYMPTOMS])
{
    int count = 0;
    for (int row = 0; row < diagnosis->count; row++)
        if (diagnosis->found[row].count)
            rows[count++] = row;
    qsort_r(rows, (size_t)count, sizeof *rows, compare_rows, (void *)diagnosis);
    return count;
}

/* ---- the answer ---- */

static const char *shown_log(const char *log)
{
    return strcmp(log, "-") == 0 ? "standard input" : log;
}

/* "rminitadapter-failed: line 5, and 1 more"; of several logs LOG:5. */
static void append_place(const struct diagnose_command *command, int row, int log, long line,
                         struct buffer *text)
{
    const struct found_symptom *found = &command->diagnosis.found[row];
    buffer_append_format(text, "%s: ", command->diagnosis.rows[row].id);
    if (command->log_count > 1)
        buffer_append_format(text, "%s:%ld", shown_log(command->logs[log]), line);
    else
        buffer_append_format(text, "line %ld", line);
    if (found->count > 1)
        buffer_append_format(text, ", and %ld more", found->count - 1);
}

static void write_fixes(struct output *output, const struct tried_fixes *tried,
                        const struct tried_fixes *beside)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(4096);
    output_paragraph(output, INDENT, "  tried", COLOR_PLAIN, "%s",
                     tried->count ? "for it:" : "no report says what was tried for it");
    for (int i = 0; i < tried->count && i < SHOWN_FIXES; i++) {
        const struct tried_fix *fix = &tried->items[i];
        const struct needless_fix *needless = gpu_needless_fix(0, fix->fix);
        bool is_old = needless && needless->needed_until;
        output_paragraph(output, INDENT, "", COLOR_PLAIN, "helped in %d of %d: %s%s%s%s", fix->helped,
                         fix->tried, fix_text(fix->fix), is_old ? " (not needed with " : "",
                         is_old ? needless->needed_until : "", is_old ? " or newer)" : "");
    }
    if (tried->count > SHOWN_FIXES)
        output_paragraph(output, INDENT, "", COLOR_PLAIN, "and %s%d more; --json has them",
                         tried->count == MAX_TRIED_FIXES ? "at least " : "", tried->count - SHOWN_FIXES);
    answer_append_fixes(&text, beside, true);
    if (text.length)
        output_paragraph(output, INDENT, "", COLOR_PLAIN, "%s", buffer_text(&text));
}

/* What the line of a conclusion may mean, too, where it is not known which. */
static void write_alternatives(const struct diagnose_command *command, struct output *output, int row)
{
    const struct found_symptom *found = &command->diagnosis.found[row];
    for (int i = 0; i < found->first.alternative_count; i++) {
        const struct symptom_row *other = &command->diagnosis.rows[found->first.alternatives[i]];
        struct buffer condition CLEANUP(buffer_free) = BUFFER(1024);
        condition_text(&other->condition, &condition);
        output_notice(output, "Or, if %s: %s.", buffer_text(&condition), other->cause);
        output_paragraph(output, 3, "->", COLOR_PLAIN, "%s", other->next);
    }
}

static void write_conclusion(const struct diagnose_command *command, struct output *output,
                             const struct log_conclusion *conclusion)
{
    const struct symptom_row *row = &command->diagnosis.rows[conclusion->row];
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    char address[LOG_ADDRESS_SIZE];
    if (command->log_count > 1)
        buffer_append_format(&text, "%s: ", shown_log(command->logs[conclusion->log]));
    else
        buffer_append_text(&text, "In short: ");
    int of_log = 0;
    for (int i = 0; i < command->diagnosis.conclusion_count; i++)
        of_log += command->diagnosis.conclusions[i].log == conclusion->log;
    if (of_log > 1 && conclusion->leader.address >= 0)
        buffer_append_format(&text, "%s: ", log_print_address(conclusion->leader.address, address));
    conclusion_text(command, conclusion, &text);
    output_notice(output, "%s This is %s.", buffer_text(&text),
                  conclusion->sure ? "sure" : "likely, not sure");
    output_paragraph(output, 3, "->", COLOR_PLAIN, "%s", row->next);
    write_alternatives(command, output, conclusion->row);
    output_blank(output);
    buffer_clear(&text);
    append_place(command, conclusion->row, conclusion->log, conclusion->leader.line, &text);
    output_paragraph(output, 0, "", COLOR_BOLD, "%s", buffer_text(&text));
    buffer_clear(&text);
    text_append_safe(&text, conclusion->leader.text, conclusion->leader.text_length);
    output_paragraph(output, INDENT, "  line", COLOR_PLAIN, "%s", buffer_text(&text));
    if (conclusion->kind != CONCLUSION_FIRST_CAUSE)
        output_paragraph(output, INDENT, "  cause", COLOR_PLAIN, "%s", row->cause);
    output_paragraph(output, INDENT, "  fix", COLOR_PLAIN, "%s",
                     vocabulary_fixable.entries[row->fixable].text);
    write_fixes(output, &command->tried[conclusion->row], &command->beside[conclusion->row]);
    output_blank(output);
    /* Failures that may follow from it, a line or two each; --json has all of them. */
    if (conclusion->follower_count)
        output_text(output, "What may follow from it:");
    for (int i = 0; i < conclusion->follower_count; i++) {
        const struct symptom_row *follower = &command->diagnosis.rows[conclusion->followers[i]];
        output_paragraph(output, 4, "  ", COLOR_PLAIN, "line %ld, %s: %s", conclusion->follower_lines[i],
                         follower->id, follower->cause);
    }
    if (conclusion->follower_count)
        output_blank(output);
}

static bool is_in_a_conclusion(const struct log_diagnosis *diagnosis, int row)
{
    for (int i = 0; i < diagnosis->conclusion_count; i++) {
        const struct log_conclusion *conclusion = &diagnosis->conclusions[i];
        if (conclusion->row == row)
            return true;
        for (int k = 0; k < conclusion->follower_count; k++)
            if (conclusion->followers[k] == row)
                return true;
    }
    return false;
}

/* What no conclusion is about: failures of earlier boots, or what is harmless. */
static void write_others(const struct diagnose_command *command, struct output *output, bool failures)
{
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    int rows[MAX_SYMPTOMS];
    int count = diagnose_sort(diagnosis, rows);
    bool is_first = true;
    for (int i = 0; i < count; i++) {
        struct buffer text CLEANUP(buffer_free) = BUFFER(4096);
        if (log_diagnosis_is_failure(diagnosis, rows[i]) != failures ||
            is_in_a_conclusion(diagnosis, rows[i]))
            continue;
        if (is_first)
            output_text(output, "%s", failures ? "In an earlier boot, or beside it:" : "Harmless:");
        is_first = false;
        append_place(command, rows[i], diagnosis->found[rows[i]].log, diagnosis->found[rows[i]].first.line,
                     &text);
        buffer_append_format(&text, ". %s", diagnosis->rows[rows[i]].cause);
        output_paragraph(output, 4, "  ", failures ? COLOR_PLAIN : COLOR_DIM, "%s", buffer_text(&text));
    }
    if (!is_first)
        output_blank(output);
}

void diagnose_write_text(const struct diagnose_command *command, struct output *output)
{
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    if (!diagnose_count(diagnosis, true) && command->unread_count < command->log_count) {
        bool has_harmless = diagnose_count(diagnosis, false) > 0;
        int known = 0;
        for (int i = 0; i < diagnosis->signature_count; i++)
            known += log_diagnosis_is_failure(diagnosis, i);
        output_text(
            output,
            "Nothing known was found%s. That does not mean that all is well: %d failures are known here, and a "
            "log that ends before the failure, or comes from the other side (host or guest), shows none of "
            "them.",
            has_harmless ? ", but for lines that are harmless" : "", known);
        if (has_harmless)
            output_blank(output);
    }
    for (int i = 0; i < diagnosis->conclusion_count; i++)
        write_conclusion(command, output, &diagnosis->conclusions[i]);
    write_others(command, output, true);
    write_others(command, output, false);
}

/* ---- as JSON ---- */

static void write_fixes_json(struct json_writer *writer, const char *key, const struct tried_fixes *tried)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < tried->count; i++) {
        const struct tried_fix *fix = &tried->items[i];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "fix", fix->fix);
        json_write_integer(writer, "tried", fix->tried);
        json_write_integer(writer, "helped", fix->helped);
        json_write_string(writer, "text", fix_text(fix->fix));
        const struct needless_fix *needless = gpu_needless_fix(0, fix->fix);
        if (needless && needless->needed_until)
            json_write_string(writer, "needed_until", needless->needed_until);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_address(struct json_writer *writer, int64_t address)
{
    char text[LOG_ADDRESS_SIZE];
    json_write_text_or_null(writer, "address", address < 0 ? NULL : log_print_address(address, text));
}

static void write_alternatives_json(const struct diagnose_command *command, struct json_writer *writer,
                                    int row)
{
    const struct found_symptom *found = &command->diagnosis.found[row];
    json_write_begin_array(writer, "alternatives");
    for (int i = 0; i < found->first.alternative_count; i++) {
        const struct symptom_row *other = &command->diagnosis.rows[found->first.alternatives[i]];
        struct buffer condition CLEANUP(buffer_free) = BUFFER(1024);
        condition_text(&other->condition, &condition);
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", other->id);
        json_write_string(writer, "if", buffer_text(&condition));
        json_write_string(writer, "cause", other->cause);
        json_write_string(writer, "next", other->next);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_symptom(const struct diagnose_command *command, struct json_writer *writer, int number)
{
    const struct symptom_row *row = &command->diagnosis.rows[number];
    const struct found_symptom *found = &command->diagnosis.found[number];
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", row->id);
    json_write_string(writer, "file", command->logs[found->log]);
    json_write_integer(writer, "line", found->first.line);
    json_write_integer(writer, "count", found->count);
    json_write_integer(writer, "boot", found->boot);
    write_address(writer, found->first.address);
    json_write_bytes(writer, "text", found->first.text, found->first.text_length);
    json_write_string(writer, "scope", row->scope);
    json_write_string(writer, "cause", row->cause);
    json_write_string(writer, "fixable", fixable_value(row->fixable));
    json_write_bool(writer, "harmless", row->fixable == FIXABLE_HARMLESS);
    json_write_bool(writer, "leads", found->leads);
    json_write_string(writer, "next", row->next);
    write_alternatives_json(command, writer, number);
    write_fixes_json(writer, "fixes", &command->tried[number]);
    write_fixes_json(writer, "fixes_beside", &command->beside[number]);
    json_write_end_object(writer);
}

static void write_conclusion_json(const struct diagnose_command *command, struct json_writer *writer,
                                  const struct log_conclusion *conclusion)
{
    const struct symptom_row *rows = command->diagnosis.rows;
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    conclusion_text(command, conclusion, &text);
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", conclusion_words[conclusion->kind].id);
    json_write_string(writer, "file", command->logs[conclusion->log]);
    json_write_string(writer, "symptom", rows[conclusion->row].id);
    json_write_integer(writer, "line", conclusion->leader.line);
    write_address(writer, conclusion->leader.address);
    json_write_bool(writer, "sure", conclusion->sure);
    json_write_string(writer, "text", buffer_text(&text));
    json_write_string(writer, "next", rows[conclusion->row].next);
    json_write_begin_array(writer, "followers");
    for (int i = 0; i < conclusion->follower_count; i++)
        json_write_string(writer, NULL, rows[conclusion->followers[i]].id);
    json_write_end_array(writer);
    json_write_end_object(writer);
}

void diagnose_write_json(struct diagnose_command *command)
{
    struct json_writer *writer = &command->session->writer;
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    int rows[MAX_SYMPTOMS];
    int count = diagnose_sort(diagnosis, rows);
    json_write_begin_object(writer, NULL);
    json_write_begin_array(writer, "symptoms");
    for (int i = 0; i < count; i++)
        write_symptom(command, writer, rows[i]);
    json_write_end_array(writer);
    json_write_begin_array(writer, "conclusions");
    for (int i = 0; i < diagnosis->conclusion_count; i++)
        write_conclusion_json(command, writer, &diagnosis->conclusions[i]);
    json_write_end_array(writer);
    if (command->error.code)
        error_write_json(writer, "error", &command->error);
    json_write_end_object(writer);
}
