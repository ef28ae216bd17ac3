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
    unsigned char id[crypto_hash_sha256_BYTES];
};

struct batch {
    struct parsed_report items[BATCH_LINES];
    int count;
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

static void parse_line(struct parsed_report *item, const char *line, size_t length)
{
    buffer_clear(&item->canonical);
    if (report_parse(line, length, &item->report, &item->canonical, &item->refusal))
        return;
    crypto_hash_sha256(item->id, (const unsigned char *)buffer_text(&item->canonical), item->canonical.length);
    if (!item->report.id || !id_differs(item->report.id, item->id))
        return;
    error_set(&item->refusal, ERROR_BAD_INPUT, "field \"id\" is not the SHA-256 of this report");
    report_free(&item->report);
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
        item->line = line_reader_number(file->lines);
        item->refusal.code = ERROR_NONE;
        if (status == LINE_TOO_LONG)
            error_set(&item->refusal, ERROR_BAD_INPUT, "a report has at most %d bytes", REPORT_MAX_BYTES);
        else
            parse_line(item, line, length);
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
    int64_t *added;
    struct problems *problems;
};

static enum error_code store_batch(const struct report_sink *sink, struct batch *batch, struct error *error)
{
    for (int i = 0; i < batch->count; i++) {
        struct parsed_report *item = &batch->items[i];
        bool is_new = false;
        if (item->refusal.code == ERROR_BAD_INPUT) {
            problems_refuse(sink->problems, sink->shown_path, item->line, "%s", item->refusal.message);
            continue;
        }
        if (item->refusal.code)
            *error = item->refusal;
        else if (!error->code &&
                 !builder_add_report(sink->builder, &item->report, item->id, buffer_text(&item->canonical),
                                     item->canonical.length, sink->source, &is_new, error))
            *sink->added += is_new;
        report_free(&item->report);
    }
    if (!error->code && batch->error.code)
        *error = batch->error;
    return error->code;
}

/* Stores what another thread fills until the last batch, or an error. */
static enum error_code store_batches(struct report_file *file, const struct report_sink *sink, struct error *error)
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
    /* After an error the other thread may have filled one more. */
    for (; file->stored < file->filled; file->stored++) {
        struct batch *batch = &file->batches[file->stored % BATCHES];
        for (int i = 0; i < batch->count; i++)
            if (!batch->items[i].refusal.code)
                report_free(&batch->items[i].report);
    }
    return error->code;
}

static void free_batches(struct batch *batches)
{
    for (int i = 0; batches && i < BATCHES * BATCH_LINES; i++)
        buffer_free(&batches[i / BATCH_LINES].items[i % BATCH_LINES].canonical);
    free(batches);
}

enum error_code reports_read(const char *path, const char *shown_path, struct builder *builder, int64_t source,
                             int64_t *added, struct problems *problems, struct error *error)
{
    const struct report_sink sink = {shown_path, builder, source, added, problems};
    struct report_file file = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    if (line_reader_open(path, REPORT_MAX_BYTES, &file.lines, error))
        return error->code;
    file.batches = calloc(BATCHES, sizeof *file.batches);
    for (int i = 0; file.batches && i < BATCHES * BATCH_LINES; i++)
        file.batches[i / BATCH_LINES].items[i % BATCH_LINES].canonical.max = (size_t)4 * REPORT_MAX_BYTES;
    if (!file.batches) {
        error_set(error, ERROR_NO_MEMORY, "no memory to read %s", shown_path);
    } else {
        fill_batch(&file, &file.batches[0]);
        if (!store_batch(&sink, &file.batches[0], error) && !file.batches[0].last)
            store_batches(&file, &sink, error);
    }
    free_batches(file.batches);
    line_reader_close(file.lines);
    return error->code;
}
