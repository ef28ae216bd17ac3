/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GPUs by the words of their names. */

#include "db/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/text.h"
#include "db/search_internal.h"

enum { MAX_CANDIDATES = 4096, MAX_MATCH = 8192 };

/* What a search has found so far. */
struct finder {
    struct database *database;
    struct question question;
    struct candidate *candidates; /* MAX_CANDIDATES */
    int count;
    struct gpu_name maker; /* of the last candidate; an index has many of one */
    int maker_id;
};

/* ---- the words that the index is asked for ---- */

/* The model decides. A name without one is searched by all else that it has. */
static bool is_searched(const struct question *question, int number, bool has_model)
{
    enum word_kind kind = question->name.words[number].kind;
    if (question->is_left_out[number])
        return false;
    return has_model ? kind == WORD_KIND_MODEL : kind == WORD_KIND_BRAND || kind == WORD_KIND_LINE;
}

static bool has_model(const struct question *question)
{
    for (int i = 0; i < question->name.count; i++)
        if (question->name.words[i].kind == WORD_KIND_MODEL && !question->is_left_out[i])
            return true;
    return false;
}

/* Appends what finds words that stood together, from `first` to `last`: each of them as a whole word, or all
 * as the code name of a chip, which is one word in the index. Words are letters and digits alone, so nothing
 * in them is an operator of FTS5. */
static void append_piece(struct buffer *match, const struct gpu_name *name, int first, int last)
{
    buffer_append_text(match, match->length ? " AND (" : "(");
    for (int i = first; i <= last; i++)
        buffer_append_format(match, "%s\" %s \"", i > first ? " AND " : "", name->words[i].text);
    if (last > first) {
        buffer_append_text(match, " OR \" ");
        for (int i = first; i <= last; i++)
            buffer_append_text(match, name->words[i].text);
        buffer_append_text(match, " \"");
    }
    buffer_append_byte(match, ')');
}

static void append_match(struct buffer *match, const struct question *question)
{
    const struct gpu_name *name = &question->name;
    bool by_model = has_model(question);
    for (int i = 0; i < name->count; i++) {
        if (!is_searched(question, i, by_model))
            continue;
        int last = i;
        while (last + 1 < name->count && name->words[last + 1].is_glued &&
               is_searched(question, last + 1, by_model))
            last++;
        append_piece(match, name, i, last);
        i = last;
    }
}

/* ---- candidates ---- */

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

/* Adds what the index has, and grades it. */
static enum error_code find(struct finder *finder, const char *match, struct error *error)
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

/* Adds what has all words that are not left out; none where none is left. */
static enum error_code find_words(struct finder *finder, struct error *error)
{
    struct buffer match CLEANUP(buffer_free) = BUFFER(MAX_MATCH);
    append_match(&match, &finder->question);
    finder->count = 0;
    error->code = ERROR_NONE;
    return match.length ? find(finder, buffer_text(&match), error) : ERROR_NONE;
}

/* A number tells which GPU is meant, with the letters at it: the 5600X is not the 5600G. */
static bool may_be_left_out(const struct question *question, int number)
{
    const struct name_word *words = question->name.words;
    bool is_at_number =
        (words[number].is_glued && words[number - 1].has_digit) ||
        (number + 1 < question->name.count && words[number + 1].is_glued && words[number + 1].has_digit);
    return words[number].kind == WORD_KIND_MODEL && !words[number].has_digit && !is_at_number;
}

/* Leaves out the words that stand in no name at all. */
static enum error_code leave_out_unknown(struct finder *finder, bool *is_changed, struct error *error)
{
    struct question *question = &finder->question;
    *is_changed = false;
    for (int i = 0; i < question->name.count; i++) {
        struct buffer match CLEANUP(buffer_free) = BUFFER(MAX_MATCH);
        sqlite3_stmt *row = NULL;
        if (!may_be_left_out(question, i))
            continue;
        append_piece(&match, &question->name, i, i);
        question->is_left_out[i] =
            !database_row(finder->database, "SELECT 1 FROM alias_words WHERE alias_words MATCH ?1 LIMIT 1",
                          SQL_VALUES(sql_text(buffer_text(&match))), &row, error);
        *is_changed |= question->is_left_out[i];
        if (error->code)
            return error->code;
    }
    return error->code;
}

/* Leaves out the last word without a digit that there is something without. */
static enum error_code leave_out_one(struct finder *finder, struct error *error)
{
    struct question *question = &finder->question;
    for (int i = question->name.count - 1; i > 0; i--) {
        if (!may_be_left_out(question, i) || question->is_left_out[i])
            continue;
        question->is_left_out[i] = question->is_loose = true;
        if (find_words(finder, error) || finder->count)
            return error->code;
        question->is_left_out[i] = question->is_loose = false;
    }
    return error->code;
}

/* ---- what was asked for ---- */

static void read_form(struct question *question, enum chassis chassis)
{
    const struct gpu_name *name = &question->name;
    question->form = chassis == CHASSIS_UNKNOWN  ? WANTS_ANY
                     : chassis == CHASSIS_LAPTOP ? WANTS_MOBILE
                                                 : WANTS_CARD;
    question->is_form_of_machine = question->form != WANTS_ANY;
    for (int i = 0; i < name->count; i++) {
        enum word_kind kind = name->words[i].kind;
        if (kind != WORD_KIND_MOBILE && kind != WORD_KIND_CARD)
            continue;
        question->form = kind == WORD_KIND_MOBILE ? WANTS_MOBILE : WANTS_CARD;
        question->is_form_of_machine = false;
    }
}

/* "3060m" where nothing has that m: the laptop chip is meant. */
static enum error_code try_mobile_suffix(struct finder *finder, struct error *error)
{
    struct question *question = &finder->question;
    for (int i = 1; i < question->name.count; i++) {
        struct name_word *word = &question->name.words[i];
        if (!word->is_glued || strcmp(word->text, "m") != 0 || !question->name.words[i - 1].has_digit)
            continue;
        word->kind = WORD_KIND_MOBILE;
        read_form(question, CHASSIS_UNKNOWN);
        return find_words(finder, error);
    }
    return ERROR_NONE;
}

/* Whether the first hit was found without a word: one that names no GPU, or a size of memory that no name of
 * it states. */
static bool is_dropped(const struct question *question, int number, const struct name_search *search)
{
    const struct name_word *word = &question->name.words[number];
    if (question->is_left_out[number] || search->hits[0].is_of_processor ||
        search->hits[0].kind != MATCH_ALIAS)
        return question->is_left_out[number];
    return word->kind == WORD_KIND_MAKER || word->kind == WORD_KIND_NOISE ||
           (word->kind == WORD_KIND_MEMORY && search->hits[0].lacks_memory);
}

/* Writes the words as they were written, those that were dropped or the others. */
static void write_words(const struct question *question, const struct name_search *search, bool dropped,
                        char text[SEARCH_TEXT_SIZE])
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(4096);
    for (int i = 0; i < question->name.count; i++) {
        const struct name_word *word = &question->name.words[i];
        if (is_dropped(question, i, search) != dropped)
            continue;
        bool is_apart = out.length && (!word->is_glued || is_dropped(question, i - 1, search) != dropped);
        buffer_append_format(&out, "%s%.*s", is_apart ? " " : "", word->end - word->start,
                             question->text + word->start);
    }
    snprintf(text, SEARCH_TEXT_SIZE, "%s", buffer_text(&out));
}

/* A size of memory that the name does not state may be that of the card. */
static enum error_code find_memory(struct finder *finder, struct name_hit *hit, struct error *error)
{
    static const char sql[] = "SELECT 1 FROM card_id i JOIN card c ON c.id = i.card WHERE i.pci_id = ?1"
                              " AND (?2 < 0 OR i.revision IN (-1, ?2)) AND c.vram_gib = ?3 LIMIT 1";
    const struct gpu_name *name = &finder->question.name;
    double size = 0;
    int words = 0;
    sqlite3_stmt *row = NULL;
    error->code = ERROR_NONE;
    for (int i = 0; i < name->count && hit->lacks_memory; i++) {
        const char *text = name->words[i].text;
        if (name->words[i].kind != WORD_KIND_MEMORY)
            continue;
        words++;
        size = strstr(text, "mb") ? atoi(text) / 1024.0 : atoi(text);
    }
    if (words == 1)
        hit->lacks_memory = !database_row(
            finder->database, sql,
            SQL_VALUES(sql_integer(hit->pci_id), sql_integer(hit->revision), sql_real(size)), &row, error);
    return error->code;
}

/* ---- names that are nearly so ---- */

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

static enum error_code guess(struct finder *finder, struct name_search *search, struct error *error)
{
    struct buffer match CLEANUP(buffer_free) = BUFFER(MAX_MATCH);
    struct guess guesses[SEARCH_MAX_GUESSES];
    if (!has_model(&finder->question))
        return ERROR_NONE; /* "gigabyte oc" */
    append_trigrams(&match, &finder->question.name);
    if (match.failed || !match.length || find(finder, buffer_text(&match), error))
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

/* ---- the search ---- */

/* "Radeon 660M / 680M" names several: leaves out all but the first of them that there is. */
static enum error_code search_parts(struct finder *finder, struct name_search *search, struct error *error)
{
    struct question *question = &finder->question;
    const char *end = question->text;
    error->code = ERROR_NONE;
    question->is_loose = true;
    for (const char *part = end; *end && !search->count && !error->code; part = end + 1) {
        bool has_number = false;
        end = part + strcspn(part, "/");
        for (int i = 0; i < question->name.count; i++) {
            const char *word = question->text + question->name.words[i].start;
            question->is_left_out[i] = word < part || word >= end;
            has_number |= !question->is_left_out[i] && question->name.words[i].has_digit;
        }
        if (has_number && !find_words(finder, error) && finder->count)
            search_rank(question, finder->candidates, finder->count, search);
    }
    return error->code;
}

static enum error_code search_all(struct finder *finder, struct name_search *search, struct error *error)
{
    bool is_changed;
    search->has_model = has_model(&finder->question);
    if (find_words(finder, error) || (!finder->count && try_mobile_suffix(finder, error)))
        return error->code;
    if (!finder->count) {
        if (leave_out_unknown(finder, &is_changed, error) || (is_changed && find_words(finder, error)) ||
            (!finder->count && has_model(&finder->question) && leave_out_one(finder, error)))
            return error->code;
    }
    if (finder->count)
        search_rank(&finder->question, finder->candidates, finder->count, search);
    if (!search->count && strchr(finder->question.text, '/') && search_parts(finder, search, error))
        return error->code;
    if (!search->count)
        return guess(finder, search, error);
    if (find_memory(finder, &search->hits[0], error))
        return error->code;
    write_words(&finder->question, search, true, search->left_out);
    write_words(&finder->question, search, false, search->understood);
    search->has_model = has_model(&finder->question);
    search->is_one &= search->has_model;
    search->is_safe = search_is_whole(&finder->question);
    return ERROR_NONE;
}

enum error_code database_search(struct database *database, const char *text, enum chassis chassis,
                                struct name_search *search, struct error *error)
{
    struct known_words known CLEANUP(known_words_free) = {.count = 0};
    struct finder finder = {
        .database = database, .question = {.text = text, .known = &known}, .maker_id = -1};
    *search = (struct name_search){.count = 0};
    if (known_words_load(database, &known, error))
        return error->code;
    gpu_name_parse(text, &known, &finder.question.name);
    if (finder.question.name.is_cut)
        return error_set(error, ERROR_USAGE, "that is too long for the name of a GPU");
    read_form(&finder.question, chassis);
    if (!finder.question.name.count)
        return ERROR_NONE;
    if (!(finder.candidates = malloc(MAX_CANDIDATES * sizeof *finder.candidates)))
        return error_set(error, ERROR_NO_MEMORY, "no memory for names");
    search_all(&finder, search, error);
    free(finder.candidates);
    return error->code;
}
