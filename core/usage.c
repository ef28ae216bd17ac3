#include "core/usage.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LETTERS = 32, SHOWN_OPTION = 100 };

/* The edits (optimal string alignment) between two words of at most MAX_LETTERS letters. */
static int edits(const char *typed, size_t typed_length, const char *name, size_t name_length)
{
    int rows[3][MAX_LETTERS + 1];
    for (size_t x = 0; x <= typed_length; x++)
        rows[0][x] = (int)x;
    for (size_t y = 1; y <= name_length; y++) {
        int *row = rows[y % 3];
        const int *above = rows[(y + 2) % 3];
        row[0] = (int)y;
        for (size_t x = 1; x <= typed_length; x++) {
            int best = above[x - 1] + (typed[x - 1] != name[y - 1]);
            best = above[x] + 1 < best ? above[x] + 1 : best;
            best = row[x - 1] + 1 < best ? row[x - 1] + 1 : best;
            if (x > 1 && y > 1 && typed[x - 1] == name[y - 2] && typed[x - 2] == name[y - 1]) {
                int swapped = rows[(y + 1) % 3][x - 2] + 1;
                best = swapped < best ? swapped : best;
            }
            row[x] = best;
        }
    }
    return rows[name_length % 3][typed_length];
}

bool usage_is_nearer(const char *typed, const char *name, int *distance)
{
    size_t typed_length = strlen(typed);
    size_t name_length = strlen(name);
    if (typed_length < 2 || typed_length > MAX_LETTERS || name_length > MAX_LETTERS)
        return false;
    int count = edits(typed, typed_length, name, name_length);
    if (count > (typed_length < 5 ? 1 : 2) || (*distance && count >= *distance))
        return false;
    *distance = count ? count : 1;
    return true;
}

/* The option that an argument "--name" or "--name=value" names in full or by its beginning; `count` is how
 * many begin so. */
static const struct option *find_option(const char *name, size_t length, const struct option *long_options,
                                        int *count)
{
    const struct option *found = NULL;
    *count = 0;
    for (const struct option *known = long_options; known->name; known++) {
        if (strncmp(known->name, name, length) != 0)
            continue;
        found = known;
        ++*count;
    }
    return found;
}

static const char *nearest_option(const char *name, size_t length, const struct option *long_options)
{
    char typed[MAX_LETTERS + 1];
    const char *nearest = NULL;
    int distance = 0;
    snprintf(typed, sizeof typed, "%.*s", (int)(length < sizeof typed ? length : 0), name);
    for (const struct option *known = long_options; known->name; known++)
        if (usage_is_nearer(typed, known->name, &distance))
            nearest = known->name;
    return nearest;
}

void usage_describe_option(int c, char **argv, const struct option *long_options,
                           char message[USAGE_MESSAGE_SIZE])
{
    /* Of a long option getopt tells no more than where it stands. */
    const char *given = argv[optind - 1];
    bool is_long = strncmp(given, "--", 2) == 0;
    const char *name = is_long ? given + 2 : "";
    size_t length = strcspn(name, "=");
    int shown = (int)(length < SHOWN_OPTION ? length : SHOWN_OPTION);
    int count;
    const struct option *option = find_option(name, length, long_options, &count);
    if (c == ':') {
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%.*s' requires an argument", shown, name);
    } else if (optopt && is_long && name[length] == '=' && option && option->has_arg == no_argument &&
               option->val == optopt) {
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%.*s' doesn't allow an argument", shown, name);
    } else if (optopt) {
        snprintf(message, USAGE_MESSAGE_SIZE, "unrecognized option '-%c'", optopt);
    } else if (count > 1) {
        snprintf(message, USAGE_MESSAGE_SIZE, "option '--%.*s' is ambiguous", shown, name);
    } else {
        const char *nearest = nearest_option(name, length, long_options);
        snprintf(message, USAGE_MESSAGE_SIZE, "unrecognized option '--%.*s'%s%s%s", shown, name,
                 nearest ? "; did you mean '--" : "", nearest ? nearest : "", nearest ? "'?" : "");
    }
}
