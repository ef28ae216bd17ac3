/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one answer of passthru query looks like. */

#include "cli/query.h"

#include "core/error_output.h"
#include "core/streams.h"

enum error_code query_flush(struct query *query, size_t limit, struct error *error)
{
    struct buffer *buffer = &query->session.output.buffer;
    if (buffer->length < limit && !buffer->failed)
        return ERROR_NONE;
    query->lost = !streams_write(buffer);
    return query->lost ? error->code = ERROR_SYSTEM : ERROR_NONE;
}

void query_write_text(struct query *query)
{
    const struct prose prose = output_prose(&query->session.output);
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
            output_blank(&query->session.output);
        query_write_text(query);
        return query_flush(query, QUERY_FLUSH_BYTES, error);
    }
    query->answered++;
    query->session.writer.need_comma = query->format == FORMAT_JSON && query->elements++;
    answer_write_json(&query->session.writer, &query->answer);
    if (query->format == FORMAT_NDJSON)
        buffer_append_byte(&query->session.output.buffer, '\n');
    return query_flush(query, QUERY_FLUSH_BYTES, error);
}

void query_write_unknown(struct query *query, const char *term, const struct error *error)
{
    struct json_writer *writer = &query->session.writer;
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
