/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of a remote as people write it: importer/remote.h. What is taken can be asked. */

#include "feed/signature.h"
#include "importer/remote.h"
#include "tests/fuzz/fuzz.h"

static void check_remote(const struct remote *remote)
{
    struct error error;
    size_t length = strlen(remote->url);
    bool feed = !remote->list;
    require(feed_name_fits(remote->name, strlen(remote->name)), "a name leads nowhere");
    require(feed || remote->list->check, "a list can be fetched");
    require(remote_check_url(remote->url, &error) == ERROR_NONE, "url may be asked");
    require(!feed || remote->url[length - 1] != '/', "a directory's slash is cut");
    require(!remote->submit[0] || (feed && remote_check_url(remote->submit, &error) == ERROR_NONE),
            "submit may be asked");
    require(feed ? remote->key_count >= 1 && remote->key_count <= REMOTE_MAX_KEYS : !remote->key_count,
            "a feed has a key");
    for (int i = 0; i < remote->key_count; i++)
        require(signature_check_key(remote->keys[i], &error) == ERROR_NONE, "a key is one");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remote remote;
    struct error error;
    if (remote_parse((const char *)data, size, "/etc/passthru/remotes.d/fuzz.conf", &remote, &error) ==
        ERROR_NONE)
        check_remote(&remote);
    else
        require(is_rejection(&error) && error.next[0], "a rejection says why");
    return 0;
}
