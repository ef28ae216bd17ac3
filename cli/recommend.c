/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "answer/recommend.h"
#include "answer/term.h"
#include "cli/command.h"
#include "core/text_scan.h"

enum { MAX_BUDGET = 1000000, MAX_GUESTS = 64 };

struct recommend_command {
    struct session *session;
    struct recommend_question question;
    struct pci_id beside[MAX_BESIDE];
    int beside_count;
    const char *lspci; /* a listing of the machine */
};

static enum error_code add_found(void *context, const struct found_id *found, struct error *error)
{
    struct recommend_command *command = context;
    struct pci_id id = pci_id_base(&found->id);
    return recommend_add_neighbour(command->session->database, &id, &command->question, error);
}

/* Adds all GPUs that a listing has. */
static enum error_code read_listing(struct recommend_command *command, struct error *error)
{
    const struct text_scan_visitor visitor = {.found = add_found, .context = command};
    int before = command->question.neighbour_count;
    bool is_input = strcmp(command->lspci, "-") == 0;
    const char *name = is_input ? "standard input" : command->lspci;
    int file = is_input ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        error_set_errno(error, errno, "cannot open %s", name);
        return error_blame_input(error);
    }
    /* A FIFO without a writer is empty; one with a writer is waited for. */
    if (!is_input)
        fcntl(file, F_SETFL, 0);
    (void)!text_scan(file, name, &visitor, error);
    if (!is_input)
        close(file);
    if (error->code || command->question.neighbour_count > before)
        return error->code;
    error_set(error, ERROR_BAD_INPUT, "%s names no GPU that is known", name);
    return error_next(error, "write it with: lspci -nn >FILE");
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

static const char *take_vendor(void *target, char *text)
{
    static const struct {
        const char *name;
        int vendor;
    } known[] = {{"nvidia", 0x10de}, {"amd", 0x1002}, {"intel", 0x8086}};
    int *vendor = target;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (strcasecmp(text, known[i].name) == 0) {
            *vendor = known[i].vendor;
            return NULL;
        }
    if (strncasecmp(text, "0x", 2) == 0)
        text += 2;
    if (strlen(text) != 4 || strspn(text, "0123456789abcdefABCDEF") != 4)
        return "--vendor is nvidia, amd, intel or four hexadecimal digits";
    *vendor = (int)strtol(text, NULL, 16);
    return NULL;
}

/* Codecs with commas between them. */
static const char *take_codecs(void *target, char *list)
{
    *(const char **)target = list;
    for (const char *rest = list; rest;) {
        char word[16];
        const char *end = strchr(rest, ',');
        snprintf(word, sizeof word, "%.*s", end ? (int)(end - rest) : -1, rest);
        rest = end ? end + 1 : NULL;
        if (vocabulary_find(&vocabulary_codec, word) < 0)
            return "--encode and --decode take h264, hevc, hevc10, vp9 or av1";
    }
    return NULL;
}

static const char *take_beside(void *target, char *text)
{
    struct recommend_command *command = target;
    return command->beside_count < MAX_BESIDE &&
                   pci_id_parse(text, strlen(text), &command->beside[command->beside_count++]) == PCI_ID_OK
               ? NULL
               : "--beside must be a PCI ID such as 10de:1d01, 16 at most";
}

static struct recommend_command command = {
    .question = {.wanted = {.purpose = ANY_PURPOSE, .vendor = ANY_VENDOR}, .limit = DEFAULT_RECOMMENDED}};
#define WANTED command.question.wanted
const struct command_option recommend_options[] = {
    {"use", .word = &WANTED.purpose, .vocabulary = &vocabulary_purpose,
     .fault = "--use is llm, compute, display, gaming, transcode or macos"},
    {"budget", .whole = &WANTED.budget, .unit = "$", .low = 1, .high = MAX_BUDGET,
     .fault = "--budget must be whole US dollars, 1 to 1000000"},
    {"vram", .amount = &WANTED.vram_gib, .unit = "GB", .low = 0.001, .high = 4096,
     .fault = "--vram must be GB, up to 4096"},
    {"watts", .whole = &WANTED.watts, .unit = "W", .low = 1, .high = 10000,
     .fault = "--watts must be a number of watts"},
    {"slots", .amount = &WANTED.slots, .low = 0.5, .high = 8,
     .fault = "--slots must be a number from 1 to 8"},
    {"max-length", .whole = &WANTED.length_mm, .unit = "mm", .low = 1, .high = 2000,
     .fault = "--max-length must be millimetres, up to 2000"},
    {"encode", .take = take_codecs, .target = &WANTED.encode},
    {"decode", .take = take_codecs, .target = &WANTED.decode},
    {"split", .whole = &WANTED.guests, .low = 1, .high = MAX_GUESTS,
     .fault = "--split must be a number up to 64"},
    {"vendor", .take = take_vendor, .target = &WANTED.vendor},
    {"guest", .take = command_take_guest, .target = &command.question.guest},
    {"beside", .take = take_beside, .target = &command},
    {"lspci", .text = &command.lspci},
    {"limit", .whole = &command.question.limit, .low = 1, .high = MAX_RECOMMENDED,
     .fault = "--limit must be 1 to 50"},
    {"no-plug", .flag = &WANTED.no_plug},
    {"low-profile", .flag = &WANTED.low_profile},
    {"passive", .flag = &WANTED.passive},
    {"unpriced", .flag = &WANTED.unpriced},
    {.name = NULL},
};

int command_recommend(struct session *session, char **operands, int count, struct error *error)
{
    static struct recommendation recommendation; /* too large for a stack */
    struct buffer term CLEANUP(buffer_free) = BUFFER(4096);
    struct recommend_question *question = &command.question;
    command.session = session;
    WANTED.macos = question->guest == GUEST_MACOS;
    int status = join_terms(operands, count, &term, session->json);
    if (status)
        return status;
    session_begin(session);
    if (session_open_database(session, error))
        return 0;
    for (int i = 0; i < command.beside_count; i++)
        if (recommend_add_neighbour(session->database, &command.beside[i], question, error))
            return 0;
    if ((command.lspci && read_listing(&command, error)) ||
        (count && recommend_find_given(session->database, buffer_text(&term), question, error)) ||
        recommend_gather(session->database, question, &recommendation, error))
        return 0;
    if (session->json) {
        recommend_write_json(&session->writer, &recommendation);
    } else {
        const struct prose prose = output_prose(&session->output);
        recommend_write_prose(&prose, &recommendation);
    }
    return 0;
}
