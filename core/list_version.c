/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/list_version.h"

#include <stdio.h>
#include <stdlib.h>
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

bool date_is_valid(const char *text)
{
    size_t length = strlen(text);
    if ((length != 4 && length != 7 && length != 10) || (text[0] != '1' && text[0] != '2'))
        return false;
    for (size_t i = 0; i < length; i++)
        if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
    int month = length > 4 ? atoi(text + 5) : 1;
    int day = length > 7 ? atoi(text + 8) : 1;
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

int days_since(const char *date, time_t now)
{
    struct tm day = {.tm_isdst = 0};
    const char *end = strptime(date, "%Y-%m-%d", &day);
    time_t moment = end && !*end ? timegm(&day) : now + 1;
    return moment > now ? -1 : (int)((now - moment) / (24 * 3600));
}

void month_in_words(const char *date, char *text, size_t size)
{
    struct tm day = {.tm_mday = 1};
    if (!strptime(date, "%Y-%m", &day) || !strftime(text, size, "%B %Y", &day))
        snprintf(text, size, "%s", date);
}
