/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/rebuild.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/list_version.h"
#include "db/database.h"
#include "importer/confine.h"
#include "importer/rebuild_internal.h"
#include "importer/source_cache.h"
#include "importer/table.h"
#include "version.h"

/* ---- the database in use ---- */

/* A feed that a database was made from is there unless somebody has removed it: its reports must not vanish
 * in silence. */
static bool is_feed_gone(const struct rebuild *work, const char *name)
{
    return feed_name_fits(name, strlen(name)) && !rebuild_feed_is_incoming(work, name) &&
           access(feed_cache_path(work->cache, name, FEED_MANIFEST).text, F_OK) != 0;
}

/* What reading the sources of the database in use has found. */
struct current_sources {
    const struct rebuild *work;
    bool is_gone; /* one of them */
    long devices; /* of the pci.ids; 0 where its version is one that no list may state */
};

static enum error_code check_cached(void *context, const struct source_record *source, struct error *error)
{
    struct current_sources *current = context;
    const struct rebuild *work = current->work;
    bool is_feed = strcmp(source->kind, "feed") == 0;
    if (strcmp(source->kind, "pci.ids") == 0) {
        current->devices = (long)source->records;
        if (source->version[0] && !list_version_is_valid(source->version, time(NULL)))
            current->devices = 0;
    }
    if (work->request->force || !source->cached || (!is_feed && strcmp(source->kind, "reports") != 0))
        return ERROR_NONE;
    current->is_gone =
        is_feed ? is_feed_gone(work, source->name) : !source_cache_has_reports(work->cache, source->hash);
    if (!current->is_gone)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT, "the reports from %s are no longer in the source cache", source->name);
    return is_feed
               ? error_next(error,
                            "fetch them again with: passthru sync %s; or rebuild without them with --force",
                            source->name)
               : error_next(error, "put back %s.sources, or rebuild without them with --force",
                            work->request->database_path);
}

/* Finds out how large the database in use is; ERROR_BAD_INPUT when one of the sources that it was made from
 * is gone. A database that cannot be read is no obstacle to building another. */
static enum error_code look_at_current(struct rebuild *work, struct error *error)
{
    struct database *current;
    struct current_sources sources = {.work = work};
    struct error ignored = {.code = ERROR_NONE};
    error->code = ERROR_NONE;
    if (database_open(work->request->database_path, &current, &ignored)) {
        if (ignored.code != ERROR_FOREIGN_DATABASE || work->request->force)
            return ERROR_NONE;
        *error = ignored;
        return error_next(error,
                          "it is left alone; name another file with --db, or overwrite it with --force");
    }
    if (database_each_source(current, check_cached, &sources, error) && !sources.is_gone)
        error->code = ERROR_NONE;
    work->current_devices = sources.devices;
    database_close(current);
    return error->code;
}

/* ---- the project's own tables ---- */

/* Notes a table as a source of this kind. */
static enum error_code record_table(struct rebuild *work, const char *kind, const char *path,
                                    struct table_summary table, struct error *error)
{
    char version[16];
    struct source_record source = {.kind = kind, .name = path, .version = version, .records = table.rows};
    snprintf(version, sizeof version, "%d", (int)table.version);
    return builder_put_source(work->builder, &source, error);
}

static enum error_code load_table(struct rebuild *work, const struct table *table, void *context,
                                  struct error *error)
{
    const struct path path = rebuild_data_path(work, table->name);
    const struct path kind = path_of("%.*s", (int)(strlen(table->name) - strlen(".tsv")), table->name);
    struct table_summary summary;
    if (table_read(path.text, table, context, &summary, error))
        return error->code;
    return record_table(work, kind.text, path.text, summary, error);
}

static enum error_code load_annotator(struct rebuild *work, struct error *error)
{
    if (!(work->annotator = annotator_create()))
        return error_set(error, ERROR_NO_MEMORY, "no memory for rules");
    if (load_table(work, &rules_table, work->annotator, error) ||
        load_table(work, &facts_table, work->annotator, error))
        return error->code;
    annotator_sort(work->annotator);
    const char *text;
    for (int i = 0; (text = annotator_source_text(work->annotator, i)); i++)
        if (builder_add_origin(work->builder, text, NULL, error))
            return error->code;
    struct gpu_variant fact;
    for (int i = 0; annotator_variant_fact(work->annotator, i, &fact); i++)
        if (builder_add_variant(work->builder, &fact, error))
            return error->code;
    return ERROR_NONE;
}

static enum error_code load_symptoms(struct rebuild *work, struct error *error)
{
    const struct path path = rebuild_data_path(work, "symptoms.tsv");
    struct table_summary summary;
    if (symptoms_read(path.text, work->builder, &summary, error))
        return error->code;
    return record_table(work, "symptoms", path.text, summary, error);
}

static enum error_code load_tables(struct rebuild *work, struct error *error)
{
    struct builder *builder = work->builder;
    if (load_annotator(work, error) || load_table(work, &device_names_table, &work->names, error) ||
        load_table(work, &rebuild_ranges_table, work, error) ||
        load_table(work, &samples_table, &work->samples, error) ||
        load_table(work, &board_words_table, builder, error) ||
        load_table(work, &processors_table, builder, error) ||
        load_table(work, &priors_table, builder, error) || load_table(work, &chips_table, builder, error) ||
        load_table(work, &cards_table, builder, error) || load_table(work, &prices_table, builder, error) ||
        load_symptoms(work, error) || load_table(work, &codes_table, builder, error) ||
        load_table(work, &plan_steps_table, builder, error) ||
        load_table(work, &subvendors_table, builder, error))
        return error->code;
    device_names_sort(&work->names);
    for (struct addition *next = NULL; (next = additions_next(next, NULL));)
        if (record_table(work, "additions", next->path, next->summary, error))
            return error->code;
    return ERROR_NONE;
}

/* ---- all together ---- */

/* The cache has one list of each kind: of two only the last would be read. */
static enum error_code receive_files(struct rebuild *work, struct error *error)
{
    unsigned given = 0;
    for (int i = 0; i < work->request->file_count; i++) {
        struct rebuild_file *file = &work->request->files[i];
        if (source_cache_receive(work->cache, file->path, file->shown, &file->incoming, error))
            return error->code;
        if (file->kind_known)
            file->incoming.kind = file->kind;
        const enum source_kind kind = file->incoming.kind;
        if (kind == SOURCE_REPORTS)
            continue;
        if (given & 1U << kind) {
            error_set(error, ERROR_USAGE, "%s is a second %s", file->shown, list_kinds[kind].name);
            return error_next(error, "give one at a time");
        }
        given |= 1U << kind;
    }
    return ERROR_NONE;
}

/* Notes which program builds the database. */
static enum error_code record_program(struct rebuild *work, struct error *error)
{
    struct source_record source = {.kind = "program", .name = "passthru", .version = PASSTHRU_VERSION};
    return builder_put_source(work->builder, &source, error);
}

static enum error_code build(struct rebuild *work, struct error *error)
{
    if (builder_create(path_of("%s.new", work->request->database_path).text, &work->builder, error))
        return error->code;
    if (load_tables(work, error)) {
        rebuild_blame_additions(error);
        return error->code;
    }
    work->has_tables = true;
    if (rebuild_load_lists(work, error) || rebuild_read_devices(work, error) ||
        rebuild_read_reports(work, error) || record_program(work, error))
        return error->code;
    return builder_complete(work->builder, error);
}

/* Of files, for whoever wrote them. In a feed it is no fault: a hub never publishes what was replaced before
 * it was accepted. */
static void warn_of_supersedes(struct rebuild *work, const char *name, int64_t without_effect)
{
    if (without_effect)
        problems_warn(
            work->problems, name, 0,
            "\"supersedes\" of %lld of its reports has no effect: the other report is not in the same source, or"
            " has another pci_id; if it is in another source, both count",
            (long long)without_effect);
}

/* A report that was dropped is not counted as one more. */
static void subtract_dropped(struct rebuild *work)
{
    struct rebuild_summary *summary = work->summary;
    struct dropped_reports dropped = builder_dropped(work->builder, ALL_SOURCES);
    summary->reports -= dropped.duplicates + dropped.retracted + dropped.superseded;
    warn_of_supersedes(work, rebuild_data_path(work, "reports").text,
                       builder_dropped(work->builder, work->bundled_source).without_effect);
    for (int i = 0; i < summary->feed_count; i++) {
        struct rebuild_feed *feed = &summary->feeds[i];
        dropped = builder_dropped(work->builder, feed->source);
        feed->retracted = dropped.retracted + dropped.superseded;
        feed->reports -= dropped.duplicates + feed->retracted;
    }
    for (int i = 0; i < work->request->file_count; i++) {
        if (!work->request->files[i].incoming.new_source)
            continue;
        dropped = builder_dropped(work->builder, work->request->files[i].incoming.new_source);
        summary->new_reports -= dropped.duplicates + dropped.superseded;
        warn_of_supersedes(work, work->request->files[i].shown, dropped.without_effect);
    }
}

/* What was given takes its place in the source cache, then the database its own. */
static enum error_code publish(struct rebuild *work, struct error *error)
{
    for (int i = 0; i < work->request->file_count; i++)
        if (source_cache_keep(work->cache, &work->request->files[i].incoming, error))
            return error->code;
    for (int i = 0; i < work->request->feed_count; i++)
        if (feed_cache_keep(work->cache, work->request->feeds[i], error))
            return error->code;
    return builder_publish(work->builder, work->request->database_path, error);
}

static void free_build(struct rebuild *work)
{
    builder_free(work->builder);
    annotator_free(work->annotator);
    device_names_free(&work->names);
    samples_free(&work->samples);
    product_list_free(&work->products);
    product_list_free(&work->claims);
}

/* A feed's table is parsed by nothing but a build; a bad one is left out, and the build begins anew. */
static enum error_code build_without_bad_tables(struct rebuild *work, struct error *error)
{
    const struct rebuild begin = *work;
    const struct rebuild_summary summary = *work->summary;
    while (build(work, error) && rebuild_drop_table(work, error)) {
        struct rebuild again = begin;
        free_build(work);
        memcpy(again.chosen, work->chosen, sizeof again.chosen);
        again.chosen_count = work->chosen_count;
        *work = again;
        *work->summary = summary;
        error->code = ERROR_NONE;
    }
    return error->code;
}

static enum error_code build_and_publish(struct rebuild *work, struct error *error)
{
    if (look_at_current(work, error) || receive_files(work, error) || rebuild_choose_tables(work, error) ||
        build_without_bad_tables(work, error))
        return error->code;
    subtract_dropped(work);
    work->summary->rejected = work->problems->rejected;
    return publish(work, error);
}

enum error_code rebuild(const struct rebuild_request *request, struct rebuild_summary *summary,
                        struct problems *problems, struct error *error)
{
    struct source_cache own = {.lock = -1};
    struct rebuild work = {.request = request,
                           .summary = summary,
                           .problems = problems,
                           .cache = request->cache ? request->cache : &own};
    *summary = (struct rebuild_summary){.devices = 0};
    error->code = ERROR_NONE;
    if (!request->cache && !source_cache_open(request->database_path, request->waiting, &own, error))
        importer_confine(request->database_path, request->data_directory, SANDBOX_NO_NETWORK);
    if (!error->code)
        build_and_publish(&work, error);
    for (int i = 0; i < request->file_count; i++)
        if (request->files[i].incoming.path[0])
            unlink(request->files[i].incoming.path);
    free_build(&work);
    source_cache_close(&own);
    return error->code;
}
