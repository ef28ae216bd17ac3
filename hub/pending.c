/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/program.h"
#include "core/streams.h"
#include "core/text.h"
#include "core/verdict.h"
#include "hub/commands.h"
#include "hub/find_reports.h"
#include "hub/judge.h"

enum { SHOWN_OF_GROUP = 5, FLOOD = 5 /* from one network on one day */, OUTPUT_MAX = 256 << 20 };

struct pending_report {
    char id[REPORT_ID_HEX_SIZE];
    char sender[STORE_SENDER_SIZE];
    enum outcome outcome;
    int64_t received;
    unsigned remarks;
};

struct group {
    char pci_id[PCI_ID_TEXT_SIZE];
    struct judged_gpu gpu;
    int first; /* of its reports */
    int count;
    int outcomes[OUTCOME_COUNT];
    unsigned remarks; /* of any of them */
    char seen[SEEN_SIZE];
};

struct pending {
    const char *store; /* as it is named, as the next two */
    const char *database_path;
    const char *id;
    bool json;
    struct database *database; /* NULL: none */
    struct pending_report *reports;
    int report_count;
    struct group *groups;
    int group_count;
    struct buffer out;
};

/* ---- gather ---- */

/* Makes space for one more; doubles at powers of two. */
static void *grow(void *items, int count, size_t size, struct error *error)
{
    if (count && (count & (count - 1)))
        return items;
    void *grown = realloc(items, (size_t)(count ? 2 * count : 1) * size);
    if (!grown)
        error_set(error, ERROR_NO_MEMORY, "no memory for the reports that wait");
    return grown;
}

static enum error_code begin_group(struct pending *pending, const char *pci_id, struct error *error)
{
    struct group *grown = grow(pending->groups, pending->group_count, sizeof *grown, error);
    if (!grown)
        return error->code;
    pending->groups = grown;
    struct group *group = &grown[pending->group_count];
    *group = (struct group){.first = pending->report_count};
    snprintf(group->pci_id, sizeof group->pci_id, "%s", pci_id);
    if (judge_gpu(pending->database, pci_id, &group->gpu, error))
        return error->code;
    pending->group_count++;
    return ERROR_NONE;
}

static enum error_code add_report(void *context, const struct stored_report *stored, struct error *error)
{
    struct pending *pending = context;
    const bool goes_on =
        pending->group_count && strcmp(pending->groups[pending->group_count - 1].pci_id, stored->pci_id) == 0;
    if (!goes_on && begin_group(pending, stored->pci_id, error))
        return error->code;
    struct pending_report *grown = grow(pending->reports, pending->report_count, sizeof *grown, error);
    if (!grown)
        return error->code;
    pending->reports = grown;
    struct pending_report *report = &grown[pending->report_count++];
    struct group *group = &pending->groups[pending->group_count - 1];
    int outcome = vocabulary_find(&vocabulary_outcome, stored->outcome);
    *report = (struct pending_report){.outcome = (enum outcome)(outcome < 0 ? 0 : outcome),
                                      .received = stored->received};
    snprintf(report->id, sizeof report->id, "%s", stored->id);
    snprintf(report->sender, sizeof report->sender, "%s", stored->sender);
    report->remarks = judge_report(stored, &group->gpu);
    group->outcomes[report->outcome]++;
    group->count++;
    return error->code = ERROR_NONE;
}

static int compare_senders(const void *a, const void *b)
{
    const struct pending_report *const *x = a;
    const struct pending_report *const *y = b;
    return strcmp((*x)->sender, (*y)->sender);
}

/* Marks those of a network and day of which many wait. */
static void mark_floods(struct pending *pending)
{
    const int count = pending->report_count;
    struct pending_report **sorted = calloc((size_t)count + 1, sizeof *sorted);
    for (int i = 0; sorted && i < count; i++)
        sorted[i] = &pending->reports[i];
    if (sorted)
        qsort(sorted, (size_t)count, sizeof *sorted, compare_senders);
    for (int i = 0, end; sorted && i < count; i = end) {
        for (end = i + 1; end < count && strcmp(sorted[i]->sender, sorted[end]->sender) == 0; end++)
            ;
        for (int j = i; end - i >= FLOOD && j < end; j++)
            sorted[j]->remarks |= 1U << REMARK_FLOOD;
    }
    free(sorted);
    for (int i = 0; i < pending->group_count; i++)
        for (int j = 0; j < pending->groups[i].count; j++)
            pending->groups[i].remarks |= pending->reports[pending->groups[i].first + j].remarks;
}

/* Leaves the group that was asked for: what comes in a flood shows among all. */
static void keep_group(struct pending *pending, const char *pci_id)
{
    int kept = 0;
    for (int i = 0; i < pending->group_count; i++)
        if (strcmp(pending->groups[i].pci_id, pci_id) == 0)
            pending->groups[kept++] = pending->groups[i];
    pending->group_count = kept;
    pending->report_count = kept ? pending->groups[0].count : 0;
}

/* What needs an eye comes first, and what has most reports. */
static int compare_groups(const void *a, const void *b)
{
    const struct group *x = a;
    const struct group *y = b;
    if (!x->remarks != !y->remarks)
        return !x->remarks - !y->remarks;
    if (x->count != y->count)
        return y->count - x->count;
    return strcmp(x->pci_id, y->pci_id);
}

static int compare_reports(const void *a, const void *b)
{
    const struct pending_report *x = a;
    const struct pending_report *y = b;
    if (!x->remarks != !y->remarks)
        return !x->remarks - !y->remarks;
    if (x->received != y->received)
        return x->received < y->received ? -1 : 1;
    return strcmp(x->id, y->id);
}

/* ---- write ---- */

static void write_group_text(struct pending *pending, const struct group *group)
{
    struct buffer *out = &pending->out;
    const int shown = pending->id || group->count < SHOWN_OF_GROUP ? group->count : SHOWN_OF_GROUP;
    buffer_append_format(out, "%s  ", group->pci_id);
    text_append_safe(out, group->gpu.name, strlen(group->gpu.name));
    buffer_append_format(out, "%s%d wait", group->gpu.name[0] ? "\n           " : "", group->count);
    for (int i = 0, any = 0; i < OUTCOME_COUNT; i++)
        if (group->outcomes[i])
            buffer_append_format(out, "%s%d %s", any++ ? ", " : " (", group->outcomes[i],
                                 vocabulary_value(&vocabulary_outcome, i));
    buffer_append_text(out, ")");
    if (group->gpu.has_verdict)
        buffer_append_format(out, "; so far %d %% succeed (%d to %d %%)", verdict_percent(group->gpu.usable),
                             verdict_percent(group->gpu.low), verdict_percent(group->gpu.high));
    for (int i = 0; i < shown; i++) {
        const struct pending_report *report = &pending->reports[group->first + i];
        char date[MANIFEST_TIME_SIZE];
        manifest_print_time(report->received, date);
        buffer_append_format(out, "\n  %.12s  %.10s  %s", report->id, date,
                             vocabulary_value(&vocabulary_outcome, (int)report->outcome));
        for (int j = 0, any = 0; j < REMARK_COUNT; j++)
            if (report->remarks & 1U << j)
                buffer_append_format(out, "%s%s", any++ ? ", " : "\n      ! ", remarks[j].text);
    }
    if (shown < group->count)
        buffer_append_format(out, "\n  and %d more: passthru-hub pending --id %s", group->count - shown,
                             group->pci_id);
    if (group->count > 1)
        buffer_append_format(out, "\n  all %d: --all-of %s --seen %s", group->count, group->pci_id,
                             group->seen);
    buffer_append_byte(out, '\n');
}

static void write_text(struct pending *pending)
{
    if (!pending->report_count)
        buffer_append_text(&pending->out, "no report waits\n");
    for (int i = 0; i < pending->group_count; i++)
        write_group_text(pending, &pending->groups[i]);
    if (pending->report_count)
        buffer_append_format(&pending->out,
                             "\n%d report%s on %d GPU%s. passthru-hub show ID prints one; accept and reject\n"
                             "take IDs, or --all-of and --seen as above\n",
                             pending->report_count, pending->report_count == 1 ? " waits" : "s wait",
                             pending->group_count, pending->group_count == 1 ? "" : "s");
}

static void write_report_json(struct json_writer *writer, const struct pending_report *report)
{
    char time[MANIFEST_TIME_SIZE];
    manifest_print_time(report->received, time);
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", report->id);
    json_write_string(writer, "outcome", vocabulary_value(&vocabulary_outcome, (int)report->outcome));
    json_write_string(writer, "received", time);
    json_write_begin_array(writer, "remarks");
    for (int i = 0; i < REMARK_COUNT; i++)
        if (report->remarks & 1U << i)
            json_write_string(writer, NULL, remarks[i].id);
    json_write_end_array(writer);
    json_write_end_object(writer);
}

static void write_json(struct pending *pending)
{
    struct json_writer writer = {.out = &pending->out, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    json_write_integer(&writer, "waiting", pending->report_count);
    json_write_begin_array(&writer, "groups");
    for (int i = 0; i < pending->group_count; i++) {
        const struct group *group = &pending->groups[i];
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "pci_id", group->pci_id);
        if (group->gpu.name[0])
            json_write_string(&writer, "name", group->gpu.name);
        if (group->gpu.has_verdict)
            json_write_fraction(&writer, "probability", group->gpu.usable);
        json_write_string(&writer, "seen", group->seen);
        json_write_begin_array(&writer, "reports");
        for (int j = 0; j < group->count; j++)
            write_report_json(&writer, &pending->reports[group->first + j]);
        json_write_end_array(&writer);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    json_write_end_line(&writer);
}

static enum error_code list(struct pending *pending, struct error *error)
{
    struct store *store;
    if (store_open(command_store(pending->store), false, &store, error))
        return error->code;
    store_each_report(store, "pending", NULL, add_report, pending, error);
    store_close(store);
    if (error->code)
        return error->code;
    mark_floods(pending);
    if (pending->id)
        keep_group(pending, pending->id);
    for (int i = 0; i < pending->group_count; i++) {
        struct group *group = &pending->groups[i];
        struct pending_report *first = pending->reports + group->first;
        report_ids_seen(first, sizeof *first, group->count, group->seen); /* which lie in it as they came */
        qsort(first, (size_t)group->count, sizeof *first, compare_reports);
    }
    if (pending->group_count)
        qsort(pending->groups, (size_t)pending->group_count, sizeof *pending->groups, compare_groups);
    if (pending->json)
        write_json(pending);
    else
        write_text(pending);
    streams_write(&pending->out);
    return ERROR_NONE;
}

/* One that was named must be good; without any there are no names and verdicts. */
static enum error_code open_database(struct pending *pending, struct error *error)
{
    struct database_place place;
    if (!database_locate(pending->database_path, &place, error))
        return database_open(place.path, &pending->database, error);
    if (pending->database_path)
        return error->code;
    fputs("passthru-hub: there is no database of passthru, so names and verdicts are missing\n"
          "  next: passthru sync\n",
          stderr);
    return error->code = ERROR_NONE;
}

int command_pending(int argc, char **argv)
{
    struct pending pending = {.out = BUFFER(OUTPUT_MAX)};
    struct error error = {.code = ERROR_NONE};
    struct pci_id id;
    char text[PCI_ID_TEXT_SIZE];
    const struct program_option known[] = {{"store", &pending.store, NULL},
                                           {"db", &pending.database_path, NULL},
                                           {"id", &pending.id, NULL},
                                           {"json", NULL, &pending.json}};
    int status = program_take_options(argc, argv, pending_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (optind < argc)
        return program_usage("pending", "it takes no argument", pending.json);
    if (pending.id && pci_id_parse(pending.id, strlen(pending.id), &id) != PCI_ID_OK)
        return program_usage("pending", "--id must be a PCI ID such as 10de:1d16", pending.json);
    if (pending.id) {
        id = pci_id_base(&id);
        pending.id = pci_id_print(&id, text);
    }
    if (!open_database(&pending, &error))
        list(&pending, &error);
    database_close(pending.database);
    free(pending.reports);
    free(pending.groups);
    buffer_free(&pending.out);
    return error.code ? streams_print_error(&error, pending.json) : 0;
}
