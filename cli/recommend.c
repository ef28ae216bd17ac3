/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "answer/recommend.h"
#include "answer/term.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "core/text_scan.h"

enum { MAX_BUDGET = 1000000, MAX_GUESTS = 64 };

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

/* A number of `unit`, which may follow it ("12GB"), or stand in front if it is $. */
static bool parse_amount(const char *text, const char *unit, double low, double high, double *amount)
{
    char *end;
    if (*unit == '$' && *text == '$')
        text++;
    if (*text < '0' || *text > '9')
        return false;
    *amount = strtod(text, &end);
    return (!*end || strcasecmp(end, unit) == 0) && *amount >= low && *amount <= high;
}

static bool parse_count(const char *text, const char *unit, int high, int *count)
{
    double amount = 0;
    bool is_whole = parse_amount(text, unit, 1, high, &amount) && amount == (int)amount;
    *count = (int)amount;
    return is_whole;
}

/* Codecs with commas between them. */
static bool are_codecs(const char *list)
{
    for (;; list++) {
        char word[CARD_WORD_SIZE];
        size_t length = strcspn(list, ",");
        if (length >= sizeof word)
            return false;
        memcpy(word, list, length);
        word[length] = '\0';
        if (vocabulary_find(&vocabulary_codec, word) < 0)
            return false;
        list += length;
        if (!*list)
            return true;
    }
}

/* ---- the answer ---- */

struct recommend_command {
    struct recommend_question question;
    struct pci_id beside[MAX_BESIDE];
    int beside_count;
    const char *lspci; /* a listing of the machine */
    struct database *database;
    struct common_options common;
};

static enum error_code add_found(void *context, const struct found_id *found, struct error *error)
{
    struct recommend_command *command = context;
    struct pci_id id = pci_id_base(&found->id);
    return recommend_add_neighbour(command->database, &id, &command->question, error);
}

/* Adds all GPUs that a listing has. */
static enum error_code read_listing(struct recommend_command *command, struct error *error)
{
    const struct text_scan_visitor visitor = {.found = add_found, .context = command};
    int before = command->question.neighbour_count;
    int file = open(command->lspci, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        error_set_errno(error, errno, "cannot open %s", command->lspci);
        return error_blame_input(error);
    }
    (void)!text_scan(file, &visitor, error);
    close(file);
    if (error->code || command->question.neighbour_count > before)
        return error->code;
    error_set(error, ERROR_BAD_INPUT, "%s names no GPU that is known", command->lspci);
    return error_next(error, "write it with: lspci -nn >FILE");
}

static enum error_code answer(struct recommend_command *command, const char *given, struct output *output,
                              struct error *error)
{
    static struct recommendation recommendation; /* too large for a stack */
    struct recommend_question *question = &command->question;
    struct database_place place;
    if (database_locate(command->common.database, &place, error) ||
        database_open(place.path, &command->database, error))
        return error->code;
    for (int i = 0; i < command->beside_count; i++)
        if (recommend_add_neighbour(command->database, &command->beside[i], question, error))
            return error->code;
    if ((command->lspci && read_listing(command, error)) ||
        (*given && recommend_find_given(command->database, given, question, error)) ||
        recommend_gather(command->database, question, &recommendation, error))
        return error->code;
    if (command->common.json) {
        struct json_writer writer = {.out = &output->buffer, .for_terminal = true};
        recommend_write_json(&writer, &recommendation);
        output_blank(output);
    } else {
        const struct prose prose = output_prose(output);
        recommend_write_prose(&prose, &recommendation);
    }
    return ERROR_NONE;
}

static int run(struct recommend_command *command, const char *given)
{
    struct error error = {.code = ERROR_NONE};
    pager_start(&command->common, NULL, 0);
    struct output output = output_for_stdout(command->common.no_color);
    int status = 0;
    if (answer(command, given, &output, &error)) {
        buffer_clear(&output.buffer);
        status = output_error(&error, command->common.json);
    }
    answer_free(&command->question.given);
    database_close(command->database);
    return output_end(&output, status);
}

/* ---- the command line ---- */

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

static bool parse_beside(const char *text, struct recommend_command *command)
{
    return command->beside_count < MAX_BESIDE &&
           pci_id_parse(text, strlen(text), &command->beside[command->beside_count++]) == PCI_ID_OK;
}

static bool parse_guest(const char *text, struct recommend_question *question)
{
    bool taken = command_take_guest(text, &question->guest);
    question->wanted.macos = question->guest == GUEST_MACOS;
    return taken;
}

/* Options without a value begin where those with one end. */
enum option_number {
    USE = 256,
    BUDGET,
    VRAM,
    WATTS,
    SLOTS,
    MAX_LENGTH,
    ENCODE,
    DECODE,
    SPLIT,
    VENDOR,
    GUEST,
    BESIDE,
    LSPCI,
    LIMIT,
    NO_PLUG,
    LOW_PROFILE,
    PASSIVE,
    UNPRICED
};

/* Takes an option. Returns what is wrong with its value, NULL for nothing. */
static const char *take_option(struct recommend_command *command, int option, const char *value)
{
    struct recommend_question *question = &command->question;
    struct card_question *wanted = &question->wanted;
    switch (option) {
    case USE:
        wanted->purpose = vocabulary_find(&vocabulary_purpose, value);
        return wanted->purpose >= 0 ? NULL : "--use is llm, compute, display, gaming, transcode or macos";
    case BUDGET:
        return parse_count(value, "$", MAX_BUDGET, &wanted->budget)
                   ? NULL
                   : "--budget must be whole US dollars, 1 to 1000000";
    case VRAM:
        return parse_amount(value, "GB", 0.001, 4096, &wanted->vram_gib) ? NULL
                                                                         : "--vram must be GB, up to 4096";
    case WATTS:
        return parse_count(value, "W", 10000, &wanted->watts) ? NULL : "--watts must be a number of watts";
    case SLOTS:
        return parse_amount(value, "", 0.5, 8, &wanted->slots) ? NULL
                                                               : "--slots must be a number from 1 to 8";
    case MAX_LENGTH:
        return parse_count(value, "mm", 2000, &wanted->length_mm)
                   ? NULL
                   : "--max-length must be millimetres, up to 2000";
    case ENCODE:
    case DECODE:
        *(option == ENCODE ? &wanted->encode : &wanted->decode) = value;
        return are_codecs(value) ? NULL : "--encode and --decode take h264, hevc, hevc10, vp9 or av1";
    case SPLIT:
        return parse_count(value, "", MAX_GUESTS, &wanted->guests) ? NULL
                                                                   : "--split must be a number up to 64";
    case VENDOR:
        return parse_vendor(value, &wanted->vendor)
                   ? NULL
                   : "--vendor is nvidia, amd, intel or four hexadecimal digits";
    case GUEST:
        return parse_guest(value, question) ? NULL : command_guest_fault;
    case BESIDE:
        return parse_beside(value, command) ? NULL
                                            : "--beside must be a PCI ID such as 10de:1d01, 16 at most";
    case LSPCI:
        command->lspci = value;
        return NULL;
    case LIMIT:
        return parse_count(value, "", MAX_RECOMMENDED, &question->limit) ? NULL : "--limit must be 1 to 50";
    default:
        wanted->no_plug |= option == NO_PLUG;
        wanted->low_profile |= option == LOW_PROFILE;
        wanted->passive |= option == PASSIVE;
        wanted->unpriced |= option == UNPRICED;
        return NULL;
    }
}

int command_recommend(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"use", required_argument, NULL, USE},
        {"budget", required_argument, NULL, BUDGET},
        {"vram", required_argument, NULL, VRAM},
        {"watts", required_argument, NULL, WATTS},
        {"slots", required_argument, NULL, SLOTS},
        {"max-length", required_argument, NULL, MAX_LENGTH},
        {"encode", required_argument, NULL, ENCODE},
        {"decode", required_argument, NULL, DECODE},
        {"split", required_argument, NULL, SPLIT},
        {"vendor", required_argument, NULL, VENDOR},
        {"guest", required_argument, NULL, GUEST},
        {"beside", required_argument, NULL, BESIDE},
        {"lspci", required_argument, NULL, LSPCI},
        {"limit", required_argument, NULL, LIMIT},
        {"no-plug", no_argument, NULL, NO_PLUG},
        {"low-profile", no_argument, NULL, LOW_PROFILE},
        {"passive", no_argument, NULL, PASSIVE},
        {"unpriced", no_argument, NULL, UNPRICED},
        COMMON_OPTIONS,
    };
    static struct recommend_command command = {
        .question = {.wanted = {.purpose = ANY_PURPOSE, .vendor = ANY_VENDOR}, .limit = DEFAULT_RECOMMENDED}};
    struct buffer term CLEANUP(buffer_free) = BUFFER(4096);
    bool json = command_wants_json(argc, argv); /* wherever it stands: errors are JSON too */
    int status = 0;
    for (int c; (c = command_option(argc, argv, long_options, &command.common, &status)) != -1;) {
        if (c == COMMAND_ENDS)
            return status;
        const char *wrong = c >= USE && c <= UNPRICED ? take_option(&command, c, optarg) : NULL;
        if (wrong)
            return output_usage_error("recommend", json, "%s", wrong);
    }
    status = join_terms(argv + optind, argc - optind, &term, json);
    return status ? status : run(&command, buffer_text(&term));
}
