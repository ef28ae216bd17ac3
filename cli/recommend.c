#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/command.h"
#include "cli/recommend.h"

enum { MAX_TERM = 256, MAX_BUDGET = 1000000 };

const char recommend_help[] =
    "Usage: passthru recommend [OPTION]... [PCI_ID|NAME]\n"
    "\n"
    "Tells what to buy: add-in cards with their vBIOS on the card, a reset that\n"
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

/* The GPU that shall be replaced, by its ID or by its name. */
static enum error_code find_given(struct database *database, const char *term,
                                  struct recommend_question *question, struct error *error)
{
    const struct answer_options options = {.chassis = CHASSIS_UNKNOWN};
    struct pci_id id;
    if (pci_id_parse(term, strlen(term), &id) != PCI_ID_OK) {
        uint32_t number;
        int count;
        if (database_search(database, term, &number, 1, &count, &question->called_so, error))
            return error->code;
        if (!count) {
            error_set(error, ERROR_NOT_FOUND, "no GPU is called \"%s\"", term);
            return error_next(error,
                              "try fewer words, or the PCI ID that lspci -nn shows, such as 10de:1d16");
        }
        id = pci_id_from_number(number);
    }
    if (answer_gather(database, &id, term, &options, &question->given, error))
        return error->code;
    question->instead = true;
    if (question->given.device.is_gpu)
        return recommend_judge_given(database, question, error);
    error_set(error, ERROR_NOT_FOUND, "%s is no GPU as far as is known", term);
    return error_next(error, "name the GPU itself; passthru recommend alone tells what to buy");
}

static enum error_code write_answer(struct database *database, const struct recommend_question *question,
                                    const struct recommended *found, int found_count,
                                    const struct common_options *common, struct output *output,
                                    struct error *error)
{
    static struct recommendation cards[MAX_RECOMMENDED]; /* too large for a stack */
    struct database_counts counts;
    int count = found_count < MAX_RECOMMENDED ? found_count : MAX_RECOMMENDED;
    for (int i = 0; i < count; i++) {
        struct recommendation *card = &cards[i];
        struct pci_id id = pci_id_from_number(found[i].rank.pci_id);
        const struct answer_options options = {.chassis = found[i].chassis};
        card->card = &found[i];
        if (answer_gather(database, &id, "", &options, &card->answer, error))
            return error->code;
        for (int use = 0; use < USE_COUNT; use++)
            if (database_find_chip_use(database, id.vendor, card->answer.device.gpu.chip, (enum use)use,
                                       &card->uses[use], error))
                return error->code;
    }
    if (database_count(database, &counts, error))
        return error->code;
    if (common->json) {
        struct json_writer writer = {.out = &output->buffer, .for_terminal = true};
        recommend_write_json(&writer, question, cards, count, (long long)counts.reports);
        buffer_append_byte(&output->buffer, '\n');
    } else {
        recommend_write_text(output, question, cards, count, (long long)counts.reports);
    }
    if (output->buffer.failed)
        return error_set(error, ERROR_NO_MEMORY, "the answer is too large");
    return ERROR_NONE;
}

static int run(struct recommend_question *question, const char *term, const struct common_options *common)
{
    struct error error = {.code = ERROR_NONE};
    struct database_place place;
    struct database *database;
    struct recommended *found = NULL;
    int count;
    if (database_locate(common->database, &place, &error) || database_open(place.path, &database, &error))
        return output_error(&error, common->json);
    struct output output = output_for_stdout(common->no_color);
    int status = 0;
    if ((*term && find_given(database, term, question, &error)) ||
        recommend_find(database, question, &found, &count, &error) ||
        write_answer(database, question, found, count, common, &output, &error)) {
        buffer_clear(&output.buffer);
        status = output_error(&error, common->json);
    }
    if (!output_flush(&output) && !status)
        status = output_finish();
    buffer_free(&output.buffer);
    free(found);
    database_close(database);
    return status;
}

/* One GPU: an ID, or the words of a name, with or without quotation marks. */
static int join_terms(char **terms, int count, struct buffer *joined, bool json)
{
    for (int i = 0; i < count; i++) {
        struct pci_id id;
        enum pci_id_result result = pci_id_parse(terms[i], strlen(terms[i]), &id);
        if (!terms[i][0])
            return output_usage_error("recommend", json, "the GPU to be replaced is empty");
        if (result == PCI_ID_MALFORMED)
            return output_usage_error("recommend", json, "\"%s\" is no PCI ID; write it like 10de:1d16",
                                      terms[i]);
        if (result == PCI_ID_OK && count > 1)
            return output_usage_error("recommend", json, "name one GPU to be replaced, not several");
        buffer_append_format(joined, "%s%s", i ? " " : "", terms[i]);
    }
    if (joined->failed || joined->length > MAX_TERM)
        return output_usage_error("recommend", json, "a name has at most %d characters", MAX_TERM);
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
    bool json = command_wants_json(argc, argv); /* wherever it stands: errors are told as JSON, too */
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
