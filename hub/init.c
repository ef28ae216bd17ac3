/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/program.h"
#include "core/streams.h"
#include "feed/signature.h"
#include "hub/commands.h"
#include "hub/store.h"

const char *command_store(const char *named)
{
    const char *variable = getenv("PASSTHRU_HUB_STORE");
    if (named)
        return named;
    return variable && *variable ? variable : "/var/lib/passthru-hub/store.db";
}

bool command_is_url(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/_-[]~";
    const char *host = strncmp(text, "https://", 8) == 0  ? text + 8
                       : strncmp(text, "http://", 7) == 0 ? text + 7
                                                          : "";
    return *host && *host != '/' && strlen(text) <= COMMAND_URL_MAX && strspn(text, letters) == strlen(text);
}

struct init_options {
    const char *store;
    const char *key;
    const char *name;
    const char *url;
    bool json;
};

/* A name that is set already is kept: who follows the feed knows it by that. */
static enum error_code set_name(struct store *store, const char *name, char kept[FEED_NAME_SIZE],
                                struct error *error)
{
    bool done;
    if (store_replace(store, "name", "", name ? name : "hub", &done, error) ||
        store_get_name(store, kept, error))
        return error->code;
    if (!name || strcmp(name, kept) == 0)
        return ERROR_NONE;
    error_set(error, ERROR_USAGE, "the feed of this store is called %s already", kept);
    return error_next(error, "leave --name out, or make another store");
}

static enum error_code prepare_key(const char *path, struct signing_key *key, struct error *error)
{
    if (access(path, F_OK) && errno == ENOENT)
        return signing_key_create(path, key, error);
    return signing_key_load(path, key, error);
}

void command_append_remote(struct buffer *text, const char *name, const char *url,
                           const struct signing_key *key)
{
    char public_key[SIGNING_PUBLIC_SIZE];
    int length = (int)strlen(url);
    while (length && url[length - 1] == '/')
        length--;
    signing_key_public(key, public_key);
    buffer_append_format(
        text,
        "# Put this into /etc/passthru/remotes.d/%s.conf or\n"
        "# ~/.config/passthru/remotes.d/%s.conf, then run: passthru sync\n"
        "[remote]\nname=%s\nkind=feed\nurl=%.*s/\nsubmit=%.*s/v1/reports\nkey=%s\nenabled=yes\n",
        name, name, name, length, url, length, url, public_key);
}

static enum error_code run(const struct init_options *options, struct error *error)
{
    char name[FEED_NAME_SIZE];
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    struct store *store;
    struct signing_key key;
    if (store_open(command_store(options->store), true, &store, error))
        return error->code;
    if (!set_name(store, options->name, name, error) &&
        !prepare_key(options->key ? options->key : "/var/lib/passthru-hub/feed.key", &key, error)) {
        command_append_remote(&text, name, options->url, &key);
        streams_write(&text);
        signing_key_wipe(&key);
    }
    store_close(store);
    return error->code;
}

int command_init(int argc, char **argv)
{
    struct init_options options = {.store = NULL};
    struct error error = {.code = ERROR_NONE};
    const struct program_option known[] = {{"store", &options.store, NULL},
                                           {"key", &options.key, NULL},
                                           {"name", &options.name, NULL},
                                           {"url", &options.url, NULL},
                                           {"json", NULL, &options.json}};
    int status = program_take_options(argc, argv, init_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (optind < argc)
        return program_usage("init", "it takes no argument", options.json);
    if (!options.url || !command_is_url(options.url))
        return program_usage("init",
                             "--url must say where users reach the hub, such as https://passthru.example",
                             options.json);
    if (options.name && !feed_name_fits(options.name, strlen(options.name)))
        return program_usage(
            "init", "--name must be 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit",
            options.json);
    return run(&options, &error) ? streams_print_error(&error, options.json) : 0;
}
