/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "importer/feed_files.h"
#include "importer/rebuild_internal.h"
#include "importer/table.h"

/* The tables of feeds that are newer than those of the data directory; of two feeds the first by name has its
 * way. */

static struct chosen_table *find(struct rebuild *work, const char *name)
{
    for (int i = 0; i < work->chosen_count; i++)
        if (strcmp(work->chosen[i].name, name) == 0)
            return &work->chosen[i];
    return NULL;
}

static void consider(struct rebuild *work, const char *feed, const struct feed_table *table)
{
    struct chosen_table chosen;
    const struct path path = feed_cache_path(work->cache, feed, feed_table_path(table->file.sha256).text);
    if (work->chosen_count == MANIFEST_MAX_TABLES || find(work, table->name) || access(path.text, R_OK))
        return;
    if (feed_knowledge_version(path.text) <=
        feed_knowledge_version(path_of("%s/%s", work->request->data_directory, table->name).text))
        return;
    chosen.path = path;
    snprintf(chosen.name, sizeof chosen.name, "%s", table->name);
    snprintf(chosen.feed, sizeof chosen.feed, "%s", feed);
    work->chosen[work->chosen_count++] = chosen;
}

static enum error_code consider_feed(void *context, const char *name, struct error *error)
{
    struct rebuild *work = context;
    struct manifest manifest CLEANUP(manifest_free) = {.version = 0};
    struct error none;
    /* Whoever reads its reports says what is wrong with it. */
    if (!feed_cache_manifest(work->cache, name,
                             rebuild_feed_is_incoming(work, name) ? FEED_NEW_MANIFEST : FEED_MANIFEST,
                             &manifest, NULL, &none))
        for (int i = 0; i < manifest.table_count; i++)
            consider(work, name, &manifest.tables[i]);
    return error->code = ERROR_NONE;
}

enum error_code rebuild_choose_tables(struct rebuild *work, struct error *error)
{
    return feed_cache_each(work->cache, consider_feed, work, error);
}

struct path rebuild_data_path(const struct rebuild *work, const char *name)
{
    const struct chosen_table *chosen = find((struct rebuild *)work, name);
    return chosen ? chosen->path : path_of("%s/%s", work->request->data_directory, name);
}

/* The addition that an error names the file of, NULL where it names none. */
static const struct addition *find_addition(const struct error *error)
{
    struct addition *addition = NULL;
    while ((addition = additions_next(addition, NULL)))
        if (strncmp(error->message, addition->path, strlen(addition->path)) == 0)
            break;
    return addition;
}

void rebuild_blame_additions(struct error *error)
{
    const struct addition *first = additions_next(NULL, NULL);
    if (error->code != ERROR_BAD_INPUT || !first)
        return;
    if (find_addition(error)) {
        error_next(error, "correct the line; passthru-data(5) describes the columns");
    } else {
        error_next(error, "if this table was not changed, it does not fit to what was added in %.300s",
                   file_parent(first->path).text);
    }
}

bool rebuild_drop_table(struct rebuild *work, const struct error *error)
{
    int bad = 0;
    if (error->code != ERROR_BAD_INPUT || !work->chosen_count || work->has_tables || find_addition(error))
        return false;
    /* The error names it; if not, an installed table does not fit to one of theirs: then none of them is
     * used. */
    while (bad < work->chosen_count &&
           strncmp(error->message, work->chosen[bad].path.text, strlen(work->chosen[bad].path.text)) != 0)
        bad++;
    const bool is_named = bad < work->chosen_count;
    for (int i = is_named ? bad : 0; i <= (is_named ? bad : work->chosen_count - 1); i++)
        problems_warn(work->problems, work->chosen[i].feed, 0, "its table %s is not used: %.400s",
                      work->chosen[i].name,
                      is_named ? error->message + strlen(work->chosen[i].path.text) + 1 : error->message);
    if (is_named)
        work->chosen[bad] = work->chosen[--work->chosen_count];
    else
        work->chosen_count = 0;
    return true;
}
