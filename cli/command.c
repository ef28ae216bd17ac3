/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/output.h"
#include "core/pci_id.h"
#include "core/program.h"
#include "core/report_weight.h"
#include "core/streams.h"
#include "db/database.h"

const struct command *command_find(const char *name)
{
    for (int i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

const struct help_text *command_help_of(const char *command, const char *verb)
{
    for (const struct help_text *help = help_texts; help->command; help++)
        if (strcmp(help->command, command) == 0 && !help->verb == !verb &&
            (!verb || strcmp(help->verb, verb) == 0))
            return help;
    return NULL;
}

const struct help_text *command_next_verb(const struct help_text *help)
{
    return help[1].command && strcmp(help[1].command, help->command) == 0 ? help + 1 : NULL;
}

int command_find_verb(const char *command, const char *name)
{
    const struct help_text *help = command_help_of(command, name);
    return help ? (int)(help - command_help_of(command, NULL)) - 1 : -1;
}

bool command_wants_json(int argc, char **argv)
{
    bool wanted = false;
    for (int i = 1; i < argc; i++)
        wanted |= strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "--ndjson") == 0;
    return wanted;
}

int command_wrong_verb(const char *command, const char *name, bool json)
{
    const char *nearest = NULL;
    int distance = 0;
    struct buffer all CLEANUP(buffer_free) = BUFFER(400);
    for (const struct help_text *help = command_help_of(command, NULL); (help = command_next_verb(help));) {
        buffer_append_format(&all, "%s%s", all.length ? ", " : "", help->verb);
        if (name && usage_is_nearer(name, help->verb, &distance))
            nearest = help->verb;
    }
    if (!name)
        return output_usage_error(command, json, "a command is missing: %s", buffer_text(&all));
    return output_usage_error(command, json, "unknown command '%s'; %s%s%s", name,
                              nearest ? "did you mean '" : "the commands are ",
                              nearest ? nearest : buffer_text(&all), nearest ? "'?" : "");
}

int command_unknown(const char *name, bool json)
{
    struct pci_id id;
    const char *nearest = NULL;
    int distance = 0;
    if (pci_id_parse(name, strlen(name), &id) == PCI_ID_OK)
        return output_usage_error(NULL, json, "unknown command '%s'; did you mean: passthru query %s", name,
                                  name);
    if (name[0] == '-')
        return output_usage_error(NULL, json, "option '%s': the command stands before all options", name);
    for (int i = 0; i < command_count; i++)
        if (usage_is_nearer(name, commands[i].name, &distance))
            nearest = commands[i].name;
    return output_usage_error(NULL, json, "unknown command '%s'%s%s%s", name,
                              nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

int command_show_help(const char *command, const char *verb, const struct session *session)
{
    const struct help_text *help = command_help_of(command, verb);
    if (!help)
        return command_wrong_verb(command, verb, session->json);
    pager_start(session);
    fputs(help->text, stdout);
    return 0;
}

/* ---- options ---- */

enum {
    OPTION_DB = 1001,
    OPTION_JSON,
    OPTION_NO_COLOR,
    OPTION_PAGER,
    OPTION_NO_PAGER,
    OPTION_HELP,
    OPTION_OWN, /* + its number */
    MAX_OPTIONS = 64
};

static const struct option common_options[] = {{"db", required_argument, NULL, OPTION_DB},
                                               {"json", no_argument, NULL, OPTION_JSON},
                                               {"no-color", no_argument, NULL, OPTION_NO_COLOR},
                                               {"pager", no_argument, NULL, OPTION_PAGER},
                                               {"no-pager", no_argument, NULL, OPTION_NO_PAGER},
                                               {"help", no_argument, NULL, OPTION_HELP},
                                               {NULL, 0, NULL, 0}};

const char command_chassis_fault[] = "--chassis is desktop, laptop, mini-pc, server, egpu or unknown";

/* Of 7, 8.1, 98, 2000, Server 2012, XP and Vista: what is said of Windows holds from 10 on. */
static bool is_old_windows(const char *value)
{
    long version = strtol(value + strcspn(value, "0123456789"), NULL, 10);
    return (version > 0 && version < 10) || (version >= 95 && version < 100) ||
           (version >= 2000 && version < 2016) || strcasestr(value, "xp") || strcasestr(value, "vista");
}

const char *command_take_guest(void *target, char *value)
{
    enum guest *guest = target;
    *guest = report_guest(value);
    if (*guest == GUEST_WINDOWS && is_old_windows(value))
        return "--guest windows is Windows 10 or newer: nothing is known of older ones";
    return *guest != GUEST_UNKNOWN || strcmp(value, "unknown") == 0
               ? NULL
               : "--guest is windows, linux, macos, freebsd or unknown";
}

static bool parse_amount(const struct command_option *option, const char *text, double *amount)
{
    const char *unit = option->unit ? option->unit : "";
    char *end;
    if (*unit == '$' && *text == '$')
        text++;
    if (*text < '0' || *text > '9')
        return false;
    *amount = strtod(text, &end);
    return (!*end || strcasecmp(end, unit) == 0) && *amount >= option->low && *amount <= option->high;
}

/* Returns what is wrong, NULL for nothing. */
static const char *take_own(const struct command_option *option, char *value)
{
    double amount = 0;
    bool good = true;
    if (option->flag) {
        *option->flag = true;
    } else if (option->text) {
        *option->text = value;
    } else if (option->word) {
        *option->word = vocabulary_find(option->vocabulary, value);
        good = *option->word >= 0;
    } else if (option->take) {
        return option->take(option->target, value);
    } else {
        good = parse_amount(option, value, &amount) && (option->amount || amount == (int)amount);
        if (good && option->amount)
            *option->amount = amount;
        else if (good)
            *option->whole = (int)amount;
    }
    return good ? NULL : option->fault;
}

static void take_common(struct session *session, int option)
{
    if (option == OPTION_DB)
        session->file = optarg;
    else if (option == OPTION_PAGER || option == OPTION_NO_PAGER)
        session->pager = option == OPTION_PAGER ? PAGER_ALWAYS : PAGER_NEVER;
    else
        *(option == OPTION_JSON ? &session->json : &session->no_color) = true;
}

/* The help of the command, or of the verb that is among its arguments. What else is wrong with them does not
 * matter then. */
static int help_among_arguments(int argc, char **argv, const struct command *command,
                                const struct option *known, struct session *session)
{
    session->json = command_wants_json(argc, argv);
    for (int c; (c = getopt_long(argc, argv, ":h", known, NULL)) != -1;)
        if (c == OPTION_PAGER || c == OPTION_NO_PAGER)
            take_common(session, c);
    bool has_verbs = command_next_verb(command_help_of(command->name, NULL));
    return command_show_help(command->name, has_verbs && optind < argc ? argv[optind] : NULL, session);
}

bool command_read_options(int argc, char **argv, const struct command *command, struct session *session,
                          int *status)
{
    struct option known[MAX_OPTIONS + ARRAY_SIZE(common_options)];
    char message[USAGE_MESSAGE_SIZE];
    const char *wrong = NULL;
    int count = 0;
    for (const struct command_option *own = command->options; own && own->name && count < MAX_OPTIONS;
         own++) {
        known[count] =
            (struct option){own->name, own->flag ? no_argument : required_argument, NULL, OPTION_OWN + count};
        count++;
    }
    memcpy(known + count, common_options, sizeof common_options);
    opterr = 0;
    *status = 0;
    for (int c; !wrong && (c = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        if (c == 'h' || c == OPTION_HELP) {
            *status = help_among_arguments(argc, argv, command, known, session);
            return false;
        }
        if (c == ':' || c == '?') {
            usage_describe_option(c, argv, known, message);
            wrong = message;
        } else if (c >= OPTION_OWN) {
            wrong = take_own(&command->options[c - OPTION_OWN], optarg);
            session->reads_terminal |= optarg && strcmp(optarg, "-") == 0;
        } else {
            take_common(session, c);
        }
    }
    for (int i = optind; i < argc; i++)
        session->reads_terminal |= strcmp(argv[i], "-") == 0;
    if (wrong)
        *status = output_usage_error(command->name, command_wants_json(argc, argv), "%s", wrong);
    return !wrong;
}

/* ---- what every command does ---- */

void session_begin(struct session *session)
{
    if (session->command->is_long)
        pager_start(session);
    session->output = output_for_stdout(session->no_color);
    session->writer = (struct json_writer){.out = &session->output.buffer, .for_terminal = true};
}

enum error_code session_open_database(struct session *session, struct error *error)
{
    return database_locate(session->file, &session->place, error)
               ? error->code
               : database_open(session->place.path, &session->database, error);
}

int session_end(struct session *session, const struct error *error, int status)
{
    struct buffer *answer = &session->output.buffer;
    if (error->code) {
        buffer_clear(answer);
        status = output_error(error, session->json);
    }
    if (session->json && answer->length && answer->data[answer->length - 1] != '\n')
        buffer_append_byte(answer, '\n');
    streams_write(answer);
    return status;
}

/* ---- passthru-import ---- */

/* The arguments to start passthru-import with, its program first; NULL without memory. */
static char **arguments_of_import(int argc, char **argv, char program[DATABASE_PATH_SIZE])
{
    char directory[DATABASE_PATH_SIZE];
    char **arguments = calloc((size_t)argc + 2, sizeof *arguments);
    database_program_directory(directory);
    snprintf(program, DATABASE_PATH_SIZE, "%.4000s/passthru-import", directory);
    if (!arguments)
        return NULL;
    arguments[0] = (char *)"passthru"; /* whose commands its help and its messages name then */
    memcpy(arguments + 1, argv, (size_t)argc * sizeof *argv);
    return arguments;
}

/* Starts passthru-import, as git starts git-remote-https: what reads foreign files is no part of this
 * program. */
int command_import(int argc, char **argv)
{
    struct error error;
    char program[DATABASE_PATH_SIZE];
    char **arguments = arguments_of_import(argc, argv, program);
    if (!arguments) {
        error_set(&error, ERROR_NO_MEMORY, "no memory to start passthru-import");
        return output_error(&error, command_wants_json(argc, argv));
    }
    execv(program, arguments);
    error_set_errno(&error, errno, "cannot start %s", program);
    error_next(&error, "install passthru-import beside passthru");
    free(arguments);
    return output_error(&error, command_wants_json(argc, argv));
}

int command_ask_import(int argc, char **argv, bool aloud, char *answer, size_t size)
{
    char program[DATABASE_PATH_SIZE];
    char **arguments = arguments_of_import(argc, argv, program);
    posix_spawn_file_actions_t actions;
    pid_t child;
    int ends[2];
    int status = -1;
    answer[0] = '\0';
    if (!arguments || pipe2(ends, O_CLOEXEC)) {
        free(arguments);
        return -1;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (!aloud)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    bool started = !posix_spawn(&child, program, &actions, NULL, arguments, environ);
    close(ends[1]);
    ssize_t length = started ? read(ends[0], answer, size - 1) : 0; /* a line comes whole */
    answer[length > 0 ? length : 0] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    close(ends[0]);
    if (started && waitpid(child, &status, 0) == child)
        status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    posix_spawn_file_actions_destroy(&actions);
    free(arguments);
    return status;
}
