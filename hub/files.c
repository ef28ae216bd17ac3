/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/http.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PATH = 300 };

static bool is_safe(const char *path)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
    if (path[0] != '/' || strlen(path) > MAX_PATH || strspn(path, letters) != strlen(path))
        return false;
    return !strstr(path, "/.") && !strstr(path, "//");
}

int files_open(const char *directory, const char *path, struct stat *status)
{
    char whole[4096];
    if (!is_safe(path))
        return -1;
    const char *index = path[strlen(path) - 1] == '/' ? "index.html" : "";
    if (snprintf(whole, sizeof whole, "%s/current%s%s", directory, path, index) >= (int)sizeof whole)
        return -1;
    int file = open(whole, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file >= 0 && fstat(file, status) == 0 && S_ISREG(status->st_mode))
        return file;
    if (file >= 0)
        close(file);
    return -1;
}

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

const char *files_type(const char *path)
{
    static const struct {
        const char *suffix;
        const char *type;
    } types[] = {{"/", "text/html; charset=utf-8"},
                 {".html", "text/html; charset=utf-8"},
                 {".json", "application/json"},
                 {".css", "text/css; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".xml", "application/xml"},
                 {".svg", "image/svg+xml"},
                 {".txt", "text/plain; charset=utf-8"},
                 {".minisig", "text/plain; charset=utf-8"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (ends_with(path, types[i].suffix))
            return types[i].type;
    return "application/octet-stream";
}
