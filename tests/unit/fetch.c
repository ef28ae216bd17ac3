/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs transfers, for tests that watch them against a web server.
 *
 * fetch [OPTION]... URL FILE [URL FILE]...: fetches each; FILE - keeps it in memory and writes it out, FILE %
 * keeps it in memory alone. Prints a line for each one that is done:
 *   STATUS tries=N received=N etag="..." modified="..." FILE
 * and for one that failed "SLUG: message" and "next: step"; at the end "peak N", kibibytes of memory.
 * Options, which come first: --connect, --stall, --total, --retries, --pause, --max N, --resume, --etag,
 * --modified, --answers (400 and 422 are answers), --post TEXT, --repeat N (each that many times). Exit
 * status: of the last error. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "importer/transfer.h"

static const long answers[] = {400, 422, 0};
static struct transfer_limits limits;
static struct transfer common = {.max_bytes = 64 << 20};
static struct buffer post = {.max = 1 << 20};
static int repeat = 1;

/* Returns how many arguments the option has used; 0: it is none. */
static int take_option(char **argument)
{
    const char *value = argument[1] ? argument[1] : "";
    const struct {
        const char *name;
        long *number;
        const char **text;
    } options[] = {
        {"--connect", &limits.connect, NULL},
        {"--stall", &limits.stall, NULL},
        {"--total", &limits.total, NULL},
        {"--etag", NULL, &common.etag},
        {"--modified", NULL, &common.last_modified},
    };
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        if (strcmp(argument[0], options[i].name) != 0)
            continue;
        if (options[i].number)
            *options[i].number = atol(value);
        else
            *options[i].text = value;
        return 2;
    }
    if (strcmp(argument[0], "--resume") == 0)
        return common.resume = true;
    if (strcmp(argument[0], "--answers") == 0)
        return common.answers = answers, 1;
    if (strcmp(argument[0], "--retries") == 0)
        return limits.retries = atoi(value), 2;
    if (strcmp(argument[0], "--pause") == 0)
        return limits.pause = atof(value), 2;
    if (strcmp(argument[0], "--max") == 0)
        return common.max_bytes = strtoull(value, NULL, 10), 2;
    if (strcmp(argument[0], "--repeat") == 0)
        return repeat = atoi(value), 2;
    if (strcmp(argument[0], "--post") == 0) {
        buffer_append_text(&post, value);
        return common.post = &post, 2;
    }
    return 0;
}

/* Returns the exit status of its error. */
static int fetch(struct transfers *transfers, const char *url, const char *file)
{
    struct error error;
    struct transfer transfer = common;
    snprintf(transfer.url, sizeof transfer.url, "%s", url);
    transfer.path = strcmp(file, "-") == 0 || strcmp(file, "%") == 0 ? NULL : file;
    if (transfer_run(transfers, &transfer, &error) != transfer.error.code)
        abort();
    printf("%ld tries=%d received=%llu etag=\"%s\" modified=\"%s\" %s\n", transfer.status, transfer.tries,
           (unsigned long long)transfer.received, transfer.new_etag, transfer.new_last_modified, file);
    if (transfer.error.code)
        printf("%s: %s\nnext: %s\n", error_slug(error.code), error.message, error_next_step(&error));
    if (strcmp(file, "-") == 0)
        printf("body: %s\n", buffer_text(&transfer.body));
    buffer_free(&transfer.body);
    return error_exit_status(transfer.error.code);
}

int main(int argc, char **argv)
{
    struct transfers *transfers = NULL;
    struct error error = {.code = ERROR_NONE};
    struct rusage usage;
    int status = 0;
    int first = 1;
    for (int used; first < argc && (used = take_option(argv + first)); first += used)
        ;
    if (argc - first < 2 || transfers_open(&limits, NULL, &transfers, &error)) {
        fprintf(stderr, "fetch: %s\n", error.code ? error.message : "name an address and a file");
        return 2;
    }
    for (int turn = 0; turn < repeat; turn++)
        for (int i = first; i + 1 < argc; i += 2)
            status = fetch(transfers, argv[i], argv[i + 1]);
    transfers_close(transfers);
    getrusage(RUSAGE_SELF, &usage);
    printf("peak %ld\n", usage.ru_maxrss);
    return status;
}
