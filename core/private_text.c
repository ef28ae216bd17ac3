/* SPDX-License-Identifier: GPL-2.0-or-later */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/private_text.h"

#include <ctype.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buffer.h"
#include "core/macros.h"
#include "core/text.h"

/* Where a rule does not hold. */
enum exception { ANYWHERE, NOT_IN_VERSION, NOT_IN_PATH };

#include "private_rules.h" /* made from schema/private-text.tsv: places[], and rules[] in their order */

/* ---- finding it ---- */

/* All rules as one pattern, without those that do not hold in the path of a URL or in a version; each leaves
 * its number as a mark. */
static pcre2_code *compile_rules(enum exception without)
{
    struct buffer all CLEANUP(buffer_free) = BUFFER(64 * 1024);
    int error;
    PCRE2_SIZE at;
    const char *last = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        const char *place = places[rules[i].place];
        if (without && rules[i].except == without)
            continue;
        const char *end = last ? ")|" : "";
        buffer_append_format(&all, "%s%s(*MARK:%zu)(?:%s)%s", place == last ? "|" : end,
                             place == last ? "" : place, i, rules[i].pattern,
                             rules[i].shape ? "" : "(*SKIP)(*FAIL)");
        last = place;
    }
    buffer_append_byte(&all, ')');
    pcre2_code *code =
        all.failed ? NULL
                   : pcre2_compile((PCRE2_SPTR)all.data, all.length, PCRE2_CASELESS, &error, &at, NULL);
    if (code) /* where a system forbids to compile it, pcre2_match interprets */
        (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

/* Made once in the life of a program, when it is first asked for. */
static const pcre2_code *rules_without(enum exception without)
{
    static pcre2_code *compiled[NOT_IN_PATH + 1];
    if (!compiled[without])
        compiled[without] = compile_rules(without);
    return compiled[without];
}

/* ---- what is harmless ----
 *
 * Whether one pass over a text shows that no rule can apply: a search for all of them takes microseconds,
 * most texts hold nothing, and an import sees millions. False says nothing. A rule that is added may need a
 * word or a character here; the corpus in tests/data/private-texts.tsv shows it. */

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

/* ---- the search ---- */

/* How a reader sees the character at `text`: full-width letters, digits and punctuation, dashes and spaces of
 * all kinds as ASCII, what has no width as nothing. Appends it and returns its bytes in `text`. */
static size_t fold(const char *text, size_t length, bool is_url, struct buffer *folded)
{
    uint32_t c;
    size_t size = text_decode(text, length, &c);
    if (is_url && c == '%' && length > 2 && isxdigit((unsigned char)text[1]) &&
        isxdigit((unsigned char)text[2])) {
        char digits[] = {text[1], text[2], '\0'};
        buffer_append_byte(folded, (char)strtol(digits, NULL, 16));
        return 3;
    }
    if (!size)
        size = c = 1;
    if (c >= 0xff01 && c <= 0xff5e)
        buffer_append_byte(folded, (char)(c - 0xff01 + '!'));
    else if (c >= 0x1d7ce && c <= 0x1d7ff) /* digits of mathematics */
        buffer_append_byte(folded, (char)('0' + (c - 0x1d7ce) % 10));
    else if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
        buffer_append_byte(folded, '-');
    else if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x3000)
        buffer_append_byte(folded, ' ');
    else if (c < 0x80 || !(text_is_unsafe(c) || c == 0x34f || (c >= 0xfe00 && c <= 0xfe0f)))
        buffer_append(folded, text, size);
    return size;
}

/* Where in `text` the byte `at` of the folded text stands. */
static size_t unfold(const char *text, size_t length, bool is_url, size_t at)
{
    struct buffer folded CLEANUP(buffer_free) = BUFFER(length + 1);
    size_t position = 0;
    while (position < length && folded.length < at)
        position += fold(text + position, length - position, is_url, &folded);
    return position;
}

static enum private_shape search(const char *text, size_t length, enum exception without, size_t *start,
                                 size_t *end)
{
    static pcre2_match_data *match;
    const pcre2_code *code = rules_without(without);
    if (!match)
        match = pcre2_match_data_create(1, NULL);
    int result = code && match ? pcre2_match(code, (PCRE2_SPTR)text, length, *start, 0, match, NULL)
                               : PCRE2_ERROR_NOMEMORY;
    if (result == PCRE2_ERROR_NOMATCH)
        return PRIVATE_NONE;
    if (result < 0)
        return PRIVATE_UNCHECKED;
    *start = pcre2_get_ovector_pointer(match)[0];
    *end = pcre2_get_ovector_pointer(match)[1];
    return rules[atoi((const char *)pcre2_get_mark(match))].shape;
}

/* The query of a URL is a text like any other. */
static enum private_shape search_in(enum private_context context, const char *text, size_t length,
                                    size_t *start, size_t *end)
{
    if (context != PRIVATE_IN_URL)
        return search(text, length, context == PRIVATE_IN_VERSION ? NOT_IN_VERSION : ANYWHERE, start, end);
    const char *query = memchr(text, '?', length);
    enum private_shape shape = search(text, query ? (size_t)(query - text) : length, NOT_IN_PATH, start, end);
    if (shape || !query)
        return shape;
    *start = (size_t)(query - text);
    return search(text, length, ANYWHERE, start, end);
}

enum private_shape private_text_find(const char *text, enum private_context context, size_t *start,
                                     size_t *length)
{
    if (context == PRIVATE_IN_URL ? is_harmless_url(text) : is_harmless_text(text))
        return PRIVATE_NONE;
    size_t size = strlen(text);
    size_t from = 0;
    size_t to = size;
    bool is_url = context == PRIVATE_IN_URL;
    bool is_plain = text_plain_length(text, size) == size && !(is_url && strchr(text, '%'));
    struct buffer folded CLEANUP(buffer_free) = BUFFER(size + 1);
    for (size_t at = 0; !is_plain && at < size;)
        at += fold(text + at, size - at, is_url, &folded);
    enum private_shape shape = folded.failed ? PRIVATE_UNCHECKED
                               : is_plain
                                   ? search_in(context, text, size, &from, &to)
                                   : search_in(context, buffer_text(&folded), folded.length, &from, &to);
    if (!shape || !start)
        return shape;
    bool moved = !is_plain && shape != PRIVATE_UNCHECKED;
    *start = moved ? unfold(text, size, is_url, from) : from;
    *length = (moved ? unfold(text, size, is_url, to) : to) - *start;
    return shape;
}

const char *private_shape_name(enum private_shape shape)
{
    static const char *const shape_names[] = {
        [PRIVATE_NONE] = "nothing",
        [PRIVATE_MAC] = "a MAC address",
        [PRIVATE_UUID] = "a UUID",
        [PRIVATE_LONG_HEX] = "a machine ID or another long hexadecimal number",
        [PRIVATE_MAIL] = "an e-mail address or a user and host name",
        [PRIVATE_IP_ADDRESS] = "an IP address",
        [PRIVATE_HOME] = "a path with a user name",
        [PRIVATE_HOST] = "the name of a host or of a share in a private network",
        [PRIVATE_SERIAL] = "a serial number",
        [PRIVATE_KEY] = "a key or its fingerprint",
        [PRIVATE_PHONE] = "a telephone number",
        [PRIVATE_UNCHECKED] = "a text that could not be checked for want of memory",
    };
    return shape_names[shape];
}

/* ---- names that are known ---- */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static bool is_everybodys(const char *name)
{
    static const char *const common[] = {
        "root",   "user",     "admin",   "administrator", "localhost", "localdomain", "proxmox", "unraid",
        "tower",  "truenas",  "freenas", "debian",        "ubuntu",    "fedora",      "arch",    "archlinux",
        "linux",  "nixos",    "kali",    "server",        "desktop",   "laptop",      "host",    "home",
        "guest",  "computer", "windows", "workstation",   "virt",      "libvirt",     "qemu",    "nvidia",
        "gentoo", "manjaro",  "gaming",  "test",          "none",      "homelab",     "opensuse"};
    for (size_t i = 0; i < ARRAY_SIZE(common); i++)
        if (strcasecmp(common[i], name) == 0)
            return true;
    return false;
}

bool private_name_stands_in(const char *text, const char *name)
{
    size_t length = strlen(name);
    if (length < 4 || is_everybodys(name))
        return false;
    for (const char *at = text; *at; at++)
        if ((at == text || !is_word(at[-1])) && strncasecmp(at, name, length) == 0 && !is_word(at[length]))
            return true;
    return false;
}
