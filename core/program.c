/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/program.h"

#include <getopt.h>
#include <string.h>

#include "core/streams.h"
#include "core/text.h"
#include "core/usage.h"
#include "version.h"

static const char *program_name = "passthru";

void program_print(FILE *stream, const char *prefix, const char *text)
{
    struct buffer safe CLEANUP(buffer_free) = BUFFER(16384);
    text_append_safe(&safe, text, strlen(text));
    fprintf(stream, "%s%s\n", prefix, buffer_text(&safe));
}

void program_set_name(const char *name)
{
    program_name = name;
}

int program_show_help(const char *help)
{
    printf("Usage: %s %s", program_name, help);
    return 0;
}

int program_show_version(void)
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
            return program_show_help(help);
        else if (c == VERSION)
            return program_show_version();
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
