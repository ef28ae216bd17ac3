#include "importer/reports.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/report.h"
#include "importer/line_reader.h"

/* Reports are taken from the file in batches. A file of more than one batch is read, parsed and hashed by a
 * thread of its own while this one stores the batch before: half of the time each. */
enum { BATCH_LINES = 128, BATCHES = 2 };

struct parsed_report {
    long line;
    struct error refusal; /* with a code: the line is no report */
    struct report report;
    struct buffer canonical;
};

struct batch {
    struct parsed_report items[BATCH_LINES];
    int count;
    int used; /* items that were ever filled, and so have memory: most files hold a few reports only */
    bool last;
    struct error error; /* of the file itself */
};

struct report_file {
    struct line_reader *lines;
    struct batch *batches; /* BATCHES of them */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    long filled; /* batches that were filled, in turn */
    long stored; /* batches that were stored: the rest waits */
    bool stop;   /* storing failed: no more is wanted */
};

static bool id_differs(const char *stated, const unsigned char id[crypto_hash_sha256_BYTES])
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, id, crypto_hash_sha256_BYTES);
    return strcmp(stated, hex) != 0;
}

static void fill_batch(struct report_file *file, struct batch *batch)
{
    batch->count = 0;
    batch->error.code = ERROR_NONE;
    batch->last = false;
    while (batch->count < BATCH_LINES) {
        const char *line;
        size_t length;
        enum line_status status = line_reader_next(file->lines, &line, &length, &batch->error);
        batch->last = status == LINE_END || status == LINE_FAILED;
        if (batch->last)
            return;
        if (status == LINE_OK && line[strspn(line, " \t")] == '\0' && !memchr(line, '\0', length))
            continue;
        struct parsed_report *item = &batch->items[batch->count++];
        if (batch->count > batch->used) {
            item->report.arena = NULL;
            item->report.arena_size = 0;
            item->canonical = BUFFER((size_t)4 * REPORT_MAX_BYTES);
            batch->used = batch->count;
        }
        buffer_clear(&item->canonical);
        item->line = line_reader_number(file->lines);
        item->refusal.code = ERROR_NONE;
        if (status == LINE_TOO_LONG)
            error_set(&item->refusal, ERROR_BAD_INPUT, "a report has at most %d bytes", REPORT_MAX_BYTES);
        else if (report_parse_again(line, length, &item->report, &item->canonical, &item->refusal))
            continue; /* the refusal is told in its turn */
    }
}

static void *fill_batches(void *context)
{
    struct report_file *file = context;
    bool last = false;
    while (!last) {
        pthread_mutex_lock(&file->mutex);
        while (file->filled - file->stored == BATCHES && !file->stop)
            pthread_cond_wait(&file->changed, &file->mutex);
        struct batch *batch = &file->batches[file->filled % BATCHES];
        bool stop = file->stop;
        pthread_mutex_unlock(&file->mutex);
        if (stop)
            break;
        fill_batch(file, batch);
        last = batch->last;
        pthread_mutex_lock(&file->mutex);
        file->filled++;
        pthread_cond_signal(&file->changed);
        pthread_mutex_unlock(&file->mutex);
    }
    return NULL;
}

/* Where the reports of a file go. */
struct report_sink {
    const char *shown_path;
    struct builder *builder;
    int64_t source;
    int64_t *valid;
    struct problems *problems;
};

/* Hashing is done on this side: the other one has more to do. */
static enum error_code store_report(const struct report_sink *sink, const struct parsed_report *item,
                                    struct error *error)
{
    unsigned char id[crypto_hash_sha256_BYTES];
    const char *body = buffer_text(&item->canonical);
    size_t length = item->canonical.length;
    crypto_hash_sha256(id, (const unsigned char *)body, length);
    if (item->report.id && id_differs(item->report.id, id)) {
        problems_refuse(sink->problems, sink->shown_path, item->line,
                        "field \"id\" is not the SHA-256 of this report");
        return ERROR_NONE;
    }
    if (builder_add_report(sink->builder, &item->report, id, body, length, sink->source, error))
        return error->code;
    ++*sink->valid;
    return ERROR_NONE;
}

static enum error_code store_batch(const struct report_sink *sink, const struct batch *batch,
                                   struct error *error)
{
    for (int i = 0; i < batch->count && !error->code; i++) {
        const struct parsed_report *item = &batch->items[i];
        if (item->refusal.code == ERROR_BAD_INPUT)
            problems_refuse(sink->problems, sink->shown_path, item->line, "%s", item->refusal.message);
        else if (item->refusal.code)
            *error = item->refusal;
        else if (store_report(sink, item, error))
            break;
    }
    if (!error->code && batch->error.code)
        *error = batch->error;
    return error->code;
}

/* Stores what another thread fills until the last batch, or an error. */
static enum error_code store_batches(struct report_file *file, const struct report_sink *sink,
                                     struct error *error)
{
    pthread_t filler;
    if (pthread_create(&filler, NULL, fill_batches, file))
        return error_set(error, ERROR_SYSTEM, "cannot start a thread to read %s", sink->shown_path);
    for (bool last = false; !last;) {
        pthread_mutex_lock(&file->mutex);
        while (file->filled == file->stored)
            pthread_cond_wait(&file->changed, &file->mutex);
        pthread_mutex_unlock(&file->mutex);
        struct batch *batch = &file->batches[file->stored % BATCHES];
        last = store_batch(sink, batch, error) || batch->last;
        pthread_mutex_lock(&file->mutex);
        file->stored++;
        file->stop = error->code != ERROR_NONE;
        pthread_cond_signal(&file->changed);
        pthread_mutex_unlock(&file->mutex);
    }
    pthread_join(filler, NULL);
    return error->code;
}

static void free_item(struct parsed_report *item)
{
    report_free(&item->report);
    buffer_free(&item->canonical);
}

static void free_batches(struct batch *batches)
{
    for (int i = 0; batches && i < BATCHES; i++)
        for (int used = 0; used < batches[i].used; used++)
            free_item(&batches[i].items[used]);
    free(batches);
}

enum error_code reports_read(const char *path, const char *shown_path, struct builder *builder,
                             int64_t source, int64_t *valid, struct problems *problems, struct error *error)
{
    const struct report_sink sink = {shown_path, builder, source, valid, problems};
    struct report_file file = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    if (line_reader_open_as(path, shown_path, REPORT_MAX_BYTES, &file.lines, error))
        return error->code;
    file.batches = malloc(BATCHES * sizeof *file.batches);
    if (!file.batches) {
        error_set(error, ERROR_NO_MEMORY, "no memory to read %s", shown_path);
    } else {
        for (int i = 0; i < BATCHES; i++)
            file.batches[i].used = 0;
        fill_batch(&file, &file.batches[0]);
        if (!store_batch(&sink, &file.batches[0], error) && !file.batches[0].last)
            store_batches(&file, &sink, error);
    }
    free_batches(file.batches);
    line_reader_close(file.lines);
    return error->code;
}
