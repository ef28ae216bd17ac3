/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one answer of passthru query looks like. */

#include "cli/query.h"

#include "core/error_output.h"
#include "core/streams.h"

enum error_code query_flush(struct query *query, size_t limit, struct error *error)
{
    struct buffer *buffer = &query->session->output.buffer;
    if (buffer->length < limit && !buffer->failed)
        return ERROR_NONE;
    query->lost = !streams_write(buffer);
    return query->lost ? error->code = ERROR_SYSTEM : ERROR_NONE;
}

/* Without a blank line before it. */
static void write_text(struct query *query)
{
    const struct prose prose = output_prose(&query->session->output);
    bool is_short = !query->full && query->answer.device.is_gpu;
    query->answered++;
    query->is_newer_than_list |= query->answer.device.name_source[0] && !query->answer.device.is_unlisted;
    query->short_answers += is_short;
    query->shown = query->answer.device.id;
    if (is_short)
        answer_write_short(&prose, &query->answer);
    else
        answer_write_full(&prose, &query->answer);
}

enum error_code query_write_answer(struct query *query, struct error *error)
{
    if (query->format == FORMAT_TEXT) {
        if (query->answered)
            output_blank(&query->session->output);
        write_text(query);
        return query_flush(query, QUERY_FLUSH_BYTES, error);
    }
    query->answered++;
    query->session->writer.need_comma = query->format == FORMAT_JSON && query->elements++;
    answer_write_json(&query->session->writer, &query->answer);
    if (query->format == FORMAT_NDJSON)
        buffer_append_byte(&query->session->output.buffer, '\n');
    return query_flush(query, QUERY_FLUSH_BYTES, error);
}

void query_write_unknown(struct query *query, const char *term, const struct error *error)
{
    struct json_writer *writer = &query->session->writer;
    writer->need_comma = query->format == FORMAT_JSON && query->elements++;
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "query", term);
    error_write_json(writer, "error", error);
    json_write_end_object(writer);
    if (query->format == FORMAT_NDJSON)
        buffer_append_byte(writer->out, '\n');
}

/* A term without an answer: reported at once as text, as an element of its own in JSON. */
enum error_code query_write_missing(struct query *query, const char *term, struct error *error)
{
    if (!query->missing++)
        query->first_error = *error;
    if (query->format == FORMAT_TEXT)
        output_error(error, false);
    else
        query_write_unknown(query, term, error);
    error->code = ERROR_NONE;
    return query_flush(query, QUERY_FLUSH_BYTES, error);
}

struct pci_id query_refine(const struct query *query, struct pci_id id)
{
    const struct pci_id *refinement = &query->refinement;
    if (refinement->has_subsystem && !id.has_subsystem) {
        id.has_subsystem = true;
        id.subvendor = refinement->subvendor;
        id.subdevice = refinement->subdevice;
    }
    if (refinement->has_revision && !id.has_revision) {
        id.has_revision = true;
        id.revision = refinement->revision;
    }
    return id;
}

/* ---- by name ---- */

enum { MAX_HITS = 50, MAX_LINES = 15 };

static enum error_code gather_hit(struct query *query, const struct name_hit *hit, const char *name,
                                  struct error *error)
{
    struct pci_id id = term_hit_id(hit);
    if (query->refinement.has_revision) /* the user knows better */
        id = pci_id_base(&id);
    id = query_refine(query, id);
    return answer_gather_hit(query->session->database, &id, name, &query->options, hit, &query->answer,
                             error);
}

/* The products and form factors that a name may mean: what was asked for, then its neighbours. */
static enum error_code write_names(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    int rows = 0;
    int lines = 0;
    query_names_head(&query->session->output, search, name);
    for (int i = 0; i < search->count && lines < MAX_LINES; i++) {
        if (search->hits[i].group != rows)
            continue;
        if (gather_hit(query, &search->hits[i], name, error))
            return error->code;
        lines += query_names_row(&query->session->output, search, i, &query->answer);
        query->answered++;
        rows++;
    }
    query_names_end(&query->session->output, search, rows);
    return query_flush(query, QUERY_FLUSH_BYTES, error);
}

/* The same product under other IDs, and its sibling in the other form factor. */
static enum error_code write_siblings(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    const struct answer *answer = &query->answer;
    const struct name_hit *sibling = query_names_sibling(search);
    if (sibling && answer->alternative_count && answer->alternatives[0].pci_id == sibling->pci_id)
        sibling = NULL; /* has been named already, as what to buy instead */
    error->code = ERROR_NONE;
    if (sibling && gather_hit(query, sibling, name, error))
        return error->code;
    query_names_also(&query->session->output, search, sibling ? &query->answer : NULL);
    return ERROR_NONE;
}

static enum error_code write_hits(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    int written = 0;
    for (int i = 0; i < search->count && written < MAX_HITS; i++) {
        bool is_known = false;
        for (int k = 0; k < i && !is_known; k++)
            is_known = search->hits[k].pci_id == search->hits[i].pci_id;
        if (is_known)
            continue;
        if (gather_hit(query, &search->hits[i], name, error) || query_write_answer(query, error))
            return error->code;
        written++;
    }
    return ERROR_NONE;
}

enum error_code query_answer_name(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    if (term_search(query->session->database, name, query->options.chassis, &query->search, error))
        return error->code == ERROR_NOT_FOUND ? query_write_missing(query, name, error) : error->code;
    if (query->format != FORMAT_TEXT)
        return write_hits(query, name, error);
    if (query->answered)
        output_blank(&query->session->output);
    if ((!search->is_one && (!search->asked || search->group_count > 1)) || !search->is_safe)
        return write_names(query, name, error);
    query_names_understood(&query->session->output, search, name);
    if (gather_hit(query, &search->hits[0], name, error))
        return error->code;
    write_text(query);
    return write_siblings(query, name, error) ? error->code : query_flush(query, QUERY_FLUSH_BYTES, error);
}
