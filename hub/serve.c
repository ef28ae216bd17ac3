/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "core/program.h"
#include "core/streams.h"
#include "hub/commands.h"
#include "hub/http.h"

enum { DRAIN_SECONDS = 20, BACKLOG = 1024 };

/* ---- the socket ---- */

/* -1 with errno. */
static int listen_on(const struct addrinfo *place)
{
    const int on = 1;
    int listener =
        socket(place->ai_family, place->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, place->ai_protocol);
    if (listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(listener, place->ai_addr, place->ai_addrlen) == 0 && listen(listener, BACKLOG) == 0)
        return listener;
    const int number = errno;
    if (listener >= 0)
        close(listener);
    errno = number;
    return -1;
}

/* "127.0.0.1:8473" or "[::1]:8473". */
static int open_socket(const char *where, struct error *error)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char host[256];
    const char *colon = strrchr(where, ':');
    const bool brackets = where[0] == '[' && colon && colon > where + 1 && colon[-1] == ']';
    if (!colon || !colon[1] || atol(colon + 1) > 65535 ||
        snprintf(host, sizeof host, "%.*s", (int)(colon - where - 2 * brackets), where + brackets) >=
            (int)sizeof host) {
        error_set(error, ERROR_USAGE, "--listen must be ADDRESS:PORT, not \"%.200s\"", where);
        return -1;
    }
    int wrong = getaddrinfo(*host ? host : NULL, colon + 1, &hints, &found);
    if (wrong) {
        error_set(error, ERROR_USAGE, "cannot listen on %.200s: %s", where, gai_strerror(wrong));
        return -1;
    }
    int listener = listen_on(found);
    if (listener < 0)
        error_set_errno(error, errno, "cannot listen on %.200s", where);
    if (listener < 0 && error->number == EADDRINUSE)
        error_next(
            error,
            "another program has that port, perhaps another passthru-hub; --listen names one that is free");
    freeaddrinfo(found);
    return listener;
}

static int find_socket(const char *where, struct error *error)
{
    int given = sd_listen_fds(1);
    if (given == 1)
        return SD_LISTEN_FDS_START;
    if (given > 1) {
        error_set(error, ERROR_USAGE, "systemd has passed %d sockets, one is needed", given);
        return -1;
    }
    return open_socket(where, error);
}

/* Who started it, also on port 0, learns where it listens. */
static void announce(int listener)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[NI_MAXHOST];
    char port[NI_MAXSERV];
    if (getsockname(listener, (struct sockaddr *)&address, &length) == 0 &&
        getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        bool brackets = strchr(host, ':');
        fprintf(stderr, "passthru-hub: listening on %s%s%s:%s\n", brackets ? "[" : "", host,
                brackets ? "]" : "", port);
    }
    sd_notify(0, "READY=1");
}

/* ---- its life ---- */

static void wait_for_end(const sigset_t *signals)
{
    siginfo_t info;
    while (sigwaitinfo(signals, &info) < 0 && errno == EINTR)
        ;
    sd_notify(0, "STOPPING=1");
}

static enum error_code serve(struct http_settings *settings, const char *store, struct error *error)
{
    struct http *http;
    sigset_t signals;
    signal(SIGPIPE, SIG_IGN); /* who reads its messages may go away */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread is there */
    if (committer_start(store, &settings->committer, error))
        return error->code;
    if (http_start(settings, &http, error)) {
        committer_stop(settings->committer);
        committer_free(settings->committer);
        return error->code;
    }
    announce(settings->socket);
    wait_for_end(&signals);
    http_drain(http, DRAIN_SECONDS);
    committer_stop(settings->committer);
    http_stop(http);
    committer_free(settings->committer);
    return ERROR_NONE;
}

static bool read_rate(const char *text, double *rate)
{
    char *end;
    *rate = strtod(text, &end);
    return end > text && *rate >= 0 && *rate <= 1e6 && (*end == '\0' || strcmp(end, "/s") == 0);
}

int command_serve(int argc, char **argv)
{
    const char *place = "127.0.0.1:8473";
    const char *store = NULL;
    const char *reports = "2/s";
    const char *trusted = NULL;
    bool json = false;
    struct http_settings settings = {.socket = -1};
    struct error error = {.code = ERROR_NONE};
    double rate;
    const struct program_option known[] = {{"listen", &place, NULL},
                                           {"store", &store, NULL},
                                           {"public", &settings.public_directory, NULL},
                                           {"rate", &reports, NULL},
                                           {"trusted-proxy", &trusted, NULL},
                                           {"json", NULL, &json}};
    int status = program_take_options(argc, argv, serve_help, known, ARRAY_SIZE(known));
    if (status >= 0)
        return status;
    if (optind < argc)
        return program_usage("serve", "it takes no argument", json);
    if (!read_rate(reports, &rate))
        return program_usage("serve", "--rate must be a number of reports a second, such as 2/s", json);
    if (trusted && !networks_parse(trusted, &settings.trusted))
        return program_usage(
            "serve", "--trusted-proxy must be networks such as 127.0.0.0/8,fd00::/8, 16 at most", json);
    settings.rate = rate > 0 ? rate_create(rate) : NULL;
    if (rate > 0 && !settings.rate)
        error_set(&error, ERROR_NO_MEMORY, "no memory for the rate limit");
    else
        settings.socket = find_socket(place, &error);
    if (settings.socket >= 0)
        serve(&settings, command_store(store), &error);
    rate_free(settings.rate);
    return error.code ? streams_print_error(&error, json) : 0;
}
