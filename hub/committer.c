/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/committer.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of the sender of a report a hash of network and day is kept, so that a flood can be seen and taken back;
 * its key is thrown away when it is so old, and nobody can try out networks any more. */
enum { DAY = 86400, KEY_LIFE = 90 * DAY, KEY_SIZE = 32 };
static const char key_name[] = "sender-key";

struct committer {
    struct store *store;
    pthread_t thread;
    pthread_mutex_t mutex; /* of what follows, up to */
    pthread_cond_t wake;
    struct committer_job *first;
    struct committer_job *last;
    bool stopping;
    struct committer_counts counts; /* this */
    unsigned char key[KEY_SIZE];
    int64_t key_expires;
};

/* ---- the key of senders ---- */

static bool read_key(struct committer *committer, const char *value, int64_t now)
{
    const char *rest;
    size_t length;
    if (sodium_hex2bin(committer->key, KEY_SIZE, value, strlen(value), NULL, &length, &rest) ||
        length != KEY_SIZE || *rest != ' ')
        return false;
    committer->key_expires = strtoll(rest, NULL, 10) + KEY_LIFE;
    /* A clock that went back would keep a key for longer. */
    return now < committer->key_expires && now >= committer->key_expires - KEY_LIFE - DAY;
}

static enum error_code renew_key(struct committer *committer, int64_t now, struct error *error)
{
    char before[STORE_VALUE_SIZE];
    bool done = false;
    if (store_get(committer->store, key_name, before, sizeof before, error))
        return error->code;
    while (!read_key(committer, before, now)) {
        char hex[2 * KEY_SIZE + 1];
        char value[STORE_VALUE_SIZE];
        unsigned char key[KEY_SIZE];
        randombytes_buf(key, sizeof key);
        snprintf(value, sizeof value, "%s %" PRId64, sodium_bin2hex(hex, sizeof hex, key, sizeof key), now);
        if (store_replace(committer->store, key_name, before, value, &done, error) ||
            store_get(committer->store, key_name, before, sizeof before, error))
            return error->code;
    }
    return ERROR_NONE;
}

static void hash_sender(const struct committer *committer, struct committer_job *job, int64_t now)
{
    unsigned char hash[(STORE_SENDER_SIZE - 1) / 2];
    char text[64];
    char network[2 * sizeof job->network.bytes + 1];
    address_to_network(&job->network);
    sodium_bin2hex(network, sizeof network, job->network.bytes, sizeof job->network.bytes);
    snprintf(text, sizeof text, "%s %d %" PRId64, network, job->network.is_v6, now / DAY);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), committer->key,
                       KEY_SIZE);
    sodium_bin2hex(job->request.sender, STORE_SENDER_SIZE, hash, sizeof hash);
}

/* ---- batches ---- */

/* Waits for jobs and takes them. Returns how many; 0 at the end. */
static int take_batch(struct committer *committer, struct committer_job *jobs[COMMITTER_MAX_BATCH])
{
    int count = 0;
    pthread_mutex_lock(&committer->mutex);
    while (!committer->first && !committer->stopping)
        pthread_cond_wait(&committer->wake, &committer->mutex);
    for (; committer->first && count < COMMITTER_MAX_BATCH; committer->first = committer->first->next)
        jobs[count++] = committer->first;
    if (!committer->first)
        committer->last = NULL;
    committer->counts.waiting -= count;
    pthread_mutex_unlock(&committer->mutex);
    return count;
}

/* Says once that the store is away, and once that it is back. */
static void note(struct committer *committer, const struct error *error)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(4096);
    pthread_mutex_lock(&committer->mutex);
    const bool was_away = committer->counts.is_away;
    committer->counts.batches++;
    committer->counts.failed += error->code != ERROR_NONE;
    committer->counts.is_away = error->code != ERROR_NONE;
    pthread_mutex_unlock(&committer->mutex);
    if (error->code && !was_away) {
        error_append_text(&text, "passthru-hub", error);
        fprintf(stderr, "%s\n", buffer_text(&text));
    } else if (!error->code && was_away) {
        fputs("passthru-hub: the store takes reports again\n", stderr);
    }
}

static void commit(struct committer *committer, struct committer_job *const jobs[], int count)
{
    struct store_request *requests[COMMITTER_MAX_BATCH];
    struct error error = {.code = ERROR_NONE};
    const int64_t now = (int64_t)time(NULL);
    if (now >= committer->key_expires)
        renew_key(committer, now, &error);
    for (int i = 0; i < count; i++) {
        hash_sender(committer, jobs[i], now);
        requests[i] = &jobs[i]->request;
    }
    if (!error.code)
        store_commit(committer->store, requests, count, now, &error);
    note(committer, &error);
    for (int i = 0; i < count; i++) {
        jobs[i]->error = error;
        jobs[i]->done(jobs[i]);
    }
}

static void *run(void *context)
{
    struct committer *committer = context;
    struct committer_job *jobs[COMMITTER_MAX_BATCH];
    for (int count; (count = take_batch(committer, jobs));)
        commit(committer, jobs, count);
    return NULL;
}

/* ---- its life ---- */

enum error_code committer_start(const char *where, struct committer **committer, struct error *error)
{
    struct committer *made = calloc(1, sizeof *made);
    *committer = made;
    if (!made)
        return error_set(error, ERROR_NO_MEMORY, "no memory to start");
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->wake, NULL);
    if (!store_open(where, false, &made->store, error)) {
        int number = pthread_create(&made->thread, NULL, run, made);
        if (!number)
            return ERROR_NONE;
        error_set_errno(error, number, "cannot start a thread");
    }
    store_close(made->store);
    free(made);
    *committer = NULL;
    return error->code;
}

bool committer_submit(struct committer *committer, struct committer_job *job)
{
    pthread_mutex_lock(&committer->mutex);
    const bool fits = committer->counts.waiting < COMMITTER_MAX_WAITING && !committer->stopping;
    if (fits) {
        job->next = NULL;
        if (committer->last)
            committer->last->next = job;
        else
            committer->first = job;
        committer->last = job;
        committer->counts.waiting++;
        pthread_cond_signal(&committer->wake);
    }
    pthread_mutex_unlock(&committer->mutex);
    return fits;
}

void committer_stop(struct committer *committer)
{
    pthread_mutex_lock(&committer->mutex);
    committer->stopping = true;
    pthread_cond_signal(&committer->wake);
    pthread_mutex_unlock(&committer->mutex);
    pthread_join(committer->thread, NULL);
    store_close(committer->store);
    sodium_memzero(committer->key, KEY_SIZE);
}

void committer_free(struct committer *committer)
{
    pthread_cond_destroy(&committer->wake);
    pthread_mutex_destroy(&committer->mutex);
    free(committer);
}

struct committer_counts committer_count(struct committer *committer)
{
    pthread_mutex_lock(&committer->mutex);
    struct committer_counts counts = committer->counts;
    pthread_mutex_unlock(&committer->mutex);
    return counts;
}
