/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/list_version.h"

#include <string.h>

enum { SLACK_SECONDS = 24 * 3600 };

bool list_version_is_valid(const char *version, time_t now)
{
    char again[32] = "";
    struct tm day = {.tm_isdst = 0};
    const char *end = strptime(version, "%Y.%m.%d", &day);
    time_t moment = end ? timegm(&day) : 0; /* which makes 3 March of 31 February */
    return end && strftime(again, sizeof again, "%Y.%m.%d", &day) && strcmp(version, again) == 0 &&
           moment <= now + SLACK_SECONDS;
}
