/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/pager.h"
#include "cli/query.h"
#include "cli/query_table.h"
#include "cli/renewal.h"
#include "core/error_output.h"
#include "core/streams.h"
#include "core/text_scan.h"

enum { MAX_FULL_ANSWERS = 3 };
/* How many reports are read: for JSON, to be shown, and to see what those of different outcomes differ in. */
enum { JSON_REPORTS = 20, SHOWN_REPORTS = 5, COMPARED_REPORTS = 12 };

static enum error_code answer_id(struct query *query, const struct pci_id *id, const char *term,
                                 struct error *error)
{
    struct pci_id refined = query_refine(query, *id);
    if (answer_gather(query->database, &refined, term, &query->options, &query->answer, error))
        return error->code == ERROR_NOT_FOUND ? query_write_missing(query, term, error) : error->code;
    return query_write_answer(query, error);
}

/* Several GPUs in text: a line each. */
static enum error_code write_table(struct query *query, const struct pci_id ids[], int count,
                                   struct error *error)
{
    struct answer_options options = query->options;
    options.report_limit = 0;
    options.explain = false;
    query_table_head(&query->output);
    for (int i = 0; i < count; i++) {
        struct pci_id id = query_refine(query, ids[i]);
        if (answer_gather(query->database, &id, "", &options, &query->answer, error))
            return error->code;
        query_table_row(&query->output, &query->answer);
        query->answered++;
        if (query_flush(query, QUERY_FLUSH_BYTES, error))
            return error->code;
    }
    output_blank(&query->output);
    output_paragraph(&query->output, 2, "", "For an answer: passthru query PCI_ID");
    return ERROR_NONE;
}

/* ---- any text on standard input ---- */

static enum error_code remember_unknown(struct query *query, const struct found_id *found,
                                        struct error *error)
{
    if (error->code != ERROR_NOT_FOUND)
        return error->code;
    if (found->on_display_line) {
        char text[PCI_ID_TEXT_SIZE];
        struct pci_id base = pci_id_base(&found->id);
        if (!query->unknown_displays++)
            pci_id_print(&base, query->unknown_display);
        if (query->format != FORMAT_TEXT)
            query_write_unknown(query, pci_id_print(&base, text), error);
    }
    return error->code = ERROR_NONE;
}

/* What is not stated is 0. */
static bool same_id(const struct pci_id *a, const struct pci_id *b)
{
    return pci_id_number(a) == pci_id_number(b) && a->has_subsystem == b->has_subsystem &&
           a->subvendor == b->subvendor && a->subdevice == b->subdevice &&
           a->has_revision == b->has_revision && a->revision == b->revision;
}

/* Text is answered at the end, when it is known how many GPUs there are. */
static enum error_code remember_gpu(struct query *query, const struct pci_id *id)
{
    if (!query->answer.device.is_gpu) {
        query->other_devices++;
        return ERROR_NONE;
    }
    for (int i = 0; i < query->text_gpu_count; i++)
        if (same_id(&query->text_gpus[i], id))
            return ERROR_NONE;
    if (query->text_gpu_count < MAX_TEXT_GPUS)
        query->text_gpus[query->text_gpu_count++] = *id;
    return ERROR_NONE;
}

static enum error_code on_found(void *context, const struct found_id *found, struct error *error)
{
    struct query *query = context;
    struct pci_id id = query_refine(query, found->id);
    struct pci_id base = pci_id_base(&id);
    char text[PCI_ID_TEXT_SIZE];
    if (query->format == FORMAT_TEXT)
        return database_find_device(query->database, &id, &query->answer.device, error)
                   ? remember_unknown(query, found, error)
                   : remember_gpu(query, &id);
    if (answer_gather(query->database, &id, pci_id_print(&base, text), &query->options, &query->answer,
                      error))
        return remember_unknown(query, found, error);
    return query_write_answer(query, error);
}

static enum error_code flush_stream(void *context, struct error *error)
{
    struct query *query = context;
    if (query_flush(query, 1, error))
        return error->code;
    query->lost = !streams_flush();
    return query->lost ? error->code = ERROR_SYSTEM : ERROR_NONE;
}

static enum error_code write_text_gpus(struct query *query, struct error *error)
{
    enum error_code code = ERROR_NONE;
    if (query->text_gpu_count > MAX_FULL_ANSWERS)
        return write_table(query, query->text_gpus, query->text_gpu_count, error);
    for (int i = 0; i < query->text_gpu_count && !code; i++)
        code = answer_id(query, &query->text_gpus[i], "-", error);
    if (!code && query->other_devices && !query->text_gpu_count) {
        output_paragraph(&query->output, 2, "", "Devices were found, but none of them is a GPU.");
        query->answered++;
    }
    return code;
}

static enum error_code answer_stdin(struct query *query, struct error *error)
{
    long before = query->answered;
    if (isatty(STDIN_FILENO))
        fputs("passthru: reading text from the terminal, end it with Ctrl-D\n", stderr);
    const struct text_scan_visitor visitor = {on_found, query->format == FORMAT_NDJSON ? flush_stream : NULL,
                                              query};
    if (text_scan(STDIN_FILENO, &visitor, error) ||
        (query->format == FORMAT_TEXT && write_text_gpus(query, error)))
        return error->code;
    char date[LIST_VERSION_SIZE];
    char list[100];
    if (database_pci_ids_version(query->database, date, error))
        return error->code;
    answer_name_list(date, list, sizeof list);
    if (query->unknown_displays) {
        error_set(error, ERROR_NOT_FOUND, "%s is a display controller that is not known: %s",
                  query->unknown_display, list);
        error_next(error, "fetch a newer list with: passthru sync");
        output_error(error, false);
    }
    if (query->answered == before) {
        error_set(error, ERROR_NOT_FOUND, "no known PCI ID on standard input; %s", list);
        error_next(error,
                   "lspci -nn | passthru query -; for a newer card fetch a newer list with: passthru sync");
        return query_write_missing(query, "-", error);
    }
    return error->code = ERROR_NONE;
}

/* ---- terms ---- */

static enum error_code answer_term(struct query *query, const struct term *term, struct error *error)
{
    switch (term->kind) {
    case TERM_ID:
        return answer_id(query, &term->id, term->text, error);
    case TERM_TEXT:
        return answer_stdin(query, error);
    case TERM_NAME:
        break;
    }
    return query_answer_name(query, term->text, error);
}

/* The words of a name without quotation marks, as in  query rtx 3060: if GPUs are called by all of them
 * together, that is what was meant. Scripts mean each term by itself. Stores the words, or "". */
static enum error_code join_words(struct query *query, const struct term *terms, int count,
                                  struct buffer *joined, struct error *error)
{
    bool is_found = false;
    error->code = ERROR_NONE;
    if (query->format != FORMAT_TEXT || count < 2)
        return ERROR_NONE;
    for (int i = 0; i < count; i++) {
        if (terms[i].kind != TERM_NAME || strchr(terms[i].text, ' ')) {
            buffer_clear(joined);
            return ERROR_NONE;
        }
        buffer_append_format(joined, "%s%s", i ? " " : "", terms[i].text);
    }
    bool fits = !joined->failed && joined->length <= MAX_TERM;
    if (fits &&
        database_search(query->database, buffer_text(joined), query->options.chassis, &query->search, error))
        return error->code;
    is_found =
        fits && query->search.count && query->search.is_safe && query->search.hits[0].kind != MATCH_SIMILAR;
    if (!is_found)
        buffer_clear(joined);
    return ERROR_NONE;
}

static enum error_code answer_terms(struct query *query, const struct term *terms, int count,
                                    struct error *error)
{
    struct buffer joined CLEANUP(buffer_free) = BUFFER(4096);
    if (join_words(query, terms, count, &joined, error))
        return error->code;
    if (joined.length)
        return query_answer_name(query, buffer_text(&joined), error);
    if (query->format == FORMAT_JSON)
        buffer_append_byte(&query->output.buffer, '[');
    for (int i = 0; i < count; i++)
        if (answer_term(query, &terms[i], error))
            return error->code;
    if (query->format == FORMAT_JSON)
        buffer_append_text(&query->output.buffer, "]\n");
    return ERROR_NONE;
}

/* The last line: how to see what a short answer left out. */
static void say_more(struct query *query)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(400);
    char id[PCI_ID_TEXT_SIZE];
    buffer_append_text(&line, "More: passthru query --full");
    if (query->options.chassis != CHASSIS_UNKNOWN)
        buffer_append_format(&line, " --chassis %s",
                             vocabulary_value(&vocabulary_chassis, (int)query->options.chassis));
    if (query->options.guest != GUEST_UNKNOWN)
        buffer_append_format(&line, " --guest %s",
                             vocabulary_value(&vocabulary_guest, (int)query->options.guest));
    if (query->options.share != SHARE_WHOLE)
        buffer_append_format(&line, " --share %s",
                             vocabulary_value(&vocabulary_share, (int)query->options.share));
    if (query->shown.has_revision && query->short_answers == 1)
        buffer_append_format(&line, " --revision %02x", query->shown.revision);
    buffer_append_format(&line, " %s",
                         query->short_answers == 1 ? pci_id_print(&query->shown, id) : "PCI_ID");
    output_paragraph(&query->output, 0, "", buffer_text(&line));
}

/* What stands below the answers. */
static void write_end(struct query *query, const char *path)
{
    if (query->short_answers)
        output_blank(&query->output);
    renewal_write_note(&query->output, query->database, path, query->answered > 0, query->is_newer_than_list);
    if (query->short_answers)
        say_more(query);
}

/* All terms are read before anything is answered. */
static enum error_code read_and_answer(struct query *query, char **texts, int count, struct error *error)
{
    struct database_place place;
    struct term *terms = calloc((size_t)count, sizeof *terms);
    error->code = ERROR_NONE;
    if (!terms)
        return error_set(error, ERROR_NO_MEMORY, "no memory for %d terms", count);
    bool good = true;
    for (int i = 0; i < count && good; i++)
        good = !term_parse(texts[i], &terms[i], error);
    if (good && !database_locate(query->common.database, &place, error) &&
        !database_open(place.path, &query->database, error) && !answer_terms(query, terms, count, error) &&
        query->format == FORMAT_TEXT)
        write_end(query, place.path);
    free(terms);
    return error->code;
}

static int run(struct query *query, char **texts, int count)
{
    struct error error;
    bool json = query->format != FORMAT_TEXT;
    int status = 0;
    query->common.json = json;
    pager_start(&query->common, (const char *const *)texts, count);
    query->output = output_for_stdout(query->common.no_color);
    query->writer = (struct json_writer){.out = &query->output.buffer, .for_terminal = true};
    if (read_and_answer(query, texts, count, &error)) {
        buffer_clear(&query->output.buffer);
        status = query->lost ? 0 : output_error(&error, json);
    } else if (query->missing) {
        status = error_exit_status(ERROR_NOT_FOUND);
        /* One question without an answer: the error is the document. */
        bool is_document = query->format == FORMAT_JSON && !query->answered && query->missing == 1;
        if (is_document)
            buffer_clear(&query->output.buffer);
        if (json)
            output_error(&query->first_error, is_document);
    }
    return output_end(&query->output, status);
}

int command_query(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"ndjson", no_argument, NULL, 'n'},
        {"chassis", required_argument, NULL, 'c'},
        {"guest", required_argument, NULL, 'g'},
        {"share", required_argument, NULL, 'S'},
        {"subsystem", required_argument, NULL, 's'},
        {"revision", required_argument, NULL, 'r'},
        {"full", no_argument, NULL, 'f'},
        {"reports", required_argument, NULL, 'N'},
        {"explain", no_argument, NULL, 'e'},
        COMMON_OPTIONS,
    };
    static struct query query; /* too large for a stack; what it holds is left to the end of the process */
    bool ndjson = false;
    int chassis = CHASSIS_UNKNOWN;
    int share = SHARE_WHOLE;
    bool json = command_wants_json(argc, argv); /* wherever it stands: errors are JSON too */
    int status = 0;
    query.options.report_limit = -1;
    for (int c; (c = command_option(argc, argv, long_options, &query.common, &status)) != -1;) {
        if (c == COMMAND_ENDS)
            return status;
        if (c == 'n')
            ndjson = true;
        else if (c == 'f')
            query.full = true;
        else if (c == 'e')
            query.full = query.options.explain = true;
        else if (c == 'c' && (chassis = vocabulary_find(&vocabulary_chassis, optarg)) < 0)
            return output_usage_error("query", json,
                                      "--chassis is desktop, laptop, mini-pc, server, egpu or unknown");
        else if (c == 'g' && !command_take_guest(optarg, &query.options.guest))
            return output_usage_error("query", json, "%s", command_guest_fault);
        else if (c == 'S' && (share = vocabulary_find(&vocabulary_share, optarg)) < 0)
            return output_usage_error("query", json, "--share is whole, sr-iov or vgpu");
        else if (c == 's' && !pci_id_parse_subsystem(optarg, &query.refinement))
            return output_usage_error("query", json, "--subsystem must be like 1028:08b0");
        else if (c == 'r' && !pci_id_parse_revision(optarg, &query.refinement))
            return output_usage_error("query", json, "--revision must be two hexadecimal digits");
        else if (c == 'N') {
            char *end;
            long limit = strtol(optarg, &end, 10);
            if (*end || end == optarg || limit < 0 || limit > 10000)
                return output_usage_error("query", json, "--reports must be a number up to 10000");
            query.options.report_limit = (int)limit;
            query.full = true;
        }
    }
    query.options.chassis = (enum chassis)chassis;
    query.options.share = (enum share)share;
    query.format = ndjson ? FORMAT_NDJSON : query.common.json ? FORMAT_JSON : FORMAT_TEXT;
    query.options.is_short = query.format == FORMAT_TEXT && !query.full;
    if (query.options.report_limit < 0)
        query.options.report_limit = query.format != FORMAT_TEXT ? JSON_REPORTS
                                     : query.full                ? SHOWN_REPORTS
                                                                 : COMPARED_REPORTS;
    if (optind == argc)
        return output_usage_error("query", json, "a term is missing: a PCI ID, a name, or -");
    return run(&query, argv + optind, argc - optind);
}
