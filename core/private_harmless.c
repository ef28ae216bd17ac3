/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/private_harmless.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_letter(unsigned char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool is_digit(unsigned char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* A character that with those after it gives something away. */
static bool is_telling(const unsigned char *at)
{
    switch (*at) {
    case '.': /* a name, a private network */
        return (is_letter(at[1]) && is_letter(at[2])) || strncmp((const char *)at, ".168.", 5) == 0;
    case '/':
        return at[1] && strchr("/hHuUmMrR", at[1]);
    case ':':
        return at[1] == ':';
    case '+':
        return is_digit(at[1]);
    case '(':
    case '[':
    case '{':
    case '<':
    case '_': /* john (at) example.org, (555) 123-4567 */
        return ((at[1] | 0x20) == 'a' && (at[2] | 0x20) == 't') || (*at == '(' && is_digit(at[1]));
    case '@':
    case '\\':
    case '~':
    case '=':
        return true;
    default:
        return *at >= 0x80;
    }
}

/* What a word may be the label of, in the rules. */
enum label { NO_LABEL, OF_SERIAL, OF_PHONE, OF_NAME };

/* Whether a word is the two letters with which serial numbers of Lenovo begin, and a digit follows. */
static bool is_lenovo(const unsigned char *word, size_t letters)
{
    return letters == 2 && is_digit(word[2]) &&
           (strncmp((const char *)word, "PF", 2) == 0 || strncmp((const char *)word, "MJ", 2) == 0);
}

/* By its first three letters, or its end: "hostid". */
static enum label label_of(const unsigned char *word, size_t letters)
{
    static const char labels[] =
        "ser1tag1key1mat1num1inv1ime1mei1icc1ims1hwi1tel2pho2mob2han2cal2wha2fax2wwn1"
        "hos3use3nam3log3com3ben3";
    static unsigned char known[32 * 32 * 32];
    for (const char *at = labels; !known['b' % 32 << 10 | 'e' % 32 << 5 | 'n' % 32] && *at; at += 4)
        known[at[0] % 32 << 10 | at[1] % 32 << 5 | at[2] % 32] = (unsigned char)(at[3] - '0');
    if (letters > 2 && (word[letters - 2] | 0x20) == 'i' && (word[letters - 1] | 0x20) == 'd')
        return OF_SERIAL;
    if (letters > 2)
        return (enum label)known[word[0] % 32 << 10 | word[1] % 32 << 5 | word[2] % 32];
    char start[] = {(char)(word[0] | 0x20), letters > 1 ? (char)(word[1] | 0x20) : '/', '\0'};
    return letters && strstr("s/ sn st id", start) ? OF_SERIAL : NO_LABEL;
}

/* "hostname", "name"; "dot" of john at example dot org. */
static bool is_name(const unsigned char *word, size_t letters)
{
    return (letters == 3 && strncasecmp((const char *)word, "dot", 3) == 0) ||
           (letters > 3 && strncasecmp((const char *)word + letters - 4, "name", 4) == 0);
}

/* Whether no rule applies to any text like this: its numbers are short and of few parts, and so on. */
static bool is_harmless_text(const char *text)
{
    enum { REACH = 8 }; /* words between a label and its number */
    unsigned size = 0, digits = 0, parts = 0, pairs = 0, halves = 0, reach = 0;
    enum label label = NO_LABEL;
    for (const unsigned char *at = (const unsigned char *)text;; at++) {
        const unsigned char *word = at;
        while (is_letter(*at))
            at++;
        size_t letters = (size_t)(at - word);
        enum label found = label_of(word, letters);
        if (found == OF_SERIAL || (found == OF_PHONE && !reach)) {
            label = found;
            reach = REACH;
        }
        if (is_telling(at) || (*at == ':' && found) || is_name(word, letters) || is_lenovo(word, letters))
            return false;
        size += (unsigned)letters + (*at > ' ');
        if (is_digit(*at)) {
            digits++;
        } else if (*at > ' ') {
            parts++;
        } else {
            pairs = size == 2 ? pairs + 1 : 0;
            halves = size == 6 && digits ? halves + 1 : 0;
            bool is_long = size >= 12 || size - parts >= 10 || parts >= 3 ||
                           (reach && size > 2 && (label == OF_SERIAL || digits + parts == size));
            if ((digits && is_long) || pairs > 4 || halves > 1 || (digits > 2 && at[-(ptrdiff_t)size] == '0'))
                return false;
            size = digits = parts = 0;
            reach -= reach > 0;
        }
        if (!*at)
            return true;
    }
}

/* The same of the URL of a page below .com or .org, but for names that a service gives to anybody. In a path,
 * numbers are only long, or groups of hexadecimal digits. */
static bool is_harmless_url(const char *url)
{
    const unsigned char *at = (const unsigned char *)url + strcspn(url, ":");
    at += strspn((const char *)at, ":/");
    size_t host = strspn((const char *)at, "abcdefghijklmnopqrstuvwxyz0123456789-.");
    const char *domain = (const char *)at + host - 4;
    if (host < 5 || at[host] != '/' || strstr(url, "dns") || strstr(url, "no-ip") ||
        (strncmp(domain, ".com", 4) != 0 && strncmp(domain, ".org", 4) != 0))
        return false;
    unsigned size = 0, digits = 0, others = 0, groups = 0, sum = 0;
    for (at += host;; at++) {
        if (*at >= 0x80 || (*at && strchr("@%~:?=\\[ ", *at)))
            return false;
        if (is_letter(*at) || is_digit(*at)) {
            size++;
            digits += is_digit(*at);
            others += (*at | 0x20) > 'f';
            continue;
        }
        groups = !size || others ? 0 : groups + 1;
        sum = groups ? sum + size : 0;
        if ((digits && size >= 12) || groups > 3 || sum >= 12)
            return false;
        size = digits = others = 0;
        if (!*at)
            return true;
    }
}

bool private_text_is_harmless(const char *text, enum private_context context)
{
    return context == PRIVATE_IN_URL ? is_harmless_url(text) : is_harmless_text(text);
}
