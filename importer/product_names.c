/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/product_names.h"

#include <stdio.h>
#include <string.h>

enum { MAX_PRODUCT = 256, MAX_PLAIN_WORDS = 7 };

/* The words that stand together around one: "M275X". Stores the first and the last. */
static void piece_around(const struct gpu_name *name, int at, int *first, int *last)
{
    *first = *last = at;
    while (*first > 0 && name->words[*first].is_glued)
        --*first;
    while (*last + 1 < name->count && name->words[*last + 1].is_glued)
        ++*last;
}

/* Finds the number that the product is known by, the last one. False when there is none. */
static bool find_number(const struct gpu_name *name, int *first, int *last)
{
    for (int i = name->count - 1; i >= 0; i--)
        if (name->words[i].kind == WORD_KIND_MODEL && name->words[i].has_digit) {
            piece_around(name, i, first, last);
            return true;
        }
    return false;
}

static bool is_kind(const struct gpu_name *name, int number, enum word_kind kind)
{
    return number < name->count && name->words[number].kind == kind;
}

/* How many bytes of the product before are those of this one, too: a number takes the place of a number, a
 * line that of a line, a word for a laptop chip that of such a word, and what else has no number (XT) that of
 * what follows the number. */
static size_t shared_length(const struct gpu_name *before, const struct gpu_name *part)
{
    int first;
    int last;
    int part_first;
    int part_last;
    int brands = 0;
    bool has_number = find_number(before, &first, &last);
    if (!part->count || !before->count || is_kind(part, 0, WORD_KIND_BRAND) ||
        is_kind(part, 0, WORD_KIND_VENDOR))
        return 0;
    if (find_number(part, &part_first, &part_last)) {
        if (part_first == 0)
            return has_number ? before->words[first].start : before->words[before->count - 1].start;
        if (!is_kind(part, 0, WORD_KIND_LINE))
            return 0;
        while (is_kind(before, brands, WORD_KIND_BRAND) || is_kind(before, brands, WORD_KIND_VENDOR) ||
               is_kind(before, brands, WORD_KIND_MOBILE))
            brands++;
        return brands ? before->words[brands - 1].end : 0;
    }
    for (int i = last + 1; has_number && is_kind(part, 0, WORD_KIND_MOBILE) && i < before->count; i++)
        if (is_kind(before, i, WORD_KIND_MOBILE))
            return before->words[i - 1].end;
    return has_number ? before->words[last].end : before->words[before->count - 1].start;
}

/* How long the next part is: up to a slash, but two sizes of memory (8GB/16GB) are of one product. */
static size_t part_length(const struct known_words *known, const char *text)
{
    size_t length = strcspn(text, "/");
    while (text[length]) {
        struct gpu_name next;
        gpu_name_parse(text + length, known, &next);
        if (!is_kind(&next, 0, WORD_KIND_MEMORY))
            break;
        length += 1 + strcspn(text + length + 1, "/");
    }
    return length;
}

enum error_code product_names_each(const struct known_words *known, const char *name,
                                   product_name_visitor *each, void *context, struct error *error)
{
    char before[MAX_PRODUCT] = "";
    error->code = ERROR_NONE;
    for (const char *at = name + strspn(name, " /"); *at && !error->code; at += strspn(at, " /")) {
        char part[MAX_PRODUCT];
        char product[MAX_PRODUCT];
        struct gpu_name before_words;
        struct gpu_name part_words;
        size_t length = part_length(known, at);
        int taken = (int)(length < sizeof part ? length : sizeof part - 1);
        while (taken && at[taken - 1] == ' ')
            taken--;
        snprintf(part, sizeof part, "%.*s", taken, at);
        at += length;
        gpu_name_parse(before, known, &before_words);
        gpu_name_parse(part, known, &part_words);
        size_t shared = shared_length(&before_words, &part_words);
        while (shared && before[shared - 1] == ' ')
            shared--;
        int written =
            snprintf(product, sizeof product, "%.*s%s%s", (int)shared, before, shared ? " " : "", part);
        if (!part_words.count || written >= (int)sizeof product)
            continue;
        memcpy(before, product, sizeof before);
        each(context, product, error);
    }
    return error->code;
}

void device_name_split(const char *name, struct device_name *split)
{
    size_t length = strlen(name);
    const char *bracket = strchr(name, '[');
    if (!bracket || name[length - 1] != ']') {
        split->chip[0] = '\0';
        snprintf(split->product, sizeof split->product, "%s", name);
        return;
    }
    snprintf(split->chip, sizeof split->chip, "%.*s", (int)(bracket - name), name);
    snprintf(split->product, sizeof split->product, "%.*s", (int)(name + length - 1 - (bracket + 1)),
             bracket + 1);
}

bool product_name_is_plain(const struct known_words *known, const char *name)
{
    struct gpu_name words;
    int first;
    int last;
    gpu_name_parse(name, known, &words);
    for (int i = 0; i < words.count; i++)
        if (words.words[i].kind == WORD_KIND_MAKER || words.words[i].kind == WORD_KIND_NOISE)
            return false;
    return !words.is_cut && words.count <= MAX_PLAIN_WORDS && find_number(&words, &first, &last) &&
           (is_kind(&words, 0, WORD_KIND_BRAND) || is_kind(&words, 0, WORD_KIND_MOBILE));
}
