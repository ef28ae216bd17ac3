/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "core/owner.h"
#include "core/text.h"
#include "feed/manifest.h"
#include "importer/remote.h"

/* Tables that a user may add to, and a feed does not bring: what a feed says is never typed by root. */
static const char *const own_tables[] = {"codes.tsv", "plan.tsv"};

static struct addition additions[2 * (TABLE_KIND_COUNT + ARRAY_SIZE(own_tables))];
static size_t addition_count;

static const char *find_table(const char *name)
{
    const struct table_kind *kind = table_kind_find(name);
    for (size_t i = 0; !kind && i < ARRAY_SIZE(own_tables); i++)
        if (strcmp(own_tables[i], name) == 0)
            return own_tables[i];
    return kind ? kind->name : NULL;
}

static enum error_code check_owner(int file, const char *path, struct error *error)
{
    struct stat status;
    if (fstat(file, &status))
        return error_set_errno(error, errno, "cannot examine %s", path);
    if ((status.st_uid == 0 || status.st_uid == geteuid()) && !(status.st_mode & S_IWOTH))
        return ERROR_NONE;
    if (status.st_mode & S_IWOTH) {
        error_set(error, ERROR_PERMISSION, "cannot use %.400s: every user may write to it", path);
        return error_next_path(error, "chmod o-w ", path, "");
    }
    error_set(error, ERROR_PERMISSION, "cannot use %.400s: it belongs to user number %ld, not to root or you",
              path, (long)status.st_uid);
    return error_next_path(error, "read it, and if it is right: chown root ", path, "");
}

static enum error_code reject_name(const char *path, struct error *error)
{
    char names[300] = "";
    for (int i = 0; i < TABLE_KIND_COUNT; i++) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s, ", table_kinds[i].name);
    }
    for (size_t i = 0; i < ARRAY_SIZE(own_tables); i++) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", i ? ", " : "", own_tables[i]);
    }
    error_set(error, ERROR_BAD_INPUT, "%.400s: no table with this name can be added to", path);
    return error_next(error, "call it as one of these: %s", names);
}

static enum error_code hold(const char *directory, const char *name, struct error *error)
{
    const char *table = find_table(name);
    char path[FILE_PATH_SIZE];
    snprintf(path, sizeof path, "%.3800s/%.255s", directory, name);
    if (!table)
        return reject_name(path, error);
    owner_hold(path, O_NONBLOCK);
    int file = owner_open_regular(path, path, error);
    if (error->code == ERROR_NOT_FOUND) /* a link that leads nowhere */
        error->code = ERROR_BAD_INPUT;
    if (file < 0)
        return error->code;
    if (!check_owner(file, path, error)) {
        struct addition *addition = &additions[addition_count++];
        *addition = (struct addition){.path = strdup(path), .name = table};
        if (!addition->path)
            error_set(error, ERROR_NO_MEMORY, "no memory for %s", path);
    }
    close(file);
    return error->code;
}

static int is_table(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends_in(entry->d_name, ".tsv");
}

enum error_code additions_hold(struct error *error)
{
    char own[FILE_PATH_SIZE];
    const char *const directories[] = {own, "/etc/passthru/data.d"};
    config_own_directory("data.d", own);
    error->code = ERROR_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(directories) && !error->code; i++) {
        struct dirent **entries = NULL;
        int count = scandir(directories[i], &entries, is_table, alphasort);
        if (count < 0 && errno != ENOENT && errno != ENOTDIR)
            return error_set_errno(error, errno, "cannot list %.400s", directories[i]);
        for (int k = 0; k < count; k++) {
            if (!error->code)
                (void)!hold(directories[i], entries[k]->d_name, error);
            free(entries[k]);
        }
        free(entries);
    }
    return error->code;
}

struct addition *additions_next(const struct addition *last, const char *name)
{
    for (size_t i = last ? (size_t)(last - additions) + 1 : 0; i < addition_count; i++)
        if (!name || strcmp(additions[i].name, name) == 0)
            return &additions[i];
    return NULL;
}
