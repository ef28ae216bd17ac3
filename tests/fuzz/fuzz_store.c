/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store of a hub that somebody else has written to, or damaged: hub/store.h and the commands that read it.
 * Each line of the input sets a column in a row of a small store: the first byte says which column, the
 * second which row, the rest is the value, with a '=' before it as bytes. The last column is none: the line
 * is written over the file, at the place that its next three bytes say. Commands end with an answer or an
 * error; what they answer as JSON is JSON, and what they publish a client can read. */

#include "tests/fuzz/fuzz.h"

#include <getopt.h>
#include <sodium.h>
#include <sqlite3.h>

#include "core/json_reader.h"
#include "feed/manifest.h"
#include "feed/signature.h"
#include "hub/commands.h"
#include "hub/store.h"
#include "importer/line_reader.h"
#include "importer/source_cache.h"

static const char *const columns[][2] = {
    {"report", "id"},       {"report", "pci_id"},   {"report", "outcome"},  {"report", "state"},
    {"report", "received"}, {"report", "sender"},   {"report", "token"},    {"report", "json"},
    {"decision", "number"}, {"decision", "report"}, {"decision", "action"}, {"decision", "who"},
    {"decision", "reason"}, {"decision", "feed"},   {"decision", "time"},   {"segment", "sha256"},
    {"segment", "size"},    {"segment", "records"}, {"segment", "first"},   {"segment", "last"},
    {"segment", "dropped"}, {"hub", "name"},        {"hub", "value"}};
enum { COLUMN_COUNT = ARRAY_SIZE(columns), MAX_LINES = 32 };

static struct {
    char store[FUZZ_PATH_SIZE];
    char key[FUZZ_PATH_SIZE];
    char public_directory[FUZZ_PATH_SIZE];
    char id[REPORT_ID_HEX_SIZE];
    struct buffer bytes;
    FILE *quiet;
} base = {.bytes = {.max = 1 << 20}};

/* ---- commands, and what they print ---- */

static int run(int (*command)(int, char **), bool json, const char *name, const char *word)
{
    const char *words[12] = {name, "--store", base.store};
    struct buffer printed CLEANUP(buffer_free) = BUFFER(64 << 20);
    json_auto_t *document = NULL;
    struct error error;
    int count = 3;
    if (json)
        words[count++] = "--json";
    if (command == command_publish) {
        words[count++] = "--key";
        words[count++] = base.key;
        words[count++] = "--public";
        words[count++] = base.public_directory;
    }
    if (word)
        words[count++] = word;
    struct memory_file out = open_memory((const uint8_t *)"", 0);
    FILE *loud = stderr;
    int screen = dup(STDOUT_FILENO);
    fflush(stdout);
    dup2(out.file, STDOUT_FILENO);
    stderr = base.quiet;
    optind = 0; /* getopt(3) begins anew */
    int status = command(count, (char **)words);
    stderr = loud;
    fflush(stdout);
    dup2(screen, STDOUT_FILENO);
    close(screen);
    off_t length = lseek(out.file, 0, SEEK_END);
    char *space = buffer_reserve(&printed, (size_t)length);
    require(space && pread(out.file, space, (size_t)length, 0) == length, "an answer can be read");
    printed.length += (size_t)length;
    close(out.file);
    require(!json || !json_read(buffer_text(&printed), printed.length, &document, &error),
            "an answer is not JSON");
    return status;
}

/* ---- the store to be damaged ---- */

static void add_reports(struct store *store)
{
    static const char *const texts[] = {"{\"outcome\":\"fails\",\"pci_id\":\"10de:1d16\"}",
                                        "{\"outcome\":\"works\",\"pci_id\":\"10de:1d01\"}",
                                        "{\"outcome\":\"partial\",\"pci_id\":\"10de:1d01\"}",
                                        "{\"note\":\"x\",\"outcome\":\"works\",\"pci_id\":\"10de:1d01\"}"};
    static const enum decision decisions[] = {DECISION_ACCEPT, DECISION_ACCEPT, DECISION_REJECT};
    struct error error = {.code = ERROR_NONE};
    for (int i = 0; i < 4; i++) {
        struct store_request request = {.kind = REQUEST_ADD, .outcome = "works", .json = texts[i]};
        struct store_request *requests[] = {&request};
        report_id(texts[i], strlen(texts[i]), request.id);
        snprintf(request.pci_id, sizeof request.pci_id, "10de:1d01");
        must(store_commit(store, requests, 1, 1700000000, &error), &error);
        if (i < 3)
            must(store_decide(store, decisions[i], &request.id, 1, "anna", "why", 1700000001, &error),
                 &error);
        memcpy(base.id, request.id, sizeof base.id);
        if (i == 1)
            must(store_decide(store, DECISION_RETRACT, &request.id, 1, "anna", "why", 1700000002, &error),
                 &error);
    }
}

static void make_base(void)
{
    struct signing_key key;
    struct store *store;
    struct error error = {.code = ERROR_NONE};
    bool done;
    setenv("PASSTHRU_DB", "/nonexistent", 1);
    base.quiet = fopen("/dev/null", "w");
    require(sodium_init() >= 0 && base.quiet, "there is /dev/null");
    fuzz_path(base.store, "store.db");
    fuzz_path(base.public_directory, "public");
    must(signing_key_create(fuzz_path(base.key, "feed.key"), &key, &error), &error);
    require(signing_key_create(base.key, &key, &error) != ERROR_NONE, "no key is overwritten");
    must(store_open(base.store, true, &store, &error), &error);
    must(store_replace(store, "name", "", "home", &done, &error), &error);
    add_reports(store);
    store_close(store);
    require(run(command_publish, true, "publish", NULL) == 0, "the store can be published");
    must(feed_cache_read(base.store, &base.bytes, &error), &error);
}

/* ---- damage ---- */

static void set_column(sqlite3 *handle, const uint8_t *line, size_t length)
{
    const char *const *column = columns[line[0] % (COLUMN_COUNT + 1)];
    const bool is_blob = length > 2 && line[2] == '=';
    sqlite3_stmt *statement;
    char sql[200];
    snprintf(sql, sizeof sql,
             "UPDATE OR IGNORE %s SET %s = ?1 WHERE rowid IN (SELECT rowid FROM %s LIMIT 2 OFFSET %d)",
             column[0], column[1], column[0], line[1] % 4);
    if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) != SQLITE_OK)
        return;
    if (is_blob)
        sqlite3_bind_blob(statement, 1, line + 3, (int)length - 3, SQLITE_STATIC);
    else
        sqlite3_bind_text(statement, 1, (const char *)line + 2, (int)length - 2, SQLITE_STATIC);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
}

static void overwrite(const uint8_t *line, size_t length)
{
    FILE *file = fopen(base.store, "rb+");
    require(file != NULL, "the store is there");
    if (length > 5) {
        fseek(file, (long)(((size_t)line[2] << 16 | (size_t)line[3] << 8 | line[4]) % base.bytes.length),
              SEEK_SET);
        fwrite(line + 5, 1, length - 5, file);
    }
    fclose(file);
}

/* By SQL first: what was written over may not be opened any more. */
static void damage(const uint8_t *data, size_t size, bool by_sql)
{
    sqlite3 *handle = NULL;
    if (by_sql && sqlite3_open(base.store, &handle) == SQLITE_OK)
        sqlite3_exec(handle, "PRAGMA ignore_check_constraints = 1; PRAGMA journal_mode = DELETE", NULL, NULL,
                     NULL);
    for (int lines = 0; size && lines < MAX_LINES; lines++) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t length = end ? (size_t)(end - data) : size;
        bool is_column = length > 2 && data[0] % (COLUMN_COUNT + 1) < COLUMN_COUNT;
        if (is_column && by_sql)
            set_column(handle, data, length);
        else if (length > 5 && !is_column && !by_sql)
            overwrite(data, length);
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
    sqlite3_close(handle);
}

/* ---- what was published ---- */

static void check_segment(const char *path, int64_t records)
{
    struct line_reader *lines;
    struct error error;
    const char *line;
    size_t length;
    must(line_reader_open(path, path, 1 << 20, &lines, &error), &error);
    while (line_reader_next(lines, &line, &length, &error) == LINE_OK) {
        struct feed_line found;
        require(!feed_line_parse(line, length, &found, &error), "a line that is published is one of a feed");
        if (found.operation == FEED_ADD)
            json_decref(found.report);
        records--;
    }
    line_reader_close(&lines);
    require(records == 0, "a segment has the records that the manifest says");
}

static void check_published(void)
{
    char path[2 * FUZZ_PATH_SIZE];
    struct buffer bytes = {.max = MANIFEST_MAX_BYTES};
    struct manifest manifest;
    struct error error;
    snprintf(path, sizeof path, "%s/current/manifest.json", base.public_directory);
    must(feed_cache_read(path, &bytes, &error), &error);
    must(manifest_parse(buffer_text(&bytes), bytes.length, path, &manifest, &error), &error);
    buffer_free(&bytes);
    for (int i = 0; i < manifest.segment_count; i++) {
        snprintf(path, sizeof path, "%s/current/segments/%s.ndjson.zst", base.public_directory,
                 manifest.segments[i].sha256);
        check_segment(path, manifest.segments[i].records);
    }
    manifest_free(&manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FUZZ_PATH_SIZE + 8];
    if (!base.bytes.length)
        make_base();
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s%s", base.store, i ? "-wal" : "-shm");
        unlink(path);
    }
    fuzz_remove_tree(base.public_directory);
    fuzz_write(base.store, base.bytes.data, base.bytes.length);
    damage(data, size, true);
    damage(data, size, false);
    run(command_db, true, "db", "info");
    run(command_db, false, "db", "check");
    run(command_db, false, "db", "export");
    run(command_pending, true, "pending", NULL);
    run(command_pending, false, "pending", NULL);
    run(command_show, true, "show", base.id);
    run(command_show, false, "show", base.id);
    run(command_decide, true, "accept", base.id);
    if (run(command_publish, true, "publish", NULL) == 0)
        check_published();
    return 0;
}
