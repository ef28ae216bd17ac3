/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/diagnose.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "answer/answer.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "core/error_output.h"
#include "core/log_diagnosis.h"
#include "core/text.h"

const char diagnose_help[] =
    "Usage: passthru diagnose [OPTION]... [FILE]...\n"
    "\n"
    "Finds known failures in logs: of the host and of the guest, from dmesg,\n"
    "journalctl, QEMU, libvirt. Says what causes them, whether that can be fixed,\n"
    "what was tried and how often it helped. No FILE, or -, is standard input.\n"
    "\n"
    "  --db FILE        use this database\n"
    "  --json           answer as JSON\n"
    "  --no-color       no colour\n"
    "  --no-pager       show a long answer without a pager\n"
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

/* What was tried for a symptom that was found. */
struct tried {
    struct tried_fix fixes[MAX_FIXES];
    int count;
};

struct diagnose_command {
    struct common_options common;
    struct database *database;
    struct log_diagnosis diagnosis;
    struct tried tried[MAX_SYMPTOMS];  /* by the number of the symptom */
    struct tried beside[MAX_SYMPTOMS]; /* in reports with several symptoms, perhaps against another one */
    char **logs;
    int log_count;
    struct conclusion *conclusions; /* one for each log */
    int unread_count;               /* logs that could not be read */
    struct error error;             /* the first one about a log */
};

/* The stable names for JSON, and what they mean where the words are not those of the symptom: when a line
 * says so itself, and when it follows from others. */
static const struct {
    const char *id;
    const char *sure;
    const char *likely;
} conclusion_words[] = {
    [CONCLUSION_NOTHING] = {"nothing-known", "", ""},
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
    const char *text = vocabulary_text(&vocabulary_fix, fix);
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
        buffer_append_text(text, conclusion->sure ? conclusion_words[conclusion->kind].sure
                                                  : conclusion_words[conclusion->kind].likely);
    else if (leading && conclusion->kinds > 1)
        buffer_append_format(text, "%s (%s). That comes before the others, which may follow from it.",
                             leading->cause, leading->id);
    else if (leading)
        buffer_append_format(text, "%s (%s).", leading->cause, leading->id);
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

static void write_fixes(struct output *output, const struct tried *tried, const struct tried *beside)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(4096);
    output_paragraph(output, INDENT, "  tried",
                     tried->count ? "for it:" : "no report says what was tried for it");
    for (int i = 0; i < tried->count && i < SHOWN_FIXES; i++) {
        const struct tried_fix *fix = &tried->fixes[i];
        buffer_clear(&text);
        buffer_append_format(&text, "helped in %d of %d: %s", fix->helped, fix->tried, fix_text(fix->fix));
        const struct needless_fix *needless = gpu_needless_fix(0, fix->fix);
        if (needless && needless->needed_until)
            buffer_append_format(&text, " (not needed with %s or newer)", needless->needed_until);
        output_paragraph(output, INDENT, "", buffer_text(&text));
    }
    if (tried->count > SHOWN_FIXES) {
        buffer_clear(&text);
        buffer_append_format(&text, "and %s%d more; --json has them",
                             tried->count == MAX_FIXES ? "at least " : "", tried->count - SHOWN_FIXES);
        output_paragraph(output, INDENT, "", buffer_text(&text));
    }
    buffer_clear(&text);
    answer_append_fixes(&text, beside->fixes, beside->count, true);
    if (beside->count)
        output_paragraph(output, INDENT, "", buffer_text(&text));
}

static void write_symptom(const struct diagnose_command *command, struct output *output, int number)
{
    const struct known_symptom *symptom = &command->diagnosis.symptoms[number];
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    bool is_harmless = symptom->symptom == NO_SYMPTOM;
    buffer_append_format(&text, "%s: %s:%ld", symptom->id, shown_log(command->logs[symptom->log]),
                         symptom->line);
    if (symptom->count > 1)
        buffer_append_format(&text, ", and %ld more line%s", symptom->count - 1,
                             symptom->count == 2 ? "" : "s");
    output_paragraph_color(output, 0, "", is_harmless ? COLOR_DIM : COLOR_BOLD, buffer_text(&text));
    buffer_clear(&text);
    text_append_safe(&text, symptom->text, symptom->text_length);
    output_paragraph(output, INDENT, "  line", buffer_text(&text));
    output_paragraph(output, INDENT, "  cause", symptom->cause);
    output_paragraph(
        output, INDENT, "  fix",
        vocabulary_text(&vocabulary_fixable, vocabulary_value(&vocabulary_fixable, (int)symptom->fixable)));
    output_paragraph(output, INDENT, "  next", symptom->next);
    if (!is_harmless)
        write_fixes(output, &command->tried[number], &command->beside[number]);
    output_blank(output);
}

static void write_text(const struct diagnose_command *command, struct output *output)
{
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    int harmless = count_found(diagnosis, true);
    if (!count_found(diagnosis, false) && command->unread_count < command->log_count) {
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
        for (int i = 0; i < diagnosis->count; i++)
            if (diagnosis->symptoms[i].count && is_harmless == (diagnosis->symptoms[i].symptom == NO_SYMPTOM))
                write_symptom(command, output, i);
}

/* ---- as JSON ---- */

static void write_fixes_json(struct json_writer *writer, const char *key, const struct tried *tried)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < tried->count; i++) {
        const struct tried_fix *fix = &tried->fixes[i];
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

static void write_symptom_json(const struct diagnose_command *command, struct json_writer *writer, int number)
{
    const struct known_symptom *symptom = &command->diagnosis.symptoms[number];
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", symptom->id);
    json_write_string(writer, "file", command->logs[symptom->log]);
    json_write_integer(writer, "line", symptom->line);
    json_write_integer(writer, "count", symptom->count);
    json_write_bytes(writer, "text", symptom->text, symptom->text_length);
    json_write_string(writer, "scope", symptom->scope);
    json_write_string(writer, "cause", symptom->cause);
    json_write_string(writer, "fixable", vocabulary_value(&vocabulary_fixable, (int)symptom->fixable));
    json_write_string(writer, "next", symptom->next);
    write_fixes_json(writer, "fixes", &command->tried[number]);
    write_fixes_json(writer, "fixes_beside", &command->beside[number]);
    json_write_end_object(writer);
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
        json_write_string(writer, "id", conclusion_words[conclusion->kind].id);
        json_write_string(writer, "file", conclusion->log);
        json_write_bool(writer, "sure", conclusion->sure);
        json_write_string(writer, "text", buffer_text(&text));
        json_write_string(writer, "next", leading ? leading->next : "");
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_json(const struct diagnose_command *command, struct output *output)
{
    struct json_writer writer = {.out = &output->buffer, .for_terminal = true};
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    json_write_begin_object(&writer, NULL);
    json_write_begin_array(&writer, "symptoms");
    for (int i = 0; i < diagnosis->count; i++)
        if (diagnosis->symptoms[i].count)
            write_symptom_json(command, &writer, i);
    json_write_end_array(&writer);
    write_conclusions_json(command, &writer);
    if (command->error.code)
        error_write_json(&writer, "error", &command->error);
    json_write_end_object(&writer);
    output_blank(output);
}

/* ---- reading ---- */

/* A FIFO without a writer is empty; one with a writer is waited for. A device never ends. */
static int open_log(const char *path, struct error *error)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file >= 0 && fstat(file, &status) == 0) {
        bool is_device = S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
        if (!is_device || isatty(file) || status.st_rdev == makedev(1, 3)) {
            fcntl(file, F_SETFL, 0);
            return file;
        }
        error_set(error, ERROR_BAD_INPUT, "cannot read %s as a log: it is a device, and has no end", path);
        error_next(error, "dmesg | passthru diagnose");
    } else {
        error_set_errno(error, errno, "cannot read %s", path);
        error_blame_input(error);
        error_next(error,
                   error->code == ERROR_PERMISSION ? "run it as root" : "name a file with the text of a log");
    }
    if (file >= 0)
        close(file);
    return -1;
}

static enum error_code read_log(struct log_diagnosis *diagnosis, const char *path, struct error *error)
{
    if (strcmp(path, "-") == 0)
        return log_diagnosis_read(diagnosis, STDIN_FILENO, shown_log(path), error);
    int file = open_log(path, error);
    if (file < 0) {
        diagnosis->log_count++;
        diagnosis->evidence = LOG_EVIDENCE;
        return error->code;
    }
    enum error_code code = log_diagnosis_read(diagnosis, file, path, error);
    close(file);
    return code;
}

static enum error_code load_symptoms(struct database *database, struct log_diagnosis *diagnosis,
                                     struct error *error)
{
    if (log_diagnosis_start(diagnosis, error) ||
        !database_each_symptom(database, log_diagnosis_add, diagnosis, error) ||
        error->code != ERROR_BAD_INPUT)
        return error->code;
    /* The importer rejects such symptoms. */
    error->code = ERROR_DATABASE_DAMAGED;
    return error_next(error, "rebuild it from its sources with: passthru import");
}

enum error_code diagnose_log(const char *path, struct database *database,
                             enum symptom symptoms[SYMPTOM_COUNT], int *count, struct error *error)
{
    struct log_diagnosis diagnosis;
    *count = 0;
    if (!load_symptoms(database, &diagnosis, error) && !read_log(&diagnosis, path, error))
        for (int i = 0; i < diagnosis.count && *count < SYMPTOM_COUNT; i++)
            if (diagnosis.symptoms[i].count && diagnosis.symptoms[i].symptom != NO_SYMPTOM)
                symptoms[(*count)++] = (enum symptom)diagnosis.symptoms[i].symptom;
    log_diagnosis_free(&diagnosis);
    return error->code;
}

/* ---- the command ---- */

/* One that cannot be read is reported at once, and the others are read all the same. */
static void conclude(struct diagnose_command *command, int number)
{
    struct error error;
    struct conclusion *conclusion = &command->conclusions[number];
    const struct log_evidence *evidence = &command->diagnosis.evidence;
    if (strcmp(command->logs[number], "-") == 0 && isatty(STDIN_FILENO))
        fputs("Reading the log from this terminal; Ctrl-D ends it.\n", stderr);
    if (read_log(&command->diagnosis, command->logs[number], &error)) {
        output_error(&error, false);
        command->unread_count++;
        if (!command->error.code)
            command->error = error;
    }
    conclusion->log = command->logs[number];
    conclusion->kind = log_conclude(evidence, &conclusion->sure, &conclusion->leading);
    conclusion->kinds = evidence->kinds;
}

static enum error_code find_tried(struct diagnose_command *command, const char *symptom, bool beside,
                                  struct tried *tried, struct error *error)
{
    return database_find_symptom_fixes(command->database, symptom, beside, tried->fixes, MAX_FIXES,
                                       &tried->count, error);
}

static enum error_code find_fixes(struct diagnose_command *command, struct error *error)
{
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    for (int i = 0; i < diagnosis->count; i++)
        if (diagnosis->symptoms[i].count &&
            (find_tried(command, diagnosis->symptoms[i].id, false, &command->tried[i], error) ||
             find_tried(command, diagnosis->symptoms[i].id, true, &command->beside[i], error)))
            return error->code;
    return ERROR_NONE;
}

/* Reads all logs and gathers what is known of what they show. */
static enum error_code gather(struct diagnose_command *command, struct error *error)
{
    struct database_place place;
    command->conclusions = calloc((size_t)command->log_count, sizeof *command->conclusions);
    if (!command->conclusions)
        return error_set(error, ERROR_NO_MEMORY, "no memory for %d logs", command->log_count);
    if (database_locate(command->common.database, &place, error) ||
        database_open(place.path, &command->database, error) ||
        load_symptoms(command->database, &command->diagnosis, error))
        return error->code;
    for (int i = 0; i < command->log_count; i++)
        conclude(command, i);
    return find_fixes(command, error);
}

static int answer(const struct diagnose_command *command)
{
    struct output output = output_for_stdout(command->common.no_color);
    int status = command->error.code ? error_exit_status(command->error.code)
                                     : count_found(&command->diagnosis, false) > 0;
    if (command->common.json)
        write_json(command, &output);
    else
        write_text(command, &output);
    return output_end(&output, status);
}

int command_diagnose(int argc, char **argv)
{
    static const struct option long_options[] = {COMMON_OPTIONS};
    static char *standard_input[] = {"-"};
    static struct diagnose_command command; /* too large for a stack */
    struct error error = {.code = ERROR_NONE};
    int status = 0;
    if (command_option(argc, argv, long_options, &command.common, &status) == COMMAND_ENDS)
        return status;
    command.logs = optind < argc ? argv + optind : standard_input;
    command.log_count = optind < argc ? argc - optind : 1;
    pager_start(&command.common, (const char *const *)command.logs, command.log_count);
    status = gather(&command, &error) ? output_error(&error, command.common.json) : answer(&command);
    log_diagnosis_free(&command.diagnosis);
    database_close(command.database);
    free(command.conclusions);
    return status;
}
