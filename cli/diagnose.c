#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/log_diagnosis.h"
#include "cli/output.h"
#include "core/error_output.h"
#include "core/text.h"

const char diagnose_help[] =
    "Usage: passthru diagnose [OPTION]... [FILE]...\n"
    "\n"
    "Finds known failures in logs: of the host and of the guest, from dmesg,\n"
    "journalctl, QEMU, libvirt. Tells what causes them, whether that can be fixed,\n"
    "what was tried and how often it helped. No FILE, or -, is standard input.\n"
    "\n"
    "  --db FILE        use this database\n"
    "  --json           answer as JSON\n"
    "  --no-color       no colour\n"
    "  --help           this text\n"
    "\n"
    "Exit status: 0 nothing known was found; 1 a problem was found; 2 wrong usage or\n"
    "unreadable input; 3 no usable database; 5 no permission.\n";

enum { MAX_FIXES = 64, SHOWN_FIXES = 5, INDENT = 9 };

/* What one log comes down to. */
struct conclusion {
    const char *log;
    enum log_conclusion kind;
    bool sure;
    enum symptom leading;
    int kinds;
};

struct diagnose_command {
    struct common_options common;
    struct database *database;
    struct log_diagnosis diagnosis;
    char **logs;
    int log_count;
    struct conclusion *conclusions; /* one for each log */
    struct error error;             /* the first one about a log */
};

static const struct known_symptom *find_symptom(const struct log_diagnosis *diagnosis, enum symptom symptom)
{
    for (int i = 0; i < diagnosis->count; i++)
        if (diagnosis->symptoms[i].symptom == (int)symptom)
            return &diagnosis->symptoms[i];
    return NULL;
}

static int count_found(const struct log_diagnosis *diagnosis, bool harmless)
{
    int count = 0;
    for (int i = 0; i < diagnosis->count; i++)
        count += diagnosis->symptoms[i].count && harmless == (diagnosis->symptoms[i].symptom == NO_SYMPTOM);
    return count;
}

/* What is known of a fix, or the words of a report that has none for it. */
static const char *fix_text(const char *fix)
{
    const char *text = vocabulary_text_of(&vocabulary_fix, fix);
    return text ? text : strncmp(fix, "other:", 6) == 0 ? fix + 6 : fix;
}

static const char *shown_log(const char *log)
{
    return strcmp(log, "-") == 0 ? "standard input" : log;
}

/* ---- as text ---- */

static void conclusion_text(const struct diagnose_command *command, const struct conclusion *conclusion,
                            struct buffer *text)
{
    const struct known_symptom *leading = find_symptom(&command->diagnosis, conclusion->leading);
    if (conclusion->kind != CONCLUSION_FIRST_CAUSE)
        buffer_append_text(text, log_conclusion_text(conclusion->kind, conclusion->sure));
    else if (leading && conclusion->kinds > 1)
        buffer_append_format(text, "%s (%s). That comes before the others, which may follow from it.",
                             leading->cause, leading->word);
    else if (leading)
        buffer_append_format(text, "%s (%s).", leading->cause, leading->word);
}

static void write_conclusion(const struct diagnose_command *command, struct output *output,
                             const struct conclusion *conclusion)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    const struct known_symptom *leading = find_symptom(&command->diagnosis, conclusion->leading);
    if (conclusion->kind == CONCLUSION_NOTHING)
        return;
    if (command->log_count > 1)
        buffer_append_format(&text, "%s: ", shown_log(conclusion->log));
    else
        buffer_append_text(&text, "In short: ");
    conclusion_text(command, conclusion, &text);
    buffer_append_text(&text, conclusion->sure ? " This is sure." : " This is likely, not sure.");
    output_paragraph_color(output, 0, "", COLOR_YELLOW, buffer_text(&text));
    if (leading)
        output_paragraph(output, 3, "->", leading->next);
    output_blank(output);
}

static enum error_code write_fixes(const struct diagnose_command *command, struct output *output,
                                   const struct known_symptom *symptom, struct error *error)
{
    struct workaround fixes[MAX_FIXES];
    int count;
    if (database_find_symptom_fixes(command->database, symptom->word, fixes, MAX_FIXES, &count, error))
        return error->code;
    for (int i = 0; i < count && i < SHOWN_FIXES; i++) {
        char text[400];
        snprintf(text, sizeof text, "%d of %d: %.340s", fixes[i].helped, fixes[i].tried,
                 fix_text(fixes[i].fix));
        output_paragraph(output, INDENT, i ? "" : "  helped", text);
    }
    if (count > SHOWN_FIXES) {
        char rest[80];
        snprintf(rest, sizeof rest, "and %s%d more; --json has them", count == MAX_FIXES ? "at least " : "",
                 count - SHOWN_FIXES);
        output_paragraph(output, INDENT, "", rest);
    }
    if (!count)
        output_paragraph(output, INDENT, "  helped", "no report tells what was tried for it");
    return ERROR_NONE;
}

static enum error_code write_symptom(const struct diagnose_command *command, struct output *output,
                                     const struct known_symptom *symptom, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    bool is_harmless = symptom->symptom == NO_SYMPTOM;
    buffer_append_format(&text, "%s: %s:%ld", symptom->word, shown_log(command->logs[symptom->log]),
                         symptom->line);
    if (symptom->count > 1)
        buffer_append_format(&text, ", and %ld more line%s", symptom->count - 1,
                             symptom->count == 2 ? "" : "s");
    output_paragraph_color(output, 0, "", is_harmless ? COLOR_DIM : COLOR_BOLD, buffer_text(&text));
    buffer_clear(&text);
    text_append_safe(&text, symptom->text, symptom->text_length);
    output_paragraph(output, INDENT, "  line", buffer_text(&text));
    output_paragraph(output, INDENT, "  cause", symptom->cause);
    output_paragraph(output, INDENT, "  fix",
                     vocabulary_text_of(&vocabulary_fixable,
                                        vocabulary_word_of(&vocabulary_fixable, (int)symptom->fixable)));
    output_paragraph(output, INDENT, "  next", symptom->next);
    if (!is_harmless && write_fixes(command, output, symptom, error))
        return error->code;
    output_blank(output);
    return ERROR_NONE;
}

static enum error_code write_text(const struct diagnose_command *command, struct output *output,
                                  struct error *error)
{
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    int harmless = count_found(diagnosis, true);
    if (!count_found(diagnosis, false)) {
        char text[400];
        snprintf(
            text, sizeof text,
            "Nothing known was found%s. That does not mean that all is well: %d failures are known here, "
            "and a log that ends before the failure, or comes from the other side (host or guest), shows "
            "none of them.",
            harmless ? ", but for lines that are harmless" : "", diagnosis->count);
        output_paragraph(output, 0, "", text);
        if (harmless)
            output_blank(output);
    }
    for (int i = 0; i < command->log_count; i++)
        write_conclusion(command, output, &command->conclusions[i]);
    for (int is_harmless = 0; is_harmless < 2; is_harmless++)
        for (int i = 0; i < diagnosis->count; i++) {
            const struct known_symptom *symptom = &diagnosis->symptoms[i];
            if (symptom->count && is_harmless == (symptom->symptom == NO_SYMPTOM) &&
                write_symptom(command, output, symptom, error))
                return error->code;
        }
    return ERROR_NONE;
}

/* ---- as JSON ---- */

static enum error_code write_symptom_json(const struct diagnose_command *command, struct json_writer *writer,
                                          const struct known_symptom *symptom, struct error *error)
{
    struct workaround fixes[MAX_FIXES];
    int count;
    if (database_find_symptom_fixes(command->database, symptom->word, fixes, MAX_FIXES, &count, error))
        return error->code;
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", symptom->word);
    json_write_string(writer, "file", command->logs[symptom->log]);
    json_write_integer(writer, "line", symptom->line);
    json_write_integer(writer, "count", symptom->count);
    json_write_bytes(writer, "text", symptom->text, symptom->text_length);
    json_write_string(writer, "scope", symptom->scope);
    json_write_string(writer, "cause", symptom->cause);
    json_write_string(writer, "fixable", vocabulary_word_of(&vocabulary_fixable, (int)symptom->fixable));
    json_write_string(writer, "next", symptom->next);
    json_write_begin_array(writer, "fixes");
    for (int i = 0; i < count; i++) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "fix", fixes[i].fix);
        json_write_integer(writer, "tried", fixes[i].tried);
        json_write_integer(writer, "helped", fixes[i].helped);
        json_write_string(writer, "text", fix_text(fixes[i].fix));
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
    return ERROR_NONE;
}

static void write_conclusions_json(const struct diagnose_command *command, struct json_writer *writer)
{
    json_write_begin_array(writer, "conclusions");
    for (int i = 0; i < command->log_count; i++) {
        const struct conclusion *conclusion = &command->conclusions[i];
        const struct known_symptom *leading = find_symptom(&command->diagnosis, conclusion->leading);
        struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
        if (conclusion->kind == CONCLUSION_NOTHING)
            continue;
        conclusion_text(command, conclusion, &text);
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", log_conclusion_id(conclusion->kind));
        json_write_string(writer, "file", conclusion->log);
        json_write_bool(writer, "sure", conclusion->sure);
        json_write_string(writer, "text", buffer_text(&text));
        json_write_string(writer, "next", leading ? leading->next : "");
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static enum error_code write_json(const struct diagnose_command *command, struct output *output,
                                  struct error *error)
{
    struct json_writer writer = {.out = &output->buffer, .for_terminal = true};
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    json_write_begin_object(&writer, NULL);
    json_write_begin_array(&writer, "symptoms");
    for (int i = 0; i < diagnosis->count; i++)
        if (diagnosis->symptoms[i].count &&
            write_symptom_json(command, &writer, &diagnosis->symptoms[i], error))
            return error->code;
    json_write_end_array(&writer);
    write_conclusions_json(command, &writer);
    if (command->error.code)
        error_write_json(&writer, "error", &command->error);
    json_write_end_object(&writer);
    output_blank(output);
    return ERROR_NONE;
}

/* ---- the command ---- */

/* One that cannot be read is told at once, and the others are read all the same. */
static void read_log(struct diagnose_command *command, int number)
{
    struct error error;
    struct conclusion *conclusion = &command->conclusions[number];
    const struct log_evidence *evidence = &command->diagnosis.evidence;
    if (strcmp(command->logs[number], "-") == 0 && isatty(STDIN_FILENO))
        fputs("Reading the log from this terminal; Ctrl-D ends it.\n", stderr);
    if (log_diagnosis_read(&command->diagnosis, command->logs[number], &error)) {
        output_error(&error, false);
        if (!command->error.code)
            command->error = error;
    }
    conclusion->log = command->logs[number];
    conclusion->kind = log_conclude(evidence, &conclusion->sure, &conclusion->leading);
    conclusion->kinds = evidence->kinds;
}

static enum error_code open_database(struct diagnose_command *command, struct error *error)
{
    struct database_place place;
    error->code = ERROR_NONE;
    if (database_locate(command->common.database, &place, error) ||
        database_open(place.path, &command->database, error))
        return error->code;
    return log_diagnosis_start(&command->diagnosis, command->database, error);
}

static int answer(struct diagnose_command *command)
{
    struct error error = {.code = ERROR_NONE};
    struct output output = output_for_stdout(command->common.no_color);
    int status = command->error.code ? error_exit_status(command->error.code)
                                     : count_found(&command->diagnosis, false) > 0;
    if (command->common.json ? write_json(command, &output, &error) : write_text(command, &output, &error))
        status = output_error(&error, command->common.json);
    else if (!output_flush(&output))
        status = output_finish();
    buffer_free(&output.buffer);
    return status;
}

int command_diagnose(int argc, char **argv)
{
    static const struct option long_options[] = {COMMON_OPTIONS};
    static char *standard_input[] = {"-"};
    struct diagnose_command command = {.database = NULL};
    struct error error;
    int status = 0;
    if (command_option(argc, argv, long_options, &command.common, &status) == COMMAND_ENDS)
        return status;
    command.logs = optind < argc ? argv + optind : standard_input;
    command.log_count = optind < argc ? argc - optind : 1;
    command.conclusions = calloc((size_t)command.log_count, sizeof *command.conclusions);
    if (!command.conclusions) {
        error_set(&error, ERROR_NO_MEMORY, "no memory for %d logs", command.log_count);
        return output_error(&error, command.common.json);
    }
    if (open_database(&command, &error)) {
        status = output_error(&error, command.common.json);
    } else {
        for (int i = 0; i < command.log_count; i++)
            read_log(&command, i);
        status = answer(&command);
    }
    log_diagnosis_free(&command.diagnosis);
    database_close(command.database);
    free(command.conclusions);
    return status;
}
