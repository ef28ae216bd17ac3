/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer/recommend.h"
#include "answer/term.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/pager.h"

enum { MAX_BUDGET = 1000000 };

const char recommend_help[] =
    "Usage: passthru recommend [OPTION]... [PCI_ID|NAME]\n"
    "\n"
    "Says what to buy: add-in cards with their vBIOS on the card, a reset that\n"
    "works and a likely verdict, those with the most evidence first. With a GPU,\n"
    "what to buy instead of it: a card with the same chip before all others.\n"
    "\n"
    "  --use USE        what for: compute, display or transcode\n"
    "  --budget USD     at most so many US dollars, used; cards whose price is not\n"
    "                   known stand apart\n"
    "  --vendor VENDOR  nvidia, amd, intel or a vendor ID such as 10de\n"
    "  --db FILE        use this database\n"
    "  --json           answer as JSON\n"
    "  --no-color       no colour, also with NO_COLOR set\n"
    "  --no-pager       show a long answer without a pager\n"
    "  --help           this text\n"
    "\n"
    "Exit status: 0 answered; 1 nothing fits, or no such GPU; 2 wrong usage;\n"
    "3 no usable database.\n";

static bool parse_vendor(const char *text, int *vendor)
{
    static const struct {
        const char *name;
        int vendor;
    } known[] = {{"nvidia", 0x10de}, {"amd", 0x1002}, {"intel", 0x8086}};
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (strcasecmp(text, known[i].name) == 0) {
            *vendor = known[i].vendor;
            return true;
        }
    if (strncasecmp(text, "0x", 2) == 0)
        text += 2;
    if (strlen(text) != 4 || strspn(text, "0123456789abcdefABCDEF") != 4)
        return false;
    *vendor = (int)strtol(text, NULL, 16);
    return true;
}

/* Whole dollars, "$40" too. */
static bool parse_budget(const char *text, int *budget)
{
    char *end;
    if (*text == '$')
        text++;
    if (*text < '0' || *text > '9')
        return false;
    long dollars = strtol(text, &end, 10);
    *budget = (int)dollars;
    return !*end && dollars > 0 && dollars <= MAX_BUDGET;
}

static enum error_code answer(struct database *database, struct recommend_question *question,
                              const char *given, bool json, struct output *output, struct error *error)
{
    static struct recommendation recommendation; /* too large for a stack */
    if ((*given && recommend_find_given(database, given, question, error)) ||
        recommend_gather(database, question, &recommendation, error))
        return error->code;
    if (json) {
        struct json_writer writer = {.out = &output->buffer, .for_terminal = true};
        recommend_write_json(&writer, &recommendation);
        output_blank(output);
    } else {
        const struct prose prose = output_prose(output);
        recommend_write_prose(&prose, &recommendation);
    }
    return ERROR_NONE;
}

static int run(struct recommend_question *question, const char *given, const struct common_options *common)
{
    struct error error = {.code = ERROR_NONE};
    struct database_place place;
    struct database *database = NULL;
    pager_start(common, NULL, 0);
    struct output output = output_for_stdout(common->no_color);
    int status = 0;
    if (database_locate(common->database, &place, &error) || database_open(place.path, &database, &error) ||
        answer(database, question, given, common->json, &output, &error)) {
        buffer_clear(&output.buffer);
        status = output_error(&error, common->json);
    }
    database_close(database);
    return output_end(&output, status);
}

/* One GPU: an ID, or the words of a name, with or without quotation marks. */
static int join_terms(char **texts, int count, struct buffer *joined, bool json)
{
    struct term term;
    struct error error;
    for (int i = 0; i < count; i++) {
        if (term_parse(texts[i], &term, &error))
            return output_error(&error, json);
        if (term.kind == TERM_ID && count > 1)
            return output_usage_error("recommend", json, "name one GPU to be replaced, not several");
        buffer_append_format(joined, "%s%s", i ? " " : "", texts[i]);
    }
    if (count && term_parse(buffer_text(joined), &term, &error))
        return output_error(&error, json);
    return 0;
}

int command_recommend(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"use", required_argument, NULL, 'u'},
        {"budget", required_argument, NULL, 'b'},
        {"vendor", required_argument, NULL, 'v'},
        COMMON_OPTIONS,
    };
    static struct recommend_question question = {.use = ANY_USE, .vendor = ANY_VENDOR};
    struct buffer term CLEANUP(buffer_free) = BUFFER(4096);
    struct common_options common = {.database = NULL};
    bool json = command_wants_json(argc, argv); /* wherever it stands: errors are JSON too */
    int status = 0;
    for (int c; (c = command_option(argc, argv, long_options, &common, &status)) != -1;) {
        if (c == COMMAND_ENDS)
            return status;
        if (c == 'u' && (question.use = vocabulary_find(&vocabulary_use, optarg)) < 0)
            return output_usage_error("recommend", json, "--use is compute, display or transcode");
        if (c == 'b' && !parse_budget(optarg, &question.budget))
            return output_usage_error("recommend", json, "--budget must be whole US dollars, 1 to %d",
                                      MAX_BUDGET);
        if (c == 'v' && !parse_vendor(optarg, &question.vendor))
            return output_usage_error("recommend", json,
                                      "--vendor is nvidia, amd, intel or four hexadecimal digits");
    }
    status = join_terms(argv + optind, argc - optind, &term, json);
    return status ? status : run(&question, buffer_text(&term), &common);
}
