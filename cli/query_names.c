/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passthru query by name. */

#include "cli/query.h"
#include "cli/query_table.h"

enum { MAX_HITS = 50, MAX_LINES = 15 };

static enum error_code gather_hit(struct query *query, const struct name_hit *hit, const char *name,
                                  struct error *error)
{
    struct pci_id id = term_hit_id(hit);
    if (query->refinement.has_revision) /* the user knows better */
        id = pci_id_base(&id);
    id = query_refine(query, id);
    return answer_gather_hit(query->session.database, &id, name, &query->options, hit, &query->answer, error);
}

/* The products and form factors that a name may mean: what was asked for, then its neighbours. */
static enum error_code write_names(struct query *query, const char *name, struct error *error)
{
    const struct name_search *search = &query->search;
    int rows = 0;
    int lines = 0;
    query_names_head(&query->session.output, search, name);
    for (int i = 0; i < search->count && lines < MAX_LINES; i++) {
        if (search->hits[i].group != rows)
            continue;
        if (gather_hit(query, &search->hits[i], name, error))
            return error->code;
        lines += query_names_row(&query->session.output, search, i, &query->answer);
        query->answered++;
        rows++;
    }
    query_names_end(&query->session.output, search, rows);
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
    query_names_also(&query->session.output, search, sibling ? &query->answer : NULL);
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
    if (term_search(query->session.database, name, query->options.chassis, &query->search, error))
        return error->code == ERROR_NOT_FOUND ? query_write_missing(query, name, error) : error->code;
    if (query->format != FORMAT_TEXT)
        return write_hits(query, name, error);
    if (query->answered)
        output_blank(&query->session.output);
    if ((!search->is_one && (!search->asked || search->group_count > 1)) || !search->is_safe)
        return write_names(query, name, error);
    query_names_understood(&query->session.output, search, name);
    if (gather_hit(query, &search->hits[0], name, error))
        return error->code;
    query_write_text(query);
    return write_siblings(query, name, error) ? error->code : query_flush(query, QUERY_FLUSH_BYTES, error);
}
