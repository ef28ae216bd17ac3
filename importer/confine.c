/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/confine.h"

#include <stdlib.h>

#include "core/file.h"
#include "core/macros.h"
#include "core/owner.h"
#include "db/database.h"

static const struct sandbox_rule places[] = {
    {"/usr", SANDBOX_READ},                      /* lists, libraries, certificates */
    {"/usr/share/hwdata/pci.ids", SANDBOX_READ}, /* may be links to elsewhere */
    {"/usr/share/misc/pci.ids", SANDBOX_READ},
    {"/lib", SANDBOX_READ},
    {"/lib64", SANDBOX_READ},
    {"/dev/null", SANDBOX_WRITE},
    {"/dev/urandom", SANDBOX_READ},
    /* Who a host is, and whether to trust it. */
    {"/etc/ca-certificates", SANDBOX_READ},
    {"/etc/crypto-policies", SANDBOX_READ},
    {"/etc/gai.conf", SANDBOX_READ},
    {"/etc/gnutls", SANDBOX_READ},
    {"/etc/host.conf", SANDBOX_READ},
    {"/etc/hosts", SANDBOX_READ},
    {"/etc/ld.so.cache", SANDBOX_READ},
    {"/etc/localtime", SANDBOX_READ},
    {"/etc/nsswitch.conf", SANDBOX_READ},
    {"/etc/pki", SANDBOX_READ},
    {"/etc/resolv.conf", SANDBOX_READ},
    {"/etc/services", SANDBOX_READ},
    {"/etc/ssl", SANDBOX_READ},
    {"/nix/store", SANDBOX_READ}, /* where NixOS and Guix have what they link to from /etc */
    {"/gnu/store", SANDBOX_READ},
    {"/run/NetworkManager", SANDBOX_READ},
    {"/run/resolvconf", SANDBOX_READ},
    {"/run/systemd/resolve", SANDBOX_READ},
    /* Temporary files of SQLite. */
    {"/tmp", SANDBOX_WRITE},
    {"/usr/tmp", SANDBOX_WRITE},
    {"/var/tmp", SANDBOX_WRITE},
};

static const struct {
    const char *variable;
    enum sandbox_access access;
} named[] = {{"SSL_CERT_FILE", SANDBOX_READ}, {"SQLITE_TMPDIR", SANDBOX_WRITE}, {"TMPDIR", SANDBOX_WRITE}};

struct sandbox importer_confine(const char *database_path, const char *data_directory,
                                enum sandbox_calls calls)
{
    const struct path directory = file_parent(database_path);
    char installed[DATABASE_PATH_SIZE];
    size_t held = 0;
    int count = 0;
    while (owner_held(held))
        held++;
    struct sandbox_rule *rules = calloc(ARRAY_SIZE(places) + ARRAY_SIZE(named) + held + 3, sizeof *rules);
    if (!rules)
        return (struct sandbox){0, false};
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        rules[count++] = places[i];
    for (size_t i = 0; i < ARRAY_SIZE(named); i++)
        if (getenv(named[i].variable))
            rules[count++] = (struct sandbox_rule){getenv(named[i].variable), named[i].access};
    for (size_t i = 0; i < held; i++)
        rules[count++] = (struct sandbox_rule){owner_held(i), SANDBOX_READ};
    rules[count++] = (struct sandbox_rule){directory.text, SANDBOX_WRITE};
    rules[count++] = (struct sandbox_rule){data_directory, SANDBOX_READ};
    if (database_installed(installed))
        rules[count++] = (struct sandbox_rule){installed, SANDBOX_READ};
    struct sandbox sandbox = sandbox_enter(rules, count, calls);
    free(rules);
    return sandbox;
}
