/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which GPU people mean by a name. */

#include <stdlib.h>
#include <string.h>

#include "db/search_internal.h"

enum { MAX_GROUPED = 400 };

const char *match_kind_name(enum match_kind kind)
{
    static const char *const names[] = {"none", "exact", "alias", "words", "similar"};
    return names[kind];
}

/* ---- order ---- */

#define ORDER(a, b)                                                                                          \
    if ((a) != (b))                                                                                          \
    return (a) < (b) ? -1 : 1

/* Without a word on it no laptop chip is meant. */
static int form_rank(const struct candidate *candidate)
{
    return candidate->other_form ? 2 : candidate->hit.form_factor == FORM_FACTOR_MOBILE;
}

static int compare(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    ORDER(x->tier, y->tier);
    ORDER(x->extra, y->extra);
    ORDER(x->hit.is_of_processor, y->hit.is_of_processor); /* "6400" is a card sooner than a Core i5 */
    ORDER(x->memory, y->memory);
    ORDER(x->lacks_ddr, y->lacks_ddr);
    ORDER(x->missing, y->missing);
    ORDER(form_rank(x), form_rank(y));
    ORDER(y->is_literal, x->is_literal);
    if (x->hit.is_of_processor && y->hit.is_of_processor)
        ORDER(x->alias, y->alias); /* the first ID of a processor is the commonest */
    ORDER(y->hit.reports, x->hit.reports);
    ORDER(x->is_odd_form, y->is_odd_form);
    ORDER(x->source > 1, y->source > 1); /* whether a row of cards has it */
    ORDER(x->source, y->source);
    ORDER(x->hit.memory[0] != '\0', y->hit.memory[0] != '\0');
    /* A product is made of the smallest chip that will do (GP106), and what has a larger one (GP104) is a
     * rare board of the same name. */
    if (x->hit.pci_id >> 16 == y->hit.pci_id >> 16)
        ORDER(strcmp(y->chip, x->chip), 0);
    ORDER(x->noise, y->noise);
    ORDER(x->alias, y->alias); /* the first ID of a card is the common one */
    return 0;
}

static bool same_group(const struct candidate *a, const struct candidate *b)
{
    enum form_factor one = a->hit.form_factor;
    enum form_factor other = b->hit.form_factor;
    /* Of one ID that is sold both ways, a card of that name is what is meant. */
    bool is_card =
        a->hit.pci_id == b->hit.pci_id && ((one == FORM_FACTOR_DESKTOP && other == FORM_FACTOR_EITHER) ||
                                           (one == FORM_FACTOR_EITHER && other == FORM_FACTOR_DESKTOP));
    return (one == other || is_card) && strcmp(a->key, b->key) == 0;
}

/* Numbers the products in their order, and counts the IDs of each; what stands there twice goes. The groups
 * stay together, each where its first hit is. Returns how many hits are left. */
static int group(struct candidate *candidates, int count, int *groups)
{
    int kept = 0;
    *groups = 0;
    for (int i = 0; i < count; i++) {
        struct candidate *candidate = &candidates[i];
        bool is_known = false;
        candidate->hit.group = -1;
        candidate->hit.ids = 1;
        for (int k = 0; k < kept && !is_known; k++) {
            if (!same_group(&candidates[k], candidate))
                continue;
            candidate->hit.group = candidates[k].hit.group;
            is_known = candidates[k].hit.pci_id == candidate->hit.pci_id;
        }
        if (is_known)
            continue;
        if (candidate->hit.group < 0)
            candidate->hit.group = (*groups)++;
        candidates[kept++] = *candidate;
    }
    for (int i = 0; i < kept; i++)
        for (int k = 0; k < kept; k++)
            candidates[i].hit.ids += k != i && candidates[k].hit.group == candidates[i].hit.group;
    return kept;
}

static bool is_oem(const struct candidate *candidate)
{
    size_t length = strlen(candidate->hit.product);
    return length > 4 && strcmp(candidate->hit.product + length - 4, " OEM") == 0;
}

/* Whether each name that an ID has for this product says that it is what a maker of computers got. */
static bool is_only_oem(const struct candidate *candidates, int count, const struct candidate *of)
{
    for (int i = 0; i < count; i++)
        if (candidates[i].hit.pci_id == of->hit.pci_id && !is_oem(&candidates[i]) &&
            strcmp(candidates[i].key, of->key) == 0)
            return false;
    return true;
}

/* Of the IDs of a product, one that shops sold is what people mean, whatever is reported of another one. */
static void put_retail_first(struct candidate *candidates, int count)
{
    for (int i = 0; i < count; i++)
        for (int k = i + 1; k < count && is_oem(&candidates[i]); k++) {
            struct candidate *oem = &candidates[i];
            struct candidate *retail = &candidates[k];
            if (retail->source == 0 && !is_oem(retail) && same_group(retail, oem) &&
                retail->tier == oem->tier && retail->missing == oem->missing &&
                retail->memory == oem->memory && is_only_oem(candidates, count, oem)) {
                struct candidate swapped = *oem;
                *oem = *retail;
                *retail = swapped;
            }
        }
}

/* How many of the first candidates are what was asked for: those of the best rank, if that is good enough. */
static int count_asked(const struct question *question, const struct candidate *candidates, int count)
{
    int asked = 0;
    if (!count || question->is_loose || candidates[0].tier > TIER_OTHER_FORM ||
        (candidates[0].tier == TIER_OTHER_FORM && question->form != WANTS_ANY &&
         !question->is_form_of_machine))
        return 0;
    while (asked < count && candidates[asked].tier == candidates[0].tier &&
           candidates[asked].memory == candidates[0].memory &&
           candidates[asked].missing == candidates[0].missing &&
           candidates[asked].is_literal == candidates[0].is_literal)
        asked++;
    return asked;
}

static enum match_kind kind_of(const struct candidate *candidate, bool is_asked, bool is_whole, bool is_loose)
{
    if (candidate->tier == TIER_SIMILAR || is_loose)
        return MATCH_SIMILAR;
    if (!is_asked)
        return MATCH_WORDS;
    return is_whole && !candidate->missing && !candidate->hit.is_of_processor && !candidate->hit.lacks_memory
               ? MATCH_EXACT
               : MATCH_ALIAS;
}

bool search_is_whole(const struct question *question)
{
    return !memchr(question->is_left_out, 1, sizeof question->is_left_out);
}

bool search_is_telling(const struct question *question)
{
    bool has_number = false;
    for (int i = 0; i < question->name.count; i++)
        has_number |= question->name.words[i].kind == WORD_KIND_MODEL && question->name.words[i].has_digit &&
                      !question->is_left_out[i];
    return has_number || search_is_whole(question);
}

static bool asks_memory(const struct question *question)
{
    for (int i = 0; i < question->name.count; i++)
        if (question->name.words[i].kind == WORD_KIND_MEMORY)
            return true;
    return false;
}

/* Who asks for an RTX 3060 is not answered about its 12 GB alone. */
static void leave_out_memory(const struct candidate *candidate, struct name_hit *hit)
{
    size_t length = candidate->memory_start;
    while (length && strchr(" -", hit->product[length - 1]))
        length--;
    if (length)
        hit->product[length] = '\0';
}

/* Whether one of the first candidates with this ID states its memory. */
static bool states_memory(const struct candidate *candidates, int count, uint32_t pci_id)
{
    for (int i = 0; i < count; i++)
        if (candidates[i].hit.pci_id == pci_id && candidates[i].hit.memory[0])
            return true;
    return false;
}

/* Whether the first candidates, which are what was asked for, are one product in one form factor. IDs with
 * another memory are another product, unless the question says which memory: then the others are not among
 * them. One ID is answered for all its boards. */
static bool is_one_product(const struct question *question, const struct candidate *candidates, int count)
{
    bool is_memory_asked = asks_memory(question);
    const char *memory = NULL;
    for (int i = 0; i < count; i++) {
        const struct name_hit *hit = &candidates[i].hit;
        if (!same_group(&candidates[i], candidates))
            return false;
        if (is_memory_asked || hit->pci_id == candidates[0].hit.pci_id ||
            (!hit->memory[0] && states_memory(candidates, count, hit->pci_id)))
            continue;
        if (strcmp(memory ? memory : candidates[0].hit.memory, hit->memory) != 0)
            return false;
        memory = hit->memory;
    }
    return count > 0;
}

void search_rank(const struct question *question, struct candidate *candidates, int count,
                 struct name_search *search)
{
    bool is_whole = search_is_whole(question);
    qsort(candidates, (size_t)count, sizeof *candidates, compare);
    /* What lacks a word is no answer where something has all of them, nor where it has others instead. */
    while (count && candidates[count - 1].tier == TIER_SIMILAR &&
           (candidates[0].tier < TIER_SIMILAR || candidates[count - 1].extra))
        count--;
    put_retail_first(candidates, count < MAX_GROUPED ? count : MAX_GROUPED);
    if (count && candidates[0].tier > TIER_OTHER_FORM && !search_is_telling(question))
        count = 0; /* "and", of "and or not" */
    int asked = count_asked(question, candidates, count);
    search->is_one = is_one_product(question, candidates, asked < MAX_GROUPED ? asked : MAX_GROUPED);
    for (int i = 0; i < count; i++)
        candidates[i].hit.kind = kind_of(&candidates[i], i < asked, is_whole, question->is_loose);
    search->total = count;
    count = group(candidates, count < MAX_GROUPED ? count : MAX_GROUPED, &search->group_count);
    if (search->total <= MAX_GROUPED)
        search->total = count;
    search->count = count < SEARCH_MAX_HITS ? count : SEARCH_MAX_HITS;
    search->asked = 0;
    for (int i = 0; i < search->count; i++) {
        search->hits[i] = candidates[i].hit;
        if (!asks_memory(question))
            leave_out_memory(&candidates[i], &search->hits[i]);
        search->asked +=
            asked && (candidates[i].hit.kind == MATCH_EXACT || candidates[i].hit.kind == MATCH_ALIAS);
    }
}
