/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directories of remotes; importer/remote.c reads one file. */

#include "core/buffer.h"
#include "core/file.h"
#include "core/owner.h"
#include "core/text.h"
#include "importer/remote.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 64 << 10 };

static enum error_code reject_file(const char *path, const char *why, struct error *error)
{
    error_set(error, ERROR_BAD_INPUT, "%.300s: %s", path, why);
    return error_next(error, "rename it so that it does not end in .conf");
}

static enum error_code read_remote(const char *path, struct remote *remote, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(FILE_MAX_BYTES);
    int file = owner_open_regular(path, path, error);
    if (error->code == ERROR_BAD_INPUT)
        return reject_file(path, "not a regular file", error);
    if (error->code == ERROR_NOT_FOUND) /* a link that leads nowhere */
        error->code = ERROR_SYSTEM;
    if (file < 0)
        return error->code;
    if (!file_read_all(file, &text))
        error_set_errno(error, errno, "cannot read %.300s", path);
    else if (text.failed)
        reject_file(path, "larger than 64 KiB", error);
    close(file);
    return error->code ? error->code : remote_parse(buffer_text(&text), text.length, path, remote, error);
}

static bool is_list(const struct remote *remote)
{
    return !remote->error.code && remote->list && remote->enabled;
}

static bool are_rivals(const struct remote *one, const struct remote *other)
{
    return strcmp(one->name, other->name) == 0 ||
           (is_list(one) && is_list(other) && one->list == other->list);
}

/* Of two in one directory the one that is enabled counts. Two that are: none of them does. What is wrong in a
 * file comes first. */
static void settle_rivals(struct remote *one, const struct remote *other)
{
    if (one->error.code)
        return;
    if (!one->enabled || other->error.code) {
        *one = *other;
    } else if (other->enabled) {
        error_set(&one->error, ERROR_BAD_INPUT, "%.250s and %.250s both are the remote %s", one->file,
                  other->file, strcmp(one->name, other->name) == 0 ? one->name : remote_kind_name(one));
        error_next(&one->error, "rename one of them, or say enabled=no in it");
    }
}

/* Takes it in, in the place of what earlier directories said: they gave the first `earlier`. */
static enum error_code take(struct remotes *remotes, const struct remote *remote, int *earlier,
                            struct error *error)
{
    bool settled = false;
    int kept = 0;
    for (int i = 0; i < remotes->count; i++) {
        bool is_rival = are_rivals(&remotes->items[i], remote);
        if (is_rival && i < *earlier)
            continue;
        remotes->items[kept++] = remotes->items[i];
        if (is_rival)
            settle_rivals(&remotes->items[kept - 1], remote);
        settled |= is_rival;
    }
    *earlier -= remotes->count - kept;
    remotes->count = kept;
    if (settled)
        return ERROR_NONE;
    if (kept == MAX_REMOTES) {
        error_set(error, ERROR_BAD_INPUT, "there are more than %d remotes", MAX_REMOTES);
        return error_next(error, "remove some of their files");
    }
    remotes->items[remotes->count++] = *remote;
    return ERROR_NONE;
}

/* What is known of a remote whose file is wrong. */
static void mark_wrong(struct remote *remote, const char *path, const char *name, const struct error *wrong)
{
    size_t length = strlen(name) - strlen(".conf");
    remote->error = *wrong;
    snprintf(remote->file, sizeof remote->file, "%s", path);
    if (feed_name_fits(remote->name, strlen(remote->name)))
        return;
    bool fits = feed_name_fits(name, length);
    snprintf(remote->name, sizeof remote->name, "%.*s", fits ? (int)length : 7, fits ? name : "unnamed");
}

static int is_conf(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends_in(entry->d_name, ".conf");
}

static enum error_code load_directory(const char *directory, struct remotes *remotes, struct error *error)
{
    struct dirent **entries = NULL;
    int earlier = remotes->count;
    int count = scandir(directory, &entries, is_conf, alphasort);
    if (count < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? ERROR_NONE
                   : error_set_errno(error, errno, "cannot read %.300s", directory);
    for (int i = 0; i < count; i++) {
        struct remote remote = {.enabled = true};
        struct error wrong = {.code = ERROR_NONE};
        char path[sizeof remote.file];
        int length = snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        if (!error->code && length >= (int)sizeof path)
            error_set(error, ERROR_BAD_INPUT, "the name of the directory %.300s is too long", directory);
        if (!error->code) {
            if (read_remote(path, &remote, &wrong))
                mark_wrong(&remote, path, entries[i]->d_name, &wrong);
            if (take(remotes, &remote, &earlier, error))
                remotes->count = 0;
        }
        free(entries[i]);
    }
    free(entries);
    return error->code;
}

void config_own_directory(const char *name, char directory[4096])
{
    const char *config_home = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    directory[0] = '\0';
    if (config_home && *config_home == '/')
        snprintf(directory, 4096, "%s/passthru/%s", config_home, name);
    else if (home && *home == '/')
        snprintf(directory, 4096, "%s/.config/passthru/%s", home, name);
}

enum error_code remotes_load(const char *data_directory, struct remotes *remotes, struct error *error)
{
    char brought[4096];
    char own[4096];
    const char *const directories[] = {brought, "/etc/passthru/remotes.d", own};
    *remotes = (struct remotes){.items = calloc(MAX_REMOTES, sizeof *remotes->items)};
    error->code = ERROR_NONE;
    if (!remotes->items)
        return error_set(error, ERROR_NO_MEMORY, "no memory for remotes");
    snprintf(brought, sizeof brought, "%s/remotes.d", data_directory);
    config_own_directory("remotes.d", own);
    for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
        if (directories[i][0] && load_directory(directories[i], remotes, error))
            return error->code;
    qsort(remotes->items, (size_t)remotes->count, sizeof *remotes->items, text_compare);
    return ERROR_NONE;
}

void remotes_free(struct remotes *remotes)
{
    free(remotes->items);
    *remotes = (struct remotes){.count = 0};
}

const struct remote *remotes_find(const struct remotes *remotes, const char *name)
{
    for (int i = 0; i < remotes->count; i++)
        if (strcmp(remotes->items[i].name, name) == 0)
            return &remotes->items[i];
    return NULL;
}
