#include "importer/reports.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/report.h"
#include "importer/feed_line.h"
#include "importer/line_reader.h"

/* Reports are taken from the files in batches. What is more than one batch is read and parsed by a thread of
 * its own while this one stores the batch before: half of the time each. */
enum { BATCH_LINES = 128, BATCHES = 2 };

struct parsed_report {
    int file; /* its number among those that were opened, and its line */
    long line;
    bool retracts; /* it takes back the report `retracted_id` */
    unsigned char retracted_id[crypto_hash_sha256_BYTES];
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

struct report_files {
    const struct report_input *input;
    struct line_reader *lines; /* of the file that is being read; NULL between two */
    int opened;
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

/* The report of a line of a feed, or what it takes back. What is refused is told in its turn. */
static enum error_code parse_feed_line(struct parsed_report *item, const char *line, size_t length)
{
    struct feed_line found;
    struct error *refusal = &item->refusal;
    if (feed_line_guess(line, length, &found) &&
        !report_parse_again(found.report, found.report_length, &item->report, &item->canonical, refusal))
        return ERROR_NONE;
    refusal->code = ERROR_NONE;
    buffer_clear(&item->canonical);
    if (feed_line_parse(line, length, &found, refusal))
        return refusal->code;
    if (found.operation == FEED_ADD)
        return report_parse_again(found.report, found.report_length, &item->report, &item->canonical,
                                  refusal);
    item->retracts = true;
    memcpy(item->retracted_id, found.id, sizeof item->retracted_id);
    return ERROR_NONE;
}

static enum error_code parse_line(const struct report_files *files, struct parsed_report *item,
                                  enum line_status status, const char *line, size_t length)
{
    if (status == LINE_TOO_LONG)
        return error_set(&item->refusal, ERROR_BAD_INPUT, "a report has at most %d bytes", REPORT_MAX_BYTES);
    if (files->input->is_feed)
        return parse_feed_line(item, line, length);
    return report_parse_again(line, length, &item->report, &item->canonical, &item->refusal);
}

/* The next free item of a batch. */
static struct parsed_report *next_item(struct batch *batch)
{
    struct parsed_report *item = &batch->items[batch->count++];
    if (batch->count > batch->used) {
        item->report.arena = NULL;
        item->report.arena_size = 0;
        item->canonical = BUFFER((size_t)4 * REPORT_MAX_BYTES);
        batch->used = batch->count;
    }
    buffer_clear(&item->canonical);
    item->retracts = false;
    item->refusal.code = ERROR_NONE;
    return item;
}

/* Opens the next file if none is open. False when there is none, or an error. */
static bool open_next(struct report_files *files, struct error *error)
{
    const struct report_input *input = files->input;
    char path[DATABASE_PATH_SIZE];
    char shown[SHOWN_FILE_SIZE];
    size_t max_line = REPORT_MAX_BYTES + (input->is_feed ? FEED_LINE_EXTRA : 0);
    if (files->lines)
        return true;
    if (!input->path(input->context, files->opened, path, error))
        return false;
    input->shown(input->context, files->opened++, shown);
    return !line_reader_open_as(path, shown, max_line, &files->lines, error);
}

static void fill_batch(struct report_files *files, struct batch *batch)
{
    batch->count = 0;
    batch->error.code = ERROR_NONE;
    batch->last = false;
    while (batch->count < BATCH_LINES) {
        const char *line;
        size_t length;
        batch->last = !open_next(files, &batch->error);
        if (batch->last)
            return;
        enum line_status status = line_reader_next(files->lines, &line, &length, &batch->error);
        batch->last = status == LINE_FAILED;
        if (batch->last)
            return;
        if (status == LINE_END) {
            line_reader_close(files->lines);
            files->lines = NULL;
            continue;
        }
        if (status == LINE_OK && line[strspn(line, " \t")] == '\0' && !memchr(line, '\0', length))
            continue;
        struct parsed_report *item = next_item(batch);
        item->file = files->opened - 1;
        item->line = line_reader_number(files->lines);
        if (parse_line(files, item, status, line, length))
            continue; /* the refusal is told in its turn */
    }
}

static void *fill_batches(void *context)
{
    struct report_files *files = context;
    bool last = false;
    while (!last) {
        pthread_mutex_lock(&files->mutex);
        while (files->filled - files->stored == BATCHES && !files->stop)
            pthread_cond_wait(&files->changed, &files->mutex);
        struct batch *batch = &files->batches[files->filled % BATCHES];
        bool stop = files->stop;
        pthread_mutex_unlock(&files->mutex);
        if (stop)
            break;
        fill_batch(files, batch);
        last = batch->last;
        pthread_mutex_lock(&files->mutex);
        files->filled++;
        pthread_cond_signal(&files->changed);
        pthread_mutex_unlock(&files->mutex);
    }
    return NULL;
}

/* Where the reports go. */
struct report_sink {
    const struct report_input *input;
    struct builder *builder;
    int64_t source;
    struct report_counts *counts;
    struct problems *problems;
};

static void refuse(const struct report_sink *sink, const struct parsed_report *item, const char *why)
{
    char shown[SHOWN_FILE_SIZE];
    sink->input->shown(sink->input->context, item->file, shown);
    problems_refuse(sink->problems, shown, item->line, "%s", why);
}

/* Hashing is done on this side: the other one has more to do. */
static enum error_code store_report(const struct report_sink *sink, const struct parsed_report *item,
                                    struct error *error)
{
    unsigned char id[crypto_hash_sha256_BYTES];
    const char *body = buffer_text(&item->canonical);
    size_t length = item->canonical.length;
    if (item->retracts) {
        sink->counts->retractions++;
        return builder_retract(sink->builder, item->retracted_id, sink->source, error);
    }
    crypto_hash_sha256(id, (const unsigned char *)body, length);
    if (item->report.id && id_differs(item->report.id, id)) {
        refuse(sink, item, "field \"id\" is not the SHA-256 of this report");
        return ERROR_NONE;
    }
    if (builder_add_report(sink->builder, &item->report, id, body, length, sink->source, error))
        return error->code;
    sink->counts->reports++;
    return ERROR_NONE;
}

static enum error_code store_batch(const struct report_sink *sink, const struct batch *batch,
                                   struct error *error)
{
    for (int i = 0; i < batch->count && !error->code; i++) {
        const struct parsed_report *item = &batch->items[i];
        if (item->refusal.code == ERROR_BAD_INPUT)
            refuse(sink, item, item->refusal.message);
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
static enum error_code store_batches(struct report_files *files, const struct report_sink *sink,
                                     struct error *error)
{
    pthread_t filler;
    if (pthread_create(&filler, NULL, fill_batches, files))
        return error_set(error, ERROR_SYSTEM, "cannot start a thread to read reports");
    for (bool last = false; !last;) {
        pthread_mutex_lock(&files->mutex);
        while (files->filled == files->stored)
            pthread_cond_wait(&files->changed, &files->mutex);
        pthread_mutex_unlock(&files->mutex);
        struct batch *batch = &files->batches[files->stored % BATCHES];
        last = store_batch(sink, batch, error) || batch->last;
        pthread_mutex_lock(&files->mutex);
        files->stored++;
        files->stop = error->code != ERROR_NONE;
        pthread_cond_signal(&files->changed);
        pthread_mutex_unlock(&files->mutex);
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

enum error_code reports_read(const struct report_input *input, struct builder *builder, int64_t source,
                             struct report_counts *counts, struct problems *problems, struct error *error)
{
    const struct report_sink sink = {input, builder, source, counts, problems};
    struct report_files files = {
        .input = input, .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    error->code = ERROR_NONE;
    files.batches = malloc(BATCHES * sizeof *files.batches);
    if (!files.batches)
        return error_set(error, ERROR_NO_MEMORY, "no memory to read reports");
    for (int i = 0; i < BATCHES; i++)
        files.batches[i].used = 0;
    fill_batch(&files, &files.batches[0]);
    files.filled = files.stored = 0;
    if (!store_batch(&sink, &files.batches[0], error) && !files.batches[0].last)
        store_batches(&files, &sink, error);
    free_batches(files.batches);
    line_reader_close(files.lines);
    return error->code;
}

struct one_file {
    const char *path;
    const char *shown;
};

static bool one_path(void *context, int number, char path[DATABASE_PATH_SIZE], struct error *error)
{
    const struct one_file *file = context;
    (void)error;
    if (number > 0)
        return false;
    snprintf(path, DATABASE_PATH_SIZE, "%s", file->path);
    return true;
}

static void one_shown(void *context, int number, char text[SHOWN_FILE_SIZE])
{
    const struct one_file *file = context;
    (void)number;
    snprintf(text, SHOWN_FILE_SIZE, "%s", file->shown);
}

enum error_code reports_read_file(const char *path, const char *shown, struct builder *builder,
                                  int64_t source, struct report_counts *counts, struct problems *problems,
                                  struct error *error)
{
    struct one_file file = {path, shown};
    const struct report_input input = {&file, one_path, one_shown, false};
    return reports_read(&input, builder, source, counts, problems, error);
}
