/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/query.h"
#include "core/streams.h"
#include "core/text_scan.h"

enum { MAX_FULL_ANSWERS = 3 };
/* How many reports are read: for JSON, to be shown, and to see what those of different outcomes differ in. */
enum { JSON_REPORTS = 20, SHOWN_REPORTS = 5, COMPARED_REPORTS = 12 };

static enum error_code answer_id(struct query *query, const struct pci_id *id, const char *term,
                                 struct error *error)
{
    struct pci_id refined = query_refine(query, *id);
    if (answer_gather(query->session->database, &refined, term, &query->options, &query->answer, error))
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
    query_table_head(&query->session->output);
    for (int i = 0; i < count; i++) {
        struct pci_id id = query_refine(query, ids[i]);
        if (answer_gather(query->session->database, &id, "", &options, &query->answer, error))
            return error->code;
        query_table_row(&query->session->output, &query->answer);
        query->answered++;
        if (query_flush(query, QUERY_FLUSH_BYTES, error))
            return error->code;
    }
    output_blank(&query->session->output);
    if (query->text_is_cut)
        output_paragraph(&query->session->output, 2, "", COLOR_YELLOW,
                         "These are the first %d, and there are more: --ndjson answers all.", MAX_TEXT_GPUS);
    output_paragraph(&query->session->output, 2, "", COLOR_PLAIN, "For an answer: passthru query PCI_ID");
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
        if (!query->unknown_displays++)
            pci_id_print_base(&found->id, query->unknown_display);
        if (query->format != FORMAT_TEXT)
            query_write_unknown(query, pci_id_print_base(&found->id, text), error);
    }
    return error->code = ERROR_NONE;
}

/* Text is answered at the end, when it is known how many GPUs there are. What an ID does not state is 0. */
static void remember_gpu(struct query *query, const struct pci_id *id)
{
    bool is_known = false;
    for (int i = 0; i < query->text_gpu_count; i++) {
        const struct pci_id *other = &query->text_gpus[i];
        is_known |= pci_id_number(other) == pci_id_number(id) && other->has_subsystem == id->has_subsystem &&
                    other->subvendor == id->subvendor && other->subdevice == id->subdevice &&
                    other->has_revision == id->has_revision && other->revision == id->revision;
    }
    if (!query->answer.device.is_gpu)
        query->other_devices++;
    else if (!is_known && query->text_gpu_count == MAX_TEXT_GPUS)
        query->text_is_cut = true;
    else if (!is_known)
        query->text_gpus[query->text_gpu_count++] = *id;
}

static enum error_code on_found(void *context, const struct found_id *found, struct error *error)
{
    struct query *query = context;
    struct pci_id id = query_refine(query, found->id);
    char text[PCI_ID_TEXT_SIZE];
    if (query->format == FORMAT_TEXT) {
        if (database_find_device(query->session->database, &id, &query->answer.device, error))
            return remember_unknown(query, found, error);
        remember_gpu(query, &id);
        return ERROR_NONE;
    }
    if (answer_gather(query->session->database, &id, pci_id_print_base(&id, text), &query->options,
                      &query->answer, error))
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
        output_paragraph(&query->session->output, 2, "", COLOR_PLAIN,
                         "Devices were found, but none of them is a GPU.");
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
    if (text_scan(STDIN_FILENO, "standard input", &visitor, error) ||
        (query->format == FORMAT_TEXT && write_text_gpus(query, error)))
        return error->code;
    char list[LIST_TEXT_SIZE];
    if (answer_name_list(query->session->database, list, error))
        return error->code;
    if (query->unknown_displays) {
        if (query->unknown_displays == 1)
            error_set(error, ERROR_NOT_FOUND, "%s is a display controller that is not known: %s",
                      query->unknown_display, list);
        else
            error_set(error, ERROR_NOT_FOUND, "%s and %ld more display controllers are not known: %s",
                      query->unknown_display, query->unknown_displays - 1, list);
        error_next(error, "fetch a newer list with: passthru sync");
    } else {
        error_set(error, ERROR_NOT_FOUND, "no known PCI ID on standard input; %s", list);
        error_next(
            error,
            "lspci -nn | passthru query -; of a listing without numbers ask by the name: passthru query "
            "\"GeForce RTX 3060\"; for a newer card fetch a newer list with: passthru sync");
    }
    if (query->answered == before)
        return query_write_missing(query, "-", error);
    if (query->unknown_displays)
        output_error(error, false);
    return error->code = ERROR_NONE;
}

/* ---- terms ---- */

/* The words of a name without quotation marks, as in  query rtx 3060: if GPUs are called by all of them
 * together, that is what was meant. Scripts mean each term by itself. Stores the words, or "". */
static enum error_code join_words(struct query *query, const struct term *terms, int count,
                                  struct buffer *joined, struct error *error)
{
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
    if (fits && database_search(query->session->database, buffer_text(joined), query->options.chassis,
                                &query->search, error))
        return error->code;
    if (!fits || !query->search.count || !query->search.is_safe ||
        query->search.hits[0].kind == MATCH_SIMILAR)
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
        json_write_begin_array(&query->session->writer, NULL);
    for (int i = 0; i < count; i++)
        if (terms[i].kind == TERM_ID     ? answer_id(query, &terms[i].id, terms[i].text, error)
            : terms[i].kind == TERM_TEXT ? answer_stdin(query, error)
                                         : query_answer_name(query, terms[i].text, error))
            return error->code;
    if (query->format == FORMAT_JSON)
        json_write_end_array(&query->session->writer);
    return ERROR_NONE;
}

/* The last line: how to see what a short answer left out. */
static void say_more(struct query *query)
{
    const struct answer_options *asked = &query->options;
    const struct {
        const char *option;
        const char *value;
    } given[] = {{"--chassis", asked->chassis ? chassis_value(asked->chassis) : NULL},
                 {"--guest", asked->guest ? guest_value(asked->guest) : NULL},
                 {"--share", asked->share != SHARE_WHOLE ? share_value(asked->share) : NULL}};
    struct buffer line CLEANUP(buffer_free) = BUFFER(400);
    char id[PCI_ID_TEXT_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(given); i++)
        if (given[i].value)
            buffer_append_format(&line, "%s %s ", given[i].option, given[i].value);
    if (query->shown.has_revision && query->short_answers == 1)
        buffer_append_format(&line, "--revision %02x ", query->shown.revision);
    output_text(&query->session->output, "More: passthru query --full %s%s", buffer_text(&line),
                query->short_answers == 1 ? pci_id_print(&query->shown, id) : "PCI_ID");
}

/* All terms are read before anything is answered. */
static enum error_code read_and_answer(struct query *query, char **texts, int count, struct error *error)
{
    struct term *terms = calloc((size_t)count, sizeof *terms);
    error->code = ERROR_NONE;
    if (!terms)
        return error_set(error, ERROR_NO_MEMORY, "no memory for %d terms", count);
    bool good = true;
    for (int i = 0; i < count && good; i++)
        good = !term_parse(texts[i], &terms[i], error);
    if (good && !session_open_database(query->session, error) && !answer_terms(query, terms, count, error) &&
        query->format == FORMAT_TEXT) {
        if (query->short_answers)
            output_blank(&query->session->output);
        db_write_renewal(query->session, query->answered > 0, query->is_newer_than_list);
        if (query->short_answers)
            say_more(query);
    }
    free(terms);
    return error->code;
}

static const char *take_subsystem(void *target, char *value)
{
    return pci_id_parse_subsystem(value, target) ? NULL : "--subsystem must be like 1028:08b0";
}

static const char *take_revision(void *target, char *value)
{
    return pci_id_parse_revision(value, target) ? NULL : "--revision must be two hexadecimal digits";
}

static struct query query; /* too large for a stack */
static bool ndjson;
static int chassis = CHASSIS_UNKNOWN;
static int share = SHARE_WHOLE;
static int reports = -1;
const struct command_option query_options[] = {
    {"ndjson", .flag = &ndjson},
    {"chassis", .word = &chassis, .vocabulary = &vocabulary_chassis, .fault = command_chassis_fault},
    {"guest", .take = command_take_guest, .target = &query.options.guest},
    {"share", .word = &share, .vocabulary = &vocabulary_share, .fault = "--share is whole, sr-iov or vgpu"},
    {"subsystem", .take = take_subsystem, .target = &query.refinement},
    {"revision", .take = take_revision, .target = &query.refinement},
    {"full", .flag = &query.full},
    {"reports", .whole = &reports, .high = 10000, .fault = "--reports must be a number up to 10000"},
    {"explain", .flag = &query.options.explain},
    {.name = NULL},
};

int command_query(struct session *session, char **operands, int count, struct error *error)
{
    struct answer_options *asked = &query.options;
    query.session = session;
    query.format = ndjson ? FORMAT_NDJSON : session->json ? FORMAT_JSON : FORMAT_TEXT;
    session->json |= ndjson;
    query.full |= asked->explain || reports >= 0;
    asked->chassis = (enum chassis)chassis;
    asked->share = (enum share)share;
    asked->is_short = query.format == FORMAT_TEXT && !query.full;
    asked->report_limit = reports >= 0                  ? reports
                          : query.format != FORMAT_TEXT ? JSON_REPORTS
                          : query.full                  ? SHOWN_REPORTS
                                                        : COMPARED_REPORTS;
    if (!count)
        return output_usage_error("query", session->json, "a term is missing: a PCI ID, a name, or -");
    session_begin(session);
    if (read_and_answer(&query, operands, count, error)) {
        error->code = query.lost ? ERROR_NONE : error->code;
    } else if (query.format == FORMAT_JSON && !query.answered && query.missing == 1) {
        *error = query.first_error; /* one question without an answer: the error is the document */
    } else if (query.missing) {
        if (session->json)
            output_error(&query.first_error, false);
        return error_exit_status(ERROR_NOT_FOUND);
    }
    return 0;
}
