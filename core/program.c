/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/program.h"

#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "core/streams.h"
#include "core/text.h"
#include "version.h"

static const char *program_name = "passthru";

/* ---- what is wrong with a command line ---- */

enum { SHOWN_OPTION = 100 };

bool usage_is_nearer(const char *typed, const char *name, int *distance)
{
    size_t typed_length = strlen(typed);
    size_t name_length = strlen(name);
    if (typed_length < 2)
        return false;
    int count = text_distance(typed, typed_length, name, name_length);
    if (count > (typed_length < 5 ? 1 : 2) || (*distance && count >= *distance))
        return false;
    *distance = count ? count : 1;
    return true;
}

void usage_describe_option(int c, char **argv, const struct option *long_options,
                           char message[USAGE_MESSAGE_SIZE])
{
    /* Of a long option getopt says no more than where it stands. */
    const char *given = argv[optind - 1];
    bool is_long = strncmp(given, "--", 2) == 0;
    const char *name = is_long ? given + 2 : "";
    size_t length = strcspn(name, "=");
    char shown[SHOWN_OPTION + 1];
    const char *nearest = NULL;
    bool takes_none = false; /* the option that getopt knows by this name takes no argument */
    int begin_so = 0;
    int distance = 0;
    snprintf(shown, sizeof shown, "%.*s", (int)(length < SHOWN_OPTION ? length : SHOWN_OPTION), name);
    for (const struct option *known = long_options; known->name; known++) {
        begin_so += strncmp(known->name, name, length) == 0;
        takes_none |= optopt && known->val == optopt && known->has_arg == no_argument && name[length] == '=';
        if (usage_is_nearer(shown, known->name, &distance))
            nearest = known->name;
    }
    if (c == ':')
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%s' requires an argument", shown);
    else if (is_long && takes_none)
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%s' doesn't allow an argument", shown);
    else if (optopt)
        snprintf(message, USAGE_MESSAGE_SIZE, "unrecognized option '-%c'", optopt);
    else if (begin_so > 1)
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%s' is ambiguous", shown);
    else
        snprintf(message, USAGE_MESSAGE_SIZE, "unrecognized option '--%s'%s%s%s", shown,
                 nearest ? "; did you mean '--" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* ---- a program ---- */

void program_print(FILE *stream, const char *format, ...)
{
    struct buffer safe CLEANUP(buffer_free) = BUFFER(65536);
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text_append_safe(&safe, text, strlen(text));
    fprintf(stream, "%s\n", buffer_text(&safe));
}

void program_set_name(const char *name)
{
    program_name = name;
}

/* Prints a help, which begins after "Usage: " and the name of the program. */
static int show_help(const char *help)
{
    printf("Usage: %s %s", program_name, help);
    return 0;
}

static int show_version(void)
{
    printf("%s %s\n", program_name, PASSTHRU_VERSION);
    return 0;
}

int program_usage(const char *command, const char *message, bool json)
{
    struct error error;
    error_set(&error, ERROR_USAGE, "%s", message);
    error_next(&error, "%s %s%s--help", program_name, command ? command : "", command ? " " : "");
    return streams_print_error(&error, json);
}

const struct program_command *program_find(const struct program_command commands[], size_t count,
                                           const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int reject_command(const struct program_command commands[], size_t count, const char *name, bool json)
{
    struct buffer message CLEANUP(buffer_free) = BUFFER(USAGE_MESSAGE_SIZE);
    const char *nearest = NULL;
    int distance = 0;
    for (size_t i = 0; i < count; i++)
        if (usage_is_nearer(name, commands[i].name, &distance))
            nearest = commands[i].name;
    if (name[0] == '-')
        buffer_append_text(&message, "the command stands before all options");
    else
        buffer_append_format(&message, "unknown command '%.100s'", name);
    if (nearest)
        buffer_append_format(&message, "; did you mean '%s'?", nearest);
    for (size_t i = 0; i < count && !nearest; i++)
        buffer_append_format(&message, "%s%s",
                             i                ? ", "
                             : name[0] == '-' ? ": "
                                              : "; the commands are ",
                             commands[i].name);
    return program_usage(NULL, buffer_text(&message), json);
}

int program_run(const struct program_command commands[], size_t count, const char *help, int argc,
                char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    const bool json = program_wants_json(argc, argv);
    opterr = 0;
    if (!name)
        return program_usage(NULL, "a command is missing", json);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return show_help(help);
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0)
        return show_version();
    const struct program_command *command = program_find(commands, count, name);
    return command ? command->run(argc - 1, argv + 1) : reject_command(commands, count, name, json);
}

int program_take_options(int argc, char **argv, const char *help, const struct program_option *options,
                         size_t count)
{
    enum { MAX_OPTIONS = 16, FIRST = 256, HELP = 'h', VERSION = 'v', NO_COLOR = 'c' };
    struct option long_options[MAX_OPTIONS + 4] = {{"help", no_argument, NULL, HELP},
                                                   {"version", no_argument, NULL, VERSION},
                                                   {"no-color", no_argument, NULL, NO_COLOR}};
    char wrong[USAGE_MESSAGE_SIZE];
    for (size_t i = 0; i < count && i < MAX_OPTIONS; i++)
        long_options[3 + i] = (struct option){
            options[i].name, options[i].text ? required_argument : no_argument, NULL, FIRST + (int)i};
    for (int c; (c = getopt_long(argc, argv, ":h", long_options, NULL)) != -1;) {
        const struct program_option *option = c >= FIRST ? &options[c - FIRST] : NULL;
        if (option && option->text)
            *option->text = optarg;
        else if (option && option->flag)
            *option->flag = true;
        else if (c == HELP)
            return show_help(help);
        else if (c == VERSION)
            return show_version();
        else if (c != NO_COLOR) {
            usage_describe_option(c, argv, long_options, wrong);
            return program_usage(argv[0], wrong, program_wants_json(argc, argv));
        }
    }
    return -1;
}

bool program_wants_json(int argc, char **argv)
{
    bool wanted = false;
    for (int i = 1; i < argc; i++)
        wanted |= strcmp(argv[i], "--json") == 0;
    return wanted;
}
