/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_REMOTE_H
#define PASSTHRU_IMPORTER_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "feed/manifest.h"
#include "importer/product_list.h"

/* The remotes: where lists and reports are fetched from and reports are sent to. Each is a file *.conf in ini
 * form, one section [remote] with name, url, kind, key, submit, enabled, knowledge
 * (docs/passthru-remotes.5).
 */

enum {
    REMOTE_NAME_SIZE = FEED_NAME_SIZE, /* feed_name_fits */
    REMOTE_URL_SIZE = 1024,
    REMOTE_KEY_SIZE = 80,
    REMOTE_MAX_KEYS = 2,
    MAX_REMOTES = 64
};

/* None; those of facts; those by which a verdict is made of them, too. */
enum knowledge { KNOWLEDGE_NO, KNOWLEDGE_YES, KNOWLEDGE_ALL };

struct remote {
    char name[REMOTE_NAME_SIZE];  /* a-z, 0-9, '.', '_', '-', first a letter or digit: it names a directory */
    const struct list_kind *list; /* NULL: a feed */
    char url[REMOTE_URL_SIZE];    /* of the list, or of the directory of a feed, without a final slash */
    char submit[REMOTE_URL_SIZE]; /* where reports are sent to, "" for nowhere */
    char keys[REMOTE_MAX_KEYS]
             [REMOTE_KEY_SIZE]; /* minisign public keys; a feed has one, or two while it changes them */
    int key_count;
    enum knowledge knowledge; /* which tables of a feed are taken */
    bool enabled;
    char file[4096];    /* that says so */
    struct error error; /* with a code: the file is wrong, and only its name (else the file's) is good */
};

struct remotes {
    struct remote *items; /* by name */
    int count;
};

/* The name of its kind: "feed", or that of its list. */
const char *remote_kind_name(const struct remote *remote);

/* Reads one remote from the text of its file, which messages call `file`. ERROR_BAD_INPUT says file, line and
 * next step. */
MUST_CHECK enum error_code remote_parse(const char *text, size_t length, const char *file,
                                        struct remote *remote, struct error *error);

/* The user's own directory `name` of configuration: below $XDG_CONFIG_HOME/passthru, else $HOME/.config, by
 * the XDG base directory specification, which wants absolute paths. "" when there is none. */
void config_own_directory(const char *name, char directory[4096]);

/* Reads the remotes that passthru brings (DATA_DIRECTORY/remotes.d), then /etc/passthru/remotes.d, then
 * $XDG_CONFIG_HOME/passthru/remotes.d (else $HOME/.config): one of the same name takes the place of the
 * earlier one, and one of the kind pci.ids or amdgpu.ids that is enabled that of an earlier one of its kind.
 * A directory that does not exist is empty, and what is not called *.conf is skipped. A file that is wrong
 * is a remote with an error that says file, line and next step, and so are two of one directory that are
 * enabled and both the same: nothing is fetched from half of what was meant, and the others are used. The
 * caller frees them, also after an error. */
MUST_CHECK enum error_code remotes_load(const char *data_directory, struct remotes *remotes,
                                        struct error *error);
void remotes_free(struct remotes *remotes);

/* The remote of that name, NULL when there is none. */
const struct remote *remotes_find(const struct remotes *remotes, const char *name);

/* Whether passthru may ask this address: https://, or http:// on loopback (127.0.0.0/8, [::1], localhost),
 * with a host, without user name, password and fragment. ERROR_BAD_INPUT says why not. By libcurl's URL
 * parser. */
MUST_CHECK enum error_code remote_check_url(const char *url, struct error *error);

/* Whether an address for which remote_check_url holds is one of this machine: it is asked without a proxy. */
bool remote_url_is_loopback(const char *url);

#endif
