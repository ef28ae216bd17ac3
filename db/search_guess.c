/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that are nearly so: "did you mean". */

#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/text.h"
#include "db/search_internal.h"

struct guess {
    char product[PRODUCT_SIZE];
    int distance;
    int reports;
};

/* The letters of a name without what nobody types. */
static void fold(const struct gpu_name *name, bool with_brand, struct buffer *out)
{
    buffer_clear(out);
    for (int i = 0; i < name->count; i++) {
        enum word_kind kind = name->words[i].kind;
        if (kind == WORD_KIND_MODEL || kind == WORD_KIND_LINE || kind == WORD_KIND_MEMORY ||
            (with_brand && kind == WORD_KIND_BRAND))
            buffer_append_format(out, "%s%s", out->length ? " " : "", name->words[i].text);
    }
}

/* Whether the digits are the same: 3600 may be a slip for 3060, but who types 5090 does not mean the 3090. */
static bool same_digits(const char *a, const char *b)
{
    int counts[10] = {0};
    for (; *a; a++)
        if (*a >= '0' && *a <= '9')
            counts[*a - '0']++;
    for (; *b; b++)
        if (*b >= '0' && *b <= '9')
            counts[*b - '0']--;
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
        if (counts[i])
            return false;
    return true;
}

static int distance(const struct gpu_name *asked, const struct gpu_name *product)
{
    int nearest = TEXT_MAX_DISTANCE;
    struct buffer a CLEANUP(buffer_free) = BUFFER(4096);
    struct buffer b CLEANUP(buffer_free) = BUFFER(4096);
    for (int brand = 0; brand < 2; brand++) {
        fold(asked, true, &a);
        fold(product, brand, &b);
        int edits = text_distance(buffer_text(&a), a.length, buffer_text(&b), b.length);
        if (edits < nearest && edits <= (int)a.length / 4 && same_digits(buffer_text(&a), buffer_text(&b)))
            nearest = edits;
    }
    return nearest;
}

/* Keeps the nearest ones in order, each once. */
static void take_guess(struct guess guesses[SEARCH_MAX_GUESSES], int *count, const struct guess *guess)
{
    int place = 0;
    for (int i = 0; i < *count; i++)
        if (strcmp(guesses[i].product, guess->product) == 0)
            return;
    while (place < *count &&
           (guesses[place].distance < guess->distance ||
            (guesses[place].distance == guess->distance && guesses[place].reports >= guess->reports)))
        place++;
    if (place == SEARCH_MAX_GUESSES)
        return;
    *count += *count < SEARCH_MAX_GUESSES;
    memmove(&guesses[place + 1], &guesses[place], (size_t)(*count - 1 - place) * sizeof *guesses);
    guesses[place] = *guess;
}

/* Every three letters that the name has, any of which may stand in another. */
static void append_trigrams(struct buffer *match, const struct gpu_name *name)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(1024);
    buffer_append_byte(&text, ' ');
    gpu_name_append(&text, name);
    buffer_append_byte(&text, ' ');
    for (size_t i = 0; i + 3 <= text.length; i++)
        buffer_append_format(match, "%s\"%.3s\"", match->length ? " OR " : "", text.data + i);
}

enum error_code search_guess(struct finder *finder, struct name_search *search, struct error *error)
{
    struct buffer match CLEANUP(buffer_free) = BUFFER(MAX_MATCH);
    struct guess guesses[SEARCH_MAX_GUESSES];
    if (!search_has_model(&finder->question))
        return ERROR_NONE; /* "gigabyte oc" */
    append_trigrams(&match, &finder->question.name);
    if (match.failed || !match.length || search_find(finder, buffer_text(&match), error))
        return error->code;
    for (int i = 0; i < finder->count; i++) {
        struct guess one = {.reports = finder->candidates[i].hit.reports};
        struct gpu_name product;
        memcpy(one.product, finder->candidates[i].hit.product, sizeof one.product);
        gpu_name_parse(one.product, finder->question.known, &product);
        one.distance = distance(&finder->question.name, &product);
        if (one.distance < TEXT_MAX_DISTANCE)
            take_guess(guesses, &search->guess_count, &one);
    }
    for (int i = 0; i < search->guess_count; i++)
        memcpy(search->guesses[i], guesses[i].product, PRODUCT_SIZE);
    return ERROR_NONE;
}
