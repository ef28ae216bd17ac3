#include <fts.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "importer/rebuild_internal.h"
#include "version.h"

/* A database of fewer reports is built anew as fast as it is copied. */
enum { MIN_OLD_REPORTS = 20000, MAX_OLD_SOURCES = 65536 };

static const char program_kind[] = "program";

/* What a report's columns are made by: two builds of one version may differ. "" where it cannot be read. */
static void hash_program(char hash[MANIFEST_HASH_SIZE])
{
    struct error none;
    if (feed_cache_hash("/proc/self/exe", hash, NULL, &none))
        hash[0] = '\0';
}

static enum error_code note_source(struct rebuild *work, const struct source_record *source,
                                   struct error *error)
{
    struct old_database *old = &work->old;
    bool is_feed = strcmp(source->kind, "feed") == 0;
    if (strcmp(source->kind, program_kind) == 0) {
        snprintf(old->program, sizeof old->program, "%s", source->hash);
        old->duplicates = source->refused;
    }
    if (!is_feed && strcmp(source->kind, "reports") != 0)
        return ERROR_NONE;
    if (old->source_count == MAX_OLD_SOURCES) {
        old->program[0] = '\0'; /* nobody's */
        return ERROR_NONE;
    }
    if (old->source_count % 64 == 0) {
        size_t size = ((size_t)old->source_count + 64) * sizeof *old->sources;
        struct old_source *sources = realloc(old->sources, size);
        if (!sources)
            return error_set(error, ERROR_NO_MEMORY, "no memory for sources");
        old->sources = sources;
    }
    struct old_source *noted = &old->sources[old->source_count++];
    *noted = (struct old_source){.id = source->id,
                                 .is_feed = is_feed,
                                 .is_cached = source->cached,
                                 .records = source->records,
                                 .refused = source->refused};
    snprintf(noted->name, sizeof noted->name, "%s", source->name);
    snprintf(noted->hash, sizeof noted->hash, "%s", source->hash);
    return ERROR_NONE;
}

/* A feed that a database was made from is there unless somebody has removed it: its reports must not vanish
 * in silence. */
static bool is_feed_gone(const struct rebuild *work, const char *name)
{
    char path[DATABASE_PATH_SIZE];
    if (!remote_name_fits(name, strlen(name)) || rebuild_feed_is_incoming(work, name))
        return false;
    feed_cache_path(work->cache, name, FEED_MANIFEST, path);
    return access(path, F_OK) != 0;
}

static enum error_code refuse_gone(struct rebuild *work, const struct source_record *source,
                                   struct error *error)
{
    work->source_gone = true;
    error_set(error, ERROR_BAD_INPUT, "the reports from %s are no longer in the source cache", source->name);
    if (strcmp(source->kind, "feed") == 0)
        return error_next(error,
                          "fetch them again with: passthru sync %s; or rebuild without them with --force",
                          source->name);
    return error_next(error, "put back %s.sources, or rebuild without them with --force",
                      work->request->database_path);
}

static enum error_code check_cached(void *context, const struct source_record *source, struct error *error)
{
    struct rebuild *work = context;
    if (note_source(work, source, error))
        return error->code;
    if (work->request->force || !source->cached)
        return ERROR_NONE;
    bool is_gone = strcmp(source->kind, "reports") == 0
                       ? !source_cache_has_reports(work->cache, source->hash)
                       : strcmp(source->kind, "feed") == 0 && is_feed_gone(work, source->name);
    return is_gone ? refuse_gone(work, source, error) : ERROR_NONE;
}

enum error_code rebuild_look_at_old(struct rebuild *work, struct error *error)
{
    struct database *old;
    struct database_counts counts;
    struct error ignored = {.code = ERROR_NONE};
    if (database_open(work->request->database_path, &old, &ignored)) {
        if (ignored.code != ERROR_FOREIGN_DATABASE || work->request->force)
            return ERROR_NONE;
        *error = ignored;
        return error_next(error,
                          "it is left alone; name another file with --db, or overwrite it with --force");
    }
    enum error_code code = ERROR_NONE;
    if (database_count(old, &counts, &ignored) == ERROR_NONE) {
        work->old_devices = (long)counts.devices;
        work->old.reports = counts.reports;
        code = database_each_source(old, check_cached, work, error);
    }
    database_close(old);
    if (code && !work->source_gone)
        error->code = ERROR_NONE;
    return error->code;
}

void rebuild_forget_old(struct rebuild *work)
{
    for (int i = 0; i < work->old.source_count; i++)
        manifest_free(&work->old.sources[i].manifest);
    free(work->old.sources);
    work->old = (struct old_database){.reports = 0};
}

const struct old_source *rebuild_find_old(const struct rebuild *work, bool is_feed, const char *name_or_hash)
{
    for (int i = 0; work->continues && i < work->old.source_count; i++) {
        const struct old_source *source = &work->old.sources[i];
        if (source->is_feed == is_feed && strcmp(is_feed ? source->name : source->hash, name_or_hash) == 0)
            return source;
    }
    return NULL;
}

/* ---- the bundled reports ---- */

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void hash_file(crypto_generichash_state *state, const char *path, const char *name)
{
    unsigned char chunk[16384];
    FILE *file = fopen(path, "re");
    crypto_generichash_update(state, (const unsigned char *)name, strlen(name) + 1);
    for (size_t got; file && (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        crypto_generichash_update(state, chunk, got);
    if (file)
        fclose(file);
}

void rebuild_hash_folder(const char *folder, char hash[65])
{
    crypto_generichash_state state;
    unsigned char digest[crypto_generichash_BYTES];
    FTS *tree = fts_open((char *[]){(char *)folder, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    for (FTSENT *entry; tree && (entry = fts_read(tree));)
        if (entry->fts_info == FTS_F)
            hash_file(&state, entry->fts_path, entry->fts_path + strlen(folder));
    if (tree)
        fts_close(tree);
    crypto_generichash_final(&state, digest, sizeof digest);
    sodium_bin2hex(hash, 65, digest, sizeof digest);
}

enum error_code rebuild_record_program(struct rebuild *work, struct error *error)
{
    const struct bundled_reports *bundled = &work->bundled;
    char folder[DATABASE_PATH_SIZE];
    char program[MANIFEST_HASH_SIZE] = "";
    char hash[65];
    int64_t source;
    if (work->summary->reports >= MIN_OLD_REPORTS)
        hash_program(program);
    if (bundled->source && work->summary->reports >= MIN_OLD_REPORTS) {
        rebuild_data_path(work, "reports", folder);
        rebuild_hash_folder(folder, hash);
        if (builder_complete_source(work->builder, bundled->source, NULL, NULL, hash, false, bundled->reports,
                                    bundled->refused, error))
            return error->code;
    }
    if (builder_add_source(work->builder, program_kind, "passthru", &source, error))
        return error->code;
    return builder_complete_source(work->builder, source, PASSTHRU_VERSION, NULL, program, false, 0,
                                   work->continues ? work->old.duplicates : 0, error);
}

/* ---- does it fit? ---- */

static int compare_segments(const void *a, const void *b)
{
    const struct segment *x = a;
    const struct segment *y = b;
    return strcmp(x->sha256, y->sha256);
}

void rebuild_sort_segments(struct manifest *manifest)
{
    qsort(manifest->segments, (size_t)manifest->segment_count, sizeof *manifest->segments, compare_segments);
}

bool rebuild_has_segment(const struct manifest *sorted, const struct segment *segment)
{
    return bsearch(segment, sorted->segments, (size_t)sorted->segment_count, sizeof *segment,
                   compare_segments);
}

/* Whether a feed still has all segments that the old database was made from. Keeps the list of those. */
static bool feed_fits(struct rebuild *work, struct old_source *source)
{
    char path[DATABASE_PATH_SIZE];
    char hash[MANIFEST_HASH_SIZE];
    struct manifest now;
    struct error none = {.code = ERROR_NONE};
    feed_cache_path(work->cache, source->name, FEED_MANIFEST, path);
    if (feed_cache_manifest(path, &source->manifest, hash, &none))
        return false;
    rebuild_sort_segments(&source->manifest);
    if (strcmp(hash, source->hash) != 0)
        return false;
    if (!rebuild_feed_is_incoming(work, source->name))
        return true;
    feed_cache_path(work->cache, source->name, FEED_NEW_MANIFEST, path);
    if (feed_cache_manifest(path, &now, hash, &none))
        return false;
    rebuild_sort_segments(&now);
    bool fits = true;
    for (int i = 0; i < source->manifest.segment_count && fits; i++)
        fits = rebuild_has_segment(&now, &source->manifest.segments[i]);
    manifest_free(&now);
    return fits;
}

static bool source_fits(struct rebuild *work, struct old_source *source)
{
    char folder[DATABASE_PATH_SIZE];
    char hash[65];
    if (source->is_feed)
        return feed_fits(work, source);
    if (source->is_cached) {
        for (int i = 0; i < work->request->file_count; i++)
            if (strcmp(work->incoming[i].hash, source->hash) == 0)
                return false; /* it is imported again, to tell its problems again */
        return source_cache_has_reports(work->cache, source->hash);
    }
    rebuild_data_path(work, "reports", folder);
    rebuild_hash_folder(folder, hash);
    return strcmp(hash, source->hash) == 0;
}

bool rebuild_can_continue(struct rebuild *work)
{
    char program[MANIFEST_HASH_SIZE];
    if (work->request->force || !work->old.program[0] || work->old.reports < MIN_OLD_REPORTS)
        return false;
    hash_program(program);
    if (strcmp(program, work->old.program) != 0)
        return false;
    for (int i = 0; i < work->old.source_count; i++)
        if (!source_fits(work, &work->old.sources[i]))
            return false;
    return true;
}
