/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs leave for themselves and somebody else may have changed: remotes/NAME.json in the source
 * cache (importer/sync.h), a report in the outbox, and what marks one as rejected (db/outbox.h). The
 * first byte chooses. */

#include "core/text.h"
#include "db/outbox.h"
#include "importer/sync.h"
#include "tests/fuzz/fuzz.h"

static const char feed_url[] = "https://example.org/feed/manifest.json";

static void check_printable(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    require(length < size && text_plain_length(text, length) == length, "a state's texts fit into a header");
}

/* What is loaded is kept as it is, of the right address. */
static void read_remote_state(const uint8_t *data, size_t size)
{
    char path[FUZZ_PATH_SIZE];
    struct source_cache cache;
    struct error error = {.code = ERROR_NONE};
    static struct remote_state state;
    static struct remote_state again;
    mkdir(fuzz_path(path, "state.db.sources"), 0700);
    mkdir(fuzz_path(path, "state.db.sources/remotes"), 0700);
    fuzz_write(fuzz_path(path, "state.db.sources/remotes/f.json"), data, size);
    cache = source_cache_view(fuzz_path(path, "state.db"));
    remote_state_load(&cache, "f", feed_url, &state);
    require(strcmp(state.url, feed_url) == 0, "the state is of this address");
    check_printable(state.etag, sizeof state.etag);
    check_printable(state.last_modified, sizeof state.last_modified);
    check_printable(state.fetched, sizeof state.fetched);
    check_printable(state.version, sizeof state.version);
    check_printable(state.seen_hash, sizeof state.seen_hash);
    check_printable(state.seen_key, sizeof state.seen_key);
    require(state.seen_version >= 0 && state.retracted >= 0, "nothing is counted below zero");
    require(remote_state_save(&cache, "f", &state, &error) == ERROR_NONE, "a state can be kept");
    remote_state_load(&cache, "f", feed_url, &again);
    require(strcmp(state.etag, again.etag) == 0 && strcmp(state.last_modified, again.last_modified) == 0 &&
                strcmp(state.fetched, again.fetched) == 0 && strcmp(state.version, again.version) == 0 &&
                strcmp(state.seen_hash, again.seen_hash) == 0 &&
                strcmp(state.seen_key, again.seen_key) == 0 && state.seen_version == again.seen_version &&
                state.retracted == again.retracted,
            "a state is kept as it is");
}

static void read_outbox(const char *directory, bool is_report)
{
    struct outbox outbox;
    struct error error = {.code = ERROR_NONE};
    require(outbox_read(directory, &outbox, &error) == ERROR_NONE && outbox.count == 1, "a report is there");
    const struct outbox_entry *entry = &outbox.entries[0];
    const struct outbox_rejection *rejection = &entry->rejection;
    require(is_report || entry->id[0], "a mark beside it spoils no report");
    require(!entry->error.code == (entry->id[0] != '\0'), "a report is valid, or it is said why it is not");
    require(entry->id[0] || entry->error.message[0], "an error has a message");
    require(!rejection->status || (rejection->status >= 400 && rejection->status <= 599),
            "a rejection has a status");
    require(is_report || rejection->status, "a mark is one, whatever is in it");
    require(strnlen(rejection->remote, sizeof rejection->remote) < sizeof rejection->remote &&
                strnlen(rejection->time, sizeof rejection->time) < sizeof rejection->time &&
                strnlen(rejection->why, sizeof rejection->why) < sizeof rejection->why,
            "texts end");
    require(outbox_count_sent(directory) == 0, "nothing was sent");
    outbox_free(&outbox);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char json[] = "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}";
    char id[REPORT_ID_HEX_SIZE];
    struct buffer whole CLEANUP(buffer_free) = BUFFER(1 << 20);
    char directory[FUZZ_PATH_SIZE];
    char path[FUZZ_PATH_SIZE + 2 * REPORT_ID_HEX_SIZE];
    struct error error = {.code = ERROR_NONE};
    bool is_new;
    if (!size)
        return 0;
    if (data[0] % 3 == 0) {
        read_remote_state(data + 1, size - 1);
        return 0;
    }
    fuzz_path(directory, "outbox");
    require(outbox_prepare(json, sizeof json - 1, &whole, id, &error) == ERROR_NONE, "a report is one");
    if (data[0] % 3 == 1) {
        require(outbox_add(directory, id, &whole, NULL, &is_new, &error) == ERROR_NONE, "a report is kept");
        snprintf(path, sizeof path, "%s/%s.refused", directory, id);
    } else {
        mkdir(directory, 0700);
        snprintf(path, sizeof path, "%s/%s.json", directory, id);
    }
    fuzz_write(path, data + 1, size - 1);
    read_outbox(directory, data[0] % 3 == 2);
    fuzz_remove_tree(directory);
    return 0;
}
