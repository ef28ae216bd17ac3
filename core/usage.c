/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/usage.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

enum { SHOWN_OPTION = 100 };

bool usage_is_nearer(const char *typed, const char *name, int *distance)
{
    size_t typed_length = strlen(typed);
    size_t name_length = strlen(name);
    if (typed_length < 2)
        return false;
    int count = text_distance(typed, typed_length, name, name_length);
    if (count > (typed_length < 5 ? 1 : 2) || (*distance && count >= *distance))
        return false;
    *distance = count ? count : 1;
    return true;
}

void usage_describe_option(int c, char **argv, const struct option *long_options,
                           char message[USAGE_MESSAGE_SIZE])
{
    /* Of a long option getopt says no more than where it stands. */
    const char *given = argv[optind - 1];
    bool is_long = strncmp(given, "--", 2) == 0;
    const char *name = is_long ? given + 2 : "";
    size_t length = strcspn(name, "=");
    char shown[SHOWN_OPTION + 1];
    const char *nearest = NULL;
    bool takes_none = false; /* the option that getopt knows by this name takes no argument */
    int begin_so = 0;
    int distance = 0;
    snprintf(shown, sizeof shown, "%.*s", (int)(length < SHOWN_OPTION ? length : SHOWN_OPTION), name);
    for (const struct option *known = long_options; known->name; known++) {
        begin_so += strncmp(known->name, name, length) == 0;
        takes_none |= optopt && known->val == optopt && known->has_arg == no_argument && name[length] == '=';
        if (usage_is_nearer(shown, known->name, &distance))
            nearest = known->name;
    }
    if (c == ':')
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%s' requires an argument", shown);
    else if (is_long && takes_none)
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%s' doesn't allow an argument", shown);
    else if (optopt)
        snprintf(message, USAGE_MESSAGE_SIZE, "unrecognized option '-%c'", optopt);
    else if (begin_so > 1)
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%s' is ambiguous", shown);
    else
        snprintf(message, USAGE_MESSAGE_SIZE, "unrecognized option '--%s'%s%s%s", shown,
                 nearest ? "; did you mean '--" : "", nearest ? nearest : "", nearest ? "'?" : "");
}
