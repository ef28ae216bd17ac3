/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/streams.h"

enum { MAX_PAGER_WORDS = 16, MAX_PAGER_COMMAND = 1024 };

static pid_t pager; /* 0: none runs */
static int terminal = STDOUT_FILENO;

/* What to start, NULL for nothing. */
static const char *pager_command(const struct session *session)
{
    const char *type = getenv("TERM");
    const char *command = getenv("PASSTHRU_PAGER");
    if (session->json || session->pager == PAGER_NEVER || !isatty(STDOUT_FILENO) || !type ||
        strcmp(type, "dumb") == 0 || (session->reads_terminal && isatty(STDIN_FILENO)))
        return NULL;
    if (!command && geteuid() == 0 && session->pager != PAGER_ALWAYS)
        return NULL;
    if (!command)
        command = getenv("PAGER");
    if (!command)
        command = "less";
    return command[strspn(command, " ")] && strcmp(command, "cat") != 0 ? command : NULL;
}

/* Leaves the terminal to the pager until that has ended, which has got the same signal or sees the end of its
 * input. */
static void end_with_pager(int number)
{
    close(STDOUT_FILENO);
    waitpid(pager, NULL, 0);
    signal(number, SIG_DFL);
    raise(number);
}

static bool spawn(const char *command, int input)
{
    char words[MAX_PAGER_COMMAND];
    char *arguments[MAX_PAGER_WORDS + 1] = {NULL};
    int count = 0;
    posix_spawn_file_actions_t actions;
    if ((size_t)snprintf(words, sizeof words, "%s", command) >= sizeof words)
        return false;
    for (char *rest = words, *word; count < MAX_PAGER_WORDS && (word = strsep(&rest, " "));)
        if (*word)
            arguments[count++] = word;
    if (!count || posix_spawn_file_actions_init(&actions)) /* nothing but spaces is no pager */
        return false;
    setenv("LESS", "FRX", 0);
    setenv("LV", "-c", 0);
    setenv("LESSSECURE", "1", 1); /* no shell, no other file, no editor from within */
    bool started = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) == 0 &&
                   posix_spawnp(&pager, arguments[0], &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    return started;
}

void pager_start(const struct session *session)
{
    static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    const char *command = pager_command(session);
    int ends[2];
    if (!command || pager || pipe2(ends, O_CLOEXEC))
        return;
    int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (kept >= 0 && spawn(command, ends[0]) && dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO) {
        terminal = kept;
        streams_allow_early_end();
        for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
            signal(deadly[i], end_with_pager);
    } else {
        close(kept);
        pager = 0;
    }
    close(ends[0]);
    close(ends[1]);
}

int pager_terminal(void)
{
    return terminal;
}

int pager_finish(int status)
{
    if (!pager)
        return status;
    /* Ctrl-C stops a search of the pager, not the pager. */
    signal(SIGINT, SIG_IGN);
    fclose(stdout);
    while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
        continue;
    return status;
}
