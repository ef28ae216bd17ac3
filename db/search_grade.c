/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How well an alias fits a name, and the aliases that the index finds. */

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "db/search_internal.h"

enum { FAR = NAME_MAX_WORDS };

/* The sources of names, the surest first: what stands for a board as it is sold decides between equals. */
static const char *const sources[] = {
    "cards", "prices", "names", "pci.ids", "amdgpu.ids", "supported-gpus.json", "nvidia-readme"};

static bool is_card(enum form_factor form_factor)
{
    return form_factor == FORM_FACTOR_DESKTOP || form_factor == FORM_FACTOR_SERVER ||
           form_factor == FORM_FACTOR_EITHER;
}

static bool fits_form(enum wanted_form wanted, enum form_factor form_factor)
{
    if (wanted == WANTS_MOBILE)
        return form_factor == FORM_FACTOR_MOBILE || form_factor == FORM_FACTOR_EITHER ||
               form_factor == FORM_FACTOR_INTEGRATED;
    return wanted == WANTS_ANY || is_card(form_factor);
}

/* A word of the part of an alias after the |. */
static bool chip_has(const char *chip, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = chip; (at = strstr(at, word)); at++)
        if (at[-1] == ' ' && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

/* "gp108m" of the words gp, 108 and m, which stood together; `last` is the last of them. */
static void join_piece(const struct gpu_name *name, int first, int *last, char piece[NAME_WORD_SIZE])
{
    size_t length = 0;
    for (*last = first;; ++*last) {
        const char *text = name->words[*last].text;
        length += (size_t)snprintf(piece + length, NAME_WORD_SIZE - length, "%s", text);
        if (length >= NAME_WORD_SIZE - 1 || *last + 1 == name->count || !name->words[*last + 1].is_glued)
            return;
    }
}

/* How the words that were asked for stand in the alias. */
struct fit {
    bool lacks_model;    /* one of them does not */
    bool uses_chip;      /* one stands in the code name alone */
    bool has_whole_chip; /* the code name's first word was asked for: then so */
    bool lacks_brand;    /* another brand or line was asked for */
    bool lacks_line;     /* of the product, no line is nearly called so, as GTX and RTX */
    bool uses_product;   /* one stands in the product's name */
    bool lacks_form;     /* another word for a laptop chip was asked for */
    int missing;
};

/* "ryzen" of "ryzen 5", which is one word. */
static bool begins_a_word(const struct gpu_name *name, const char *text)
{
    size_t length = strlen(text);
    for (int i = 0; i < name->count && length > 3; i++)
        if (strncmp(name->words[i].text, text, length) == 0)
            return true;
    return false;
}

/* Whether a line differs by a letter at most: the GTX 3060 is an RTX 3060, but no HD 3060. */
static bool has_line_like(const struct gpu_name *name, const char *line)
{
    for (int i = 0; i < name->count; i++)
        if (name->words[i].kind == WORD_KIND_LINE &&
            text_distance(name->words[i].text, strlen(name->words[i].text), line, strlen(line)) <= 1)
            return true;
    return false;
}

/* "r5" is short for "ryzen5". */
static bool is_short_for_a_line(const struct gpu_name *name, const char *line)
{
    const char *digits = line + strcspn(line, "0123456789");
    for (int i = 0; i < name->count && *digits && digits == line + 1; i++) {
        const char *text = name->words[i].text;
        if (name->words[i].kind == WORD_KIND_LINE && *text == *line &&
            strcmp(text + strcspn(text, "0123456789"), digits) == 0)
            return true;
    }
    return false;
}

static void fit_word(const struct question *question, int number, const struct gpu_name *product,
                     const char *chip, const struct gpu_name *maker, struct fit *fit)
{
    const struct name_word *word = &question->name.words[number];
    if (question->is_left_out[number])
        return;
    if (gpu_name_count(&question->name, number + 1, word->text) <=
        gpu_name_count(product, product->count, word->text)) {
        fit->uses_product |= word->kind == WORD_KIND_MODEL;
        return;
    }
    switch (word->kind) {
    case WORD_KIND_MODEL:
        if (chip_has(chip, word->text))
            fit->uses_chip = true; /* 780M is no product of RS780M, nor HD 7870 XT one of Pitcairn XT */
        else
            fit->lacks_model = true;
        return;
    case WORD_KIND_VENDOR:
    case WORD_KIND_BRAND:
    case WORD_KIND_LINE:
        if (gpu_name_has(maker, word->text) || begins_a_word(product, word->text) ||
            is_short_for_a_line(product, word->text))
            return;
        fit->lacks_brand = true;
        fit->lacks_line |= word->kind == WORD_KIND_LINE && !has_line_like(product, word->text);
        return;
    case WORD_KIND_MOBILE:
        fit->lacks_form = true;
        return;
    case WORD_KIND_MEMORY:
    case WORD_KIND_CARD:
        return;
    default:
        fit->missing++;
    }
}

/* Whether the words of the product that stand together in what was asked for are neighbours there, too: the
 * 550X is not the X550. */
static bool keeps_order(const struct question *question, const struct gpu_name *product)
{
    const struct name_word *asked = question->name.words;
    for (int i = 1; i < question->name.count; i++) {
        const struct name_word *before = &asked[i - 1];
        bool is_kept = !asked[i].is_glued || asked[i].kind != WORD_KIND_MODEL ||
                       before->kind != WORD_KIND_MODEL || !gpu_name_has(product, before->text) ||
                       !gpu_name_has(product, asked[i].text);
        for (int k = 1; k < product->count && !is_kept; k++)
            is_kept = strcmp(product->words[k - 1].text, before->text) == 0 &&
                      strcmp(product->words[k].text, asked[i].text) == 0;
        if (!is_kept)
            return false;
    }
    return true;
}

static struct fit fit_words(const struct question *question, const struct gpu_name *product, const char *chip,
                            const struct gpu_name *maker)
{
    const struct gpu_name *asked = &question->name;
    struct fit fit = {.missing = 0};
    for (int i = 0; i < asked->count; i++) {
        char piece[NAME_WORD_SIZE] = "";
        int last = i;
        if (!asked->words[i].is_glued)
            join_piece(asked, i, &last, piece);
        if (last > i && chip_has(chip, piece)) { /* gp108m: a code name is one word */
            fit.has_whole_chip = true;
            i = last;
            continue;
        }
        fit_word(question, i, product, chip, maker, &fit);
    }
    char first[NAME_WORD_SIZE];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(chip + (*chip == ' '), " "), chip + (*chip == ' '));
    fit.has_whole_chip |= *first && gpu_name_has(asked, first);
    return fit;
}

/* The key of a product, and what its name says of memory and form factor. */
static void read_product(const struct gpu_name *product, bool *is_mobile_name, struct candidate *candidate)
{
    size_t length =
        (size_t)snprintf(candidate->key, sizeof candidate->key, "%04x", candidate->hit.pci_id >> 16);
    bool is_revision = false; /* "12GB Rev. 2": the first revision had as much */
    *is_mobile_name = false;
    for (int i = 0; i < product->count; i++) {
        const struct name_word *word = &product->words[i];
        *is_mobile_name |= word->kind == WORD_KIND_MOBILE;
        is_revision |= strncmp(word->text, "rev", 3) == 0;
        if (word->kind == WORD_KIND_MEMORY)
            snprintf(candidate->hit.memory, sizeof candidate->hit.memory, "%.11s", word->text);
        if (word->kind == WORD_KIND_MEMORY && i > 0 && i + 1 == product->count)
            candidate->memory_start = word->start;
        bool is_of_key = word->kind == WORD_KIND_MODEL || word->kind == WORD_KIND_LINE;
        if (is_of_key && length < sizeof candidate->key)
            length +=
                (size_t)snprintf(candidate->key + length, sizeof candidate->key - length, " %s", word->text);
    }
    if (is_revision)
        candidate->hit.memory[0] = '\0';
    /* A Vega 8 is another GPU in each generation of processors. */
    if (candidate->hit.form_factor == FORM_FACTOR_INTEGRATED && length < sizeof candidate->key)
        snprintf(candidate->key + length, sizeof candidate->key - length, " | %s", candidate->chip);
}

/* How many words of the model were not asked for; of all words where there is no model ("Radeon Graphics").
 */
static int count_extra(const struct question *question, const struct gpu_name *product)
{
    int models = 0;
    int extra = 0;
    int others = 0;
    for (int i = 0; i < product->count; i++) {
        const char *word = product->words[i].text;
        bool is_asked = gpu_name_count(product, i + 1, word) <=
                        gpu_name_count(&question->name, question->name.count, word);
        bool is_model = product->words[i].kind == WORD_KIND_MODEL;
        models += is_model;
        extra += is_model && !is_asked;
        others += !is_asked;
    }
    return models ? extra : others;
}

/* Of one chip, the card of an OEM or a module of a server is not meant where there is one without that word.
 */
static int count_noise(const struct question *question, const struct gpu_name *product)
{
    int noise = 0;
    for (int i = 0; i < product->count; i++)
        noise += product->words[i].kind == WORD_KIND_NOISE &&
                 !gpu_name_has(&question->name, product->words[i].text);
    return noise;
}

/* Whether brand and line were asked for, too: "Radeon VII" is not the Radeon Pro VII. */
static bool is_literal(const struct question *question, const struct gpu_name *product)
{
    for (int i = 0; i < product->count; i++) {
        enum word_kind kind = product->words[i].kind;
        if ((kind == WORD_KIND_BRAND || kind == WORD_KIND_LINE) &&
            !gpu_name_has(&question->name, product->words[i].text))
            return false;
    }
    return true;
}

static int compare_memory(const struct question *question, const char *memory)
{
    bool is_asked = false;
    for (int i = 0; i < question->name.count; i++) {
        const struct name_word *word = &question->name.words[i];
        if (word->kind != WORD_KIND_MEMORY)
            continue;
        if (strcmp(word->text, memory) == 0)
            return 0;
        is_asked |= word->has_digit && strstr(word->text, "ddr") == NULL;
    }
    return !is_asked ? 0 : *memory && !strstr(memory, "ddr") ? 2 : 1;
}

void search_grade(const struct question *question, const struct gpu_name *maker, const char *alias,
                  const char *source, struct candidate *candidate)
{
    struct gpu_name name;
    bool is_mobile_name;
    const char *chip = strchr(alias, '|');
    gpu_name_parse(candidate->hit.product, question->known, &name);
    read_product(&name, &is_mobile_name, candidate);
    candidate->hit.is_of_processor = strcmp(source, "processors") == 0;
    if (*alias == '|') /* "Rembrandt" names a chip, and no product */
        name.count = 0;
    if (candidate->hit.is_of_processor) /* that is what was asked for, by its name */
        gpu_name_parse(alias, question->known, &name);
    candidate->extra = count_extra(question, &name);
    struct fit fit = fit_words(question, &name, chip ? chip + 1 : "", maker);
    enum form_factor form_factor = candidate->hit.form_factor;
    candidate->missing = fit.missing;
    /* By its chip or its brand alone all that have it are equally near. */
    if (!fit.uses_product)
        candidate->extra = candidate->extra || !name.count ? FAR : 0;
    candidate->memory = compare_memory(question, candidate->hit.memory);
    candidate->hit.lacks_memory = candidate->memory == 1;
    /* Without a word on it a card is meant, and a name with "Mobile" in it is that of another product; but a
     * card may be called Max-Q. */
    bool is_called_so = is_mobile_name && !fit.lacks_form;
    candidate->other_form = (!fits_form(question->form, form_factor) && !is_called_so) ||
                            (question->form != WANTS_MOBILE && is_mobile_name && !is_card(form_factor));
    candidate->source = 0;
    while (candidate->source < (int)ARRAY_SIZE(sources) && strcmp(sources[candidate->source], source) != 0)
        candidate->source++;
    fit.lacks_model |= !keeps_order(question, &name);
    if (fit.lacks_line || fit.lacks_model)
        candidate->extra = FAR;
    if (fit.lacks_brand || fit.lacks_model)
        candidate->tier = TIER_SIMILAR;
    else if (candidate->extra || candidate->memory == 2 || (fit.uses_chip && !fit.has_whole_chip))
        candidate->tier = TIER_WORDS;
    else
        candidate->tier = candidate->other_form ? TIER_OTHER_FORM : TIER_EXACT;
    for (int i = 0; i < question->name.count; i++)
        candidate->lacks_ddr |= question->name.words[i].kind == WORD_KIND_MEMORY &&
                                strstr(question->name.words[i].text, "ddr") &&
                                !gpu_name_has(&name, question->name.words[i].text);
    candidate->noise = count_noise(question, &name);
    candidate->is_odd_form =
        fit.lacks_form ? gpu_name_has(&name, "maxq") : is_mobile_name && question->form != WANTS_MOBILE;
    candidate->is_literal = candidate->tier == TIER_EXACT && is_literal(question, &name);
    candidate->hit.is_other_form = candidate->tier == TIER_OTHER_FORM;
}

/* ---- candidates of the index ---- */

bool search_has_model(const struct question *question)
{
    for (int i = 0; i < question->name.count; i++)
        if (question->name.words[i].kind == WORD_KIND_MODEL && !question->is_left_out[i])
            return true;
    return false;
}

static void read_candidate(sqlite3_stmt *row, struct candidate *candidate)
{
    int64_t revision = column_integer(row, 1);
    *candidate = (struct candidate){.hit = {.pci_id = column_pci_id(row, 0), .revision = -1}};
    if (revision >= 0 && revision <= 0xff)
        candidate->hit.revision = (int)revision;
    candidate->hit.form_factor = (enum form_factor)column_value(row, 3, &vocabulary_form_factor);
    candidate->hit.reports = column_count(row, 4);
    copy_column(row, 2, candidate->hit.product, sizeof candidate->hit.product);
    candidate->alias = column_integer(row, 8);
    copy_column(row, 9, candidate->chip, sizeof candidate->chip);
}

enum error_code search_find(struct finder *finder, const char *match, struct error *error)
{
    static const char sql[] =
        "SELECT a.pci_id, a.revision, a.product, a.form_factor, g.reports, a.name, a.source, v.name, a.id,"
        " g.chip FROM alias_words w JOIN alias a ON a.id = w.rowid JOIN gpu g ON g.pci_id = a.pci_id"
        " LEFT JOIN vendor v ON v.id = a.pci_id >> 16"
        " WHERE alias_words MATCH ?1 LIMIT ?2";
    sqlite3_stmt *row = NULL;
    finder->count = 0;
    while (database_row(finder->database, sql, SQL_VALUES(sql_text(match), sql_integer(MAX_CANDIDATES)), &row,
                        error)) {
        struct candidate *candidate = &finder->candidates[finder->count];
        read_candidate(row, candidate);
        if (finder->maker_id != (int)(candidate->hit.pci_id >> 16))
            gpu_name_parse(column_text(row, 7), finder->question.known, &finder->maker);
        finder->maker_id = (int)(candidate->hit.pci_id >> 16);
        search_grade(&finder->question, &finder->maker, column_text(row, 5), column_text(row, 6), candidate);
        /* The words of several products (6650 XT / 6700S) are for who asks for all of them. */
        bool is_several = strchr(candidate->hit.product, '/') != NULL;
        finder->count += !is_several || (candidate->tier < TIER_WORDS && strchr(finder->question.text, '/'));
    }
    return error->code;
}
