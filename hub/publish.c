/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/json_writer.h"
#include "core/program.h"
#include "core/streams.h"
#include "hub/commands.h"
#include "hub/publish.h"
#include "version.h"

struct publish_options {
    const char *store;
    const char *key;
    const char *public_directory;
    const char *database;
    const char *data;
    const char *templates;
    const char *url;
    bool json;
    bool quiet;
};

static void print_result(const struct publish_options *options, const struct feed_result *result, int written)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    struct json_writer writer = {.out = &text, .for_terminal = true};
    if (options->json) {
        json_write_begin_object(&writer, NULL);
        json_write_bool(&writer, "new", result->is_new);
        json_write_integer(&writer, "version", result->version);
        json_write_integer(&writer, "records", result->records);
        json_write_integer(&writer, "segments", result->segments);
        json_write_integer(&writer, "files_written", written);
        json_write_end_line(&writer);
    } else if (!options->quiet && written) {
        buffer_append_format(
            &text, "published version %" PRId64 ": %" PRId64 " line%s in %d segment%s, %d file%s written\n",
            result->version, result->records, result->records == 1 ? "" : "s", result->segments,
            result->segments == 1 ? "" : "s", written, written == 1 ? "" : "s");
    } else if (!options->quiet) {
        buffer_append_format(&text, "nothing new since version %" PRId64 "\n", result->version);
    }
    streams_write(&text);
}

/* What users of this site put into remotes.d. */
static void write_remote(struct store *store, const char *url, const struct signing_key *key,
                         struct site *site, struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    char name[FEED_NAME_SIZE];
    if (store_get_name(store, name, error))
        return;
    command_append_remote(&text, name, url, key);
    site_write(site, "remote.conf", &text, error);
}

/* Pages are made anew when the database is another one than before, or a template, the key or this program
 * is. */
static void write_pages(const struct publish_options *options, struct store *store,
                        const struct signing_key *key, struct site *site, struct error *error)
{
    static const char stamp_path[] = "api/v1/database.json";
    struct buffer stamp CLEANUP(buffer_free) = BUFFER(8192);
    struct buffer before CLEANUP(buffer_free) = BUFFER(8192);
    char found_templates[DATABASE_PATH_SIZE];
    const char *templates = options->templates ? options->templates : found_templates;
    struct database *database;
    struct stat status = {.st_size = 0};
    struct error none;
    bool found = false;
    char url[COMMAND_URL_MAX + 2] = "";
    char public_key[SIGNING_PUBLIC_SIZE];
    signing_key_public(key, public_key);
    publish_find_templates(found_templates);
    if (options->url)
        snprintf(url, sizeof url, "%s%s", options->url,
                 options->url[strlen(options->url) - 1] == '/' ? "" : "/");
    if (options->database && stat(options->database, &status) == 0) {
        buffer_append_format(&stamp, "{\"size\":%" PRId64 ",\"time\":%" PRId64 ".%09ld,\"program\":\"%s\"",
                             (int64_t)status.st_size, (int64_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                             PASSTHRU_VERSION);
        publish_stamp_templates(templates, &stamp);
        buffer_append_format(&stamp, ",\"url\":\"%s\",\"key\":\"%s\"", url, public_key);
        buffer_append_text(&stamp, "}\n");
    }
    if (!options->database || (!site_read(site, stamp_path, &before, &none) &&
                               strcmp(buffer_text(&before), buffer_text(&stamp)) == 0))
        publish_pages_again(site, &found, error);
    if (error->code || !options->database || found || database_open(options->database, &database, error))
        return;
    database_keep_pages(database);
    publish_pages(database, templates, url, site, error);
    database_close(database);
    if (!error->code && url[0])
        write_remote(store, url, key, site, error);
    if (!error->code)
        site_write(site, stamp_path, &stamp, error);
}

/* The site is put in place before the store remembers it: after a crash in between, the next publish does
 * what this one did. */
static enum error_code write_site(const struct publish_options *options, struct store *store,
                                  const struct signing_key *key, struct error *error)
{
    struct feed_result result;
    struct site *site;
    if (site_begin(options->public_directory, &site, error))
        return error->code;
    publish_feed(store, site, key, options->data, (int64_t)time(NULL), &result, error);
    if (!error->code)
        write_pages(options, store, key, site, error);
    const int written = site_written(site);
    if (error->code || !written)
        site_drop(site);
    else
        site_end(site, error);
    if (!error->code && written)
        publish_feed_end(store, &result, error);
    free(result.kept);
    if (!error->code)
        print_result(options, &result, written);
    return error->code;
}

static enum error_code publish(const struct publish_options *options, struct error *error)
{
    struct signing_key key;
    struct store *store;
    if (signing_key_load(options->key ? options->key : "/var/lib/passthru-hub/feed.key", &key, error))
        return error->code;
    if (!store_open(command_store(options->store), false, &store, error)) {
        write_site(options, store, &key, error);
        store_close(store);
    }
    signing_key_wipe(&key);
    return error->code;
}

int command_publish(int argc, char **argv)
{
    struct publish_options options = {.store = NULL};
    struct error error = {.code = ERROR_NONE};
    const struct program_option known[] = {{"store", &options.store, NULL},
                                           {"key", &options.key, NULL},
                                           {"public", &options.public_directory, NULL},
                                           {"db", &options.database, NULL},
                                           {"data", &options.data, NULL},
                                           {"site", &options.templates, NULL},
                                           {"url", &options.url, NULL},
                                           {"json", NULL, &options.json},
                                           {"quiet", NULL, &options.quiet}};
    int status = program_take_options(argc, argv, publish_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (optind < argc)
        return program_usage("publish", "it takes no argument", options.json);
    if (!options.public_directory)
        return program_usage("publish", "--public DIR is missing", options.json);
    if (options.url && !command_is_url(options.url))
        return program_usage("publish", "--url must say where the site is, such as https://passthru.example",
                             options.json);
    return publish(&options, &error) ? streams_print_error(&error, options.json) : 0;
}
