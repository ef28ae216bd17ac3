/* Runs transfers, for tests that watch them against a web server.
 *
 * fetch [OPTION]... URL FILE [URL FILE]...: fetches each; FILE - keeps it in memory and writes it out, FILE %
 * keeps it in memory alone. Prints a line for each one that is done:
 *   STATUS tries=N received=N etag="..." modified="..." FILE
 * and for one that failed "SLUG: message" and "next: step"; at the end "peak N", kibibytes of memory.
 * Options, which come first: --connect, --stall, --total, --retries, --pause, --parallel, --max N, --resume,
 * --etag,
 * --modified, --accept, --post TEXT, --repeat N (each that many times), --stop-after N (progress ends it at
 * its Nth call), --separate (one call of transfer_run for each). Exit status: of the last error. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "importer/transfer.h"

enum { MAX_AT_ONCE = 16 };

static struct {
    struct transfer_limits limits;
    struct transfer common;
    struct transfer_queue queue;
    char **pairs;
    int pair_count;
    int repeat;
    int stop_after;
    bool separate;
    int started;
    int calls;
    int status;
    struct transfer places[MAX_AT_ONCE];
} fetch = {.repeat = 1};

static struct transfer *next_transfer(void *context)
{
    (void)context;
    if (fetch.started == fetch.pair_count * fetch.repeat)
        return NULL;
    char **pair = fetch.pairs + fetch.started++ % fetch.pair_count * 2;
    struct transfer *transfer = fetch.places;
    while (transfer->url[0])
        transfer++;
    *transfer = fetch.common;
    snprintf(transfer->url, sizeof transfer->url, "%s", pair[0]);
    transfer->path = strcmp(pair[1], "-") == 0 || strcmp(pair[1], "%") == 0 ? NULL : pair[1];
    return transfer;
}

static void tell_error(const struct error *error)
{
    printf("%s: %s\n", error_slug(error->code), error->message);
    if (error->next[0])
        printf("next: %s\n", error->next);
    fetch.status = error_exit_status(error->code);
}

static void tell_done(void *context, struct transfer *transfer)
{
    (void)context;
    printf("%ld tries=%d received=%llu etag=\"%s\" modified=\"%s\" %s\n", transfer->status, transfer->tries,
           (unsigned long long)transfer->received, transfer->new_etag, transfer->new_last_modified,
           transfer->path ? transfer->path : "-");
    if (transfer->error.code)
        tell_error(&transfer->error);
    if (!transfer->path && fetch.pair_count == 1 && strcmp(fetch.pairs[1], "-") == 0)
        printf("body: %s\n", buffer_text(&transfer->body));
    fflush(stdout);
    buffer_free(&transfer->body);
    transfer->url[0] = '\0';
}

static bool tell_progress(void *context, uint64_t received, uint64_t expected, int done)
{
    (void)context;
    printf("progress %llu of %llu, %d done\n", (unsigned long long)received, (unsigned long long)expected,
           done);
    return ++fetch.calls != fetch.stop_after;
}

/* Returns how many arguments the option has used; 0: it is none. */
static int take_option(char **argument)
{
    static struct buffer post = {.max = 1 << 20};
    const char *name = argument[0];
    const char *value = argument[1] ? argument[1] : "";
    if (strcmp(name, "--resume") == 0)
        return fetch.common.resume = true;
    if (strcmp(name, "--separate") == 0)
        return fetch.separate = true;
    if (strncmp(name, "--", 2) != 0)
        return 0;
    if (strcmp(name, "--connect") == 0)
        fetch.limits.connect = atol(value);
    else if (strcmp(name, "--stall") == 0)
        fetch.limits.stall = atol(value);
    else if (strcmp(name, "--total") == 0)
        fetch.limits.total = atol(value);
    else if (strcmp(name, "--retries") == 0)
        fetch.limits.retries = atoi(value);
    else if (strcmp(name, "--pause") == 0)
        fetch.limits.pause = atof(value);
    else if (strcmp(name, "--parallel") == 0)
        fetch.queue.parallel = atoi(value);
    else if (strcmp(name, "--max") == 0)
        fetch.common.max_bytes = strtoull(value, NULL, 10);
    else if (strcmp(name, "--etag") == 0)
        fetch.common.etag = value;
    else if (strcmp(name, "--modified") == 0)
        fetch.common.last_modified = value;
    else if (strcmp(name, "--accept") == 0)
        fetch.common.accept_status = value;
    else if (strcmp(name, "--repeat") == 0)
        fetch.repeat = atoi(value);
    else if (strcmp(name, "--stop-after") == 0)
        fetch.stop_after = atoi(value);
    else if (strcmp(name, "--post") == 0) {
        buffer_append_text(&post, value);
        fetch.common.post = &post;
    } else {
        fprintf(stderr, "fetch: no option %s\n", name);
        exit(2);
    }
    return 2;
}

static void run_separate(struct transfers *transfers)
{
    struct error error;
    for (struct transfer *transfer; (transfer = next_transfer(NULL));) {
        enum error_code code = transfer_run(transfers, transfer, &error);
        if (code != transfer->error.code)
            abort();
        tell_done(NULL, transfer);
    }
}

int main(int argc, char **argv)
{
    struct transfers *transfers = NULL;
    struct error error = {.code = ERROR_NONE};
    struct rusage usage;
    fetch.common.max_bytes = 64 << 20;
    fetch.queue = (struct transfer_queue){.next = next_transfer, .done = tell_done, .parallel = 4};
    int i = 1;
    for (int used; i < argc && (used = take_option(argv + i)); i += used)
        ;
    fetch.pairs = argv + i;
    fetch.pair_count = (argc - i) / 2;
    if (fetch.stop_after)
        fetch.queue.progress = tell_progress;
    if (!fetch.pair_count || transfers_open(&fetch.limits, &transfers, &error)) {
        fprintf(stderr, "fetch: %s\n", error.code ? error.message : "name an address and a file");
        return 2;
    }
    if (fetch.separate)
        run_separate(transfers);
    else if (transfers_run(transfers, &fetch.queue, &error))
        tell_error(&error);
    transfers_close(transfers);
    getrusage(RUSAGE_SELF, &usage);
    printf("peak %ld\n", usage.ru_maxrss);
    return fetch.status;
}
