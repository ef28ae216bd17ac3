/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/report_weight.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool report_is_environment_failure(const struct report *report)
{
    bool failed = report->outcome == OUTCOME_FAILS || report->outcome == OUTCOME_PARTIAL;
    for (int i = 0; i < report->symptom_count; i++)
        if (vocabulary_find(&vocabulary_environment_symptom, report->symptoms[i]) < 0)
            return false;
    return failed && report->symptom_count > 0;
}

/* FNV-1a. The text ends with a byte of its own, so that "ab", "c" is not "a", "bc". */
static uint64_t add_text(uint64_t hash, const char *text, size_t length)
{
    for (size_t i = 0; i <= length; i++) {
        unsigned char byte = i < length ? (unsigned char)text[i] : 0xff;
        hash = (hash ^ byte) * 0x100000001b3U;
    }
    return hash;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

void report_address(const char *url, char address[REPORT_ADDRESS_SIZE])
{
    const char *scheme = strstr(url, "://");
    const char *start = scheme ? scheme + 3 : url;
    if (strncasecmp(start, "www.", 4) == 0)
        start += 4;
    size_t host_length = strcspn(start, "/?#");
    size_t length = host_length + strcspn(start + host_length, "?#");
    snprintf(address, REPORT_ADDRESS_SIZE, "%.*s%s", (int)length, start, length == host_length ? "/" : "");
    for (size_t i = 0; i < host_length && address[i]; i++)
        address[i] = lower(address[i]);
}

int64_t report_sender(const struct report *report)
{
    uint64_t hash = 0xcbf29ce484222325U;
    if (report->url) {
        char address[REPORT_ADDRESS_SIZE];
        report_address(report->url, address);
        size_t length = strlen(address);
        while (length && address[length - 1] == '/')
            length--;
        hash = add_text(hash, address, length);
    } else {
        const char *const facts[] = {report->machine, report->hypervisor, report->guest_os,
                                     chassis_value((int)report->chassis),
                                     outcome_value((int)report->outcome)};
        for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
            hash = add_text(hash, facts[i] ? facts[i] : "", facts[i] ? strlen(facts[i]) : 0);
    }
    int64_t number;
    memcpy(&number, &hash, sizeof number);
    return number;
}

enum guest report_guest(const char *guest_os)
{
    char word[32] = "";
    for (size_t i = 0; guest_os && i < sizeof word - 1; i++) {
        if (lower(guest_os[i]) < 'a' || lower(guest_os[i]) > 'z')
            break;
        word[i] = lower(guest_os[i]);
    }
    int guest = vocabulary_find(&vocabulary_guest, word);
    return guest >= 0                                                  ? (enum guest)guest
           : vocabulary_find(&vocabulary_guest_alias_linux, word) >= 0 ? GUEST_LINUX
           : vocabulary_find(&vocabulary_guest_alias_macos, word) >= 0 ? GUEST_MACOS
                                                                       : GUEST_UNKNOWN;
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + text[1] - '0';
}

int report_month(const char *date)
{
    size_t length = strspn(date, "0123456789-");
    if (length < 4 || memchr(date, '-', 4))
        return -1;
    int year = two_digits(date) * 100 + two_digits(date + 2);
    int month = length >= 7 && date[4] == '-' && date[5] != '-' && date[6] != '-' ? two_digits(date + 5) : 7;
    int number = (year - REPORT_FIRST_YEAR) * 12 + month - 1;
    return month >= 1 && month <= 12 && number >= 0 && number < REPORT_MONTHS ? number : -1;
}

/* ---- how it came to be known ---- */

static const double million = 1e6;

/* A kind's rate is drawn towards the rate of all by so many reports. */
static const double rate_strength = 4.0;

/* The middle of showcases and threads is worth so many reports of the tool: ten sources of them take half. */
static const double middle_strength = 100.0;

/* One report must not decide, however rare its outcome is among its kind. */
static const double least_factor = 0.25;
static const double most_factor = 4.0;

/* Nobody has tried what a maker states. */
static const double most_statement = 0.25;

void sample_sums_add(struct sample_sums *sums, int64_t counts[SAMPLE_COUNT][OUTCOME_COUNT], bool is_bundled)
{
    const int64_t whole = (int64_t)million;
    for (int sample = 0; sample < SAMPLE_COUNT; sample++) {
        int64_t total = 0;
        for (int i = 0; i < OUTCOME_COUNT; i++)
            total += counts[sample][i];
        for (int i = 0; i < OUTCOME_COUNT; i++) {
            int64_t count = counts[sample][i];
            int64_t few =
                total > SAMPLE_SOURCE_MOST ? SAMPLE_SOURCE_MOST * whole * count / total : whole * count;
            sums->reports[sample][i] += is_bundled ? whole * count : few;
            if (sample == SAMPLE_TOOL)
                sums->tool[i] += few;
        }
    }
}

static void compute_rates(const struct sample_sums *sums, struct sample_rates *rates)
{
    double all[OUTCOME_COUNT] = {0.0};
    rates->reports = 0.0;
    for (int sample = 0; sample < SAMPLE_COUNT; sample++)
        for (int i = 0; i < OUTCOME_COUNT; i++)
            all[i] += (double)sums->reports[sample][i] / million;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        rates->reports += all[i];
    for (int i = 0; i < OUTCOME_COUNT; i++)
        all[i] = (all[i] + 1.0) / (rates->reports + OUTCOME_COUNT);
    for (int sample = 0; sample < SAMPLE_COUNT; sample++) {
        double total = rate_strength;
        for (int i = 0; i < OUTCOME_COUNT; i++)
            total += (double)sums->reports[sample][i] / million;
        for (int i = 0; i < OUTCOME_COUNT; i++)
            rates->rate[sample][i] =
                ((double)sums->reports[sample][i] / million + rate_strength * all[i]) / total;
    }
}

struct sample_rates sample_rates_compute(const struct sample_sums *sums)
{
    struct sample_rates rates;
    double strength = middle_strength;
    compute_rates(sums, &rates);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        strength += (double)sums->tool[i] / million;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        double middle = (rates.rate[SAMPLE_TROUBLESHOOTING][i] + rates.rate[SAMPLE_SHOWCASE][i]) / 2.0;
        rates.reference[i] = (middle_strength * middle + (double)sums->tool[i] / million) / strength;
        for (int sample = 0; sample < SAMPLE_COUNT; sample++)
            rates.factor[sample][i] =
                sample == SAMPLE_TOOL
                    ? 1.0
                    : fmin(fmax(rates.reference[i] / rates.rate[sample][i], least_factor),
                           sample == SAMPLE_VENDOR_STATEMENT ? most_statement : most_factor);
    }
    return rates;
}
