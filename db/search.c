/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GPUs by the words of their names. */

#include "db/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/text.h"
#include "db/search_internal.h"

/* ---- the words that the index is asked for ---- */

/* The model decides. A name without one is searched by all else that it has. */
static bool is_searched(const struct question *question, int number, bool has_model)
{
    enum word_kind kind = question->name.words[number].kind;
    if (question->is_left_out[number])
        return false;
    return has_model ? kind == WORD_KIND_MODEL : kind == WORD_KIND_BRAND || kind == WORD_KIND_LINE;
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
    bool by_model = search_has_model(question);
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

/* Adds what has all words that are not left out; none where none is left. */
static enum error_code find_words(struct finder *finder, struct error *error)
{
    struct buffer match CLEANUP(buffer_free) = BUFFER(MAX_MATCH);
    append_match(&match, &finder->question);
    finder->count = 0;
    error->code = ERROR_NONE;
    return match.length ? search_find(finder, buffer_text(&match), error) : ERROR_NONE;
}

/* The same, as an answer. */
static enum error_code find_ranked(struct finder *finder, struct name_search *search, struct error *error)
{
    if (!find_words(finder, error) && finder->count)
        search_rank(&finder->question, finder->candidates, finder->count, search);
    return error->code;
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

/* Whether the words of the model from `first` to `last` stand in one name. */
static bool stand_in_a_name(struct finder *finder, int first, int last, struct error *error)
{
    const struct question *question = &finder->question;
    struct buffer match CLEANUP(buffer_free) = BUFFER(MAX_MATCH);
    sqlite3_stmt *row = NULL;
    for (int i = first; i <= last; i++)
        if (question->name.words[i].kind == WORD_KIND_MODEL)
            append_piece(&match, &question->name, i, i);
    error->code = ERROR_NONE;
    return !match.length ||
           database_row(finder->database, "SELECT 1 FROM alias_words WHERE alias_words MATCH ?1 LIMIT 1",
                        SQL_VALUES(sql_text(buffer_text(&match))), &row, error);
}

/* The last of the words that no space parts from this one. */
static int end_of_chunk(const struct question *question, int first)
{
    int last = first;
    while (last + 1 < question->name.count &&
           !memchr(question->text + question->name.words[last].end, ' ',
                   question->name.words[last + 1].start - question->name.words[last].end))
        last++;
    return last;
}

/* Leaves out the words that stand in no name at all; they stay left out for what is tried then. */
static enum error_code leave_out_unknown(struct finder *finder, struct name_search *search,
                                         struct error *error)
{
    struct question *question = &finder->question;
    bool is_changed = false;
    error->code = ERROR_NONE;
    for (int i = 0; i < question->name.count && !error->code; i++)
        if (may_be_left_out(question, i) && !stand_in_a_name(finder, i, i, error))
            is_changed |= question->is_left_out[i] = !error->code;
    return error->code || !is_changed ? error->code : find_ranked(finder, search, error);
}

/* Leaves out part numbers (764898-001, VCNRTXA2000), too: what has a number and no space, and stands in no
 * name. Another number must say which GPU is meant. */
static enum error_code leave_out_part_numbers(struct finder *finder, struct name_search *search,
                                              struct error *error)
{
    struct question *question = &finder->question;
    bool before[NAME_MAX_WORDS];
    memcpy(before, question->is_left_out, sizeof before);
    for (int first = 0, last; first < question->name.count; first = last + 1) {
        last = end_of_chunk(question, first);
        if (!stand_in_a_name(finder, first, last, error) && !error->code)
            memset(question->is_left_out + first, 1, (size_t)(last - first + 1));
        if (error->code)
            return error->code;
    }
    error->code = ERROR_NONE;
    if (memcmp(before, question->is_left_out, sizeof before) != 0 && search_is_telling(question) &&
        find_ranked(finder, search, error))
        return error->code;
    if (!search->count)
        memcpy(question->is_left_out, before, sizeof before);
    return error->code;
}

/* "V2", of a board that its maker changed. */
static bool is_version(const struct question *question, int number)
{
    const struct name_word *word = &question->name.words[number];
    return strcmp(word->text, "v") == 0 && !word->is_glued && number + 1 < question->name.count &&
           word[1].is_glued && word[1].has_digit && strlen(word[1].text) == 1;
}

/* Leaves out the last word without a digit, or version, that there is something without. */
static enum error_code leave_out_one(struct finder *finder, struct name_search *search, struct error *error)
{
    struct question *question = &finder->question;
    for (int i = question->name.count - 1; i > 0; i--) {
        bool *is_left_out = &question->is_left_out[i];
        const size_t words = is_version(question, i) ? 2 : 1;
        if ((words == 1 && !may_be_left_out(question, i)) || *is_left_out)
            continue;
        memset(is_left_out, 1, words);
        question->is_loose = true;
        if (find_ranked(finder, search, error) || search->count)
            return error->code;
        memset(is_left_out, 0, words);
        question->is_loose = false;
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
static enum error_code try_mobile_suffix(struct finder *finder, struct name_search *search,
                                         struct error *error)
{
    struct question *question = &finder->question;
    for (int i = 1; i < question->name.count; i++) {
        struct name_word *word = &question->name.words[i];
        if (!word->is_glued || strcmp(word->text, "m") != 0 || !question->name.words[i - 1].has_digit)
            continue;
        word->kind = WORD_KIND_MOBILE;
        read_form(question, CHASSIS_UNKNOWN);
        return find_ranked(finder, search, error);
    }
    return ERROR_NONE;
}

/* Whether the first hit was found without a word: one that names no GPU, or a size of memory that no name of
 * it states. */
static bool is_dropped(const struct question *question, int number, const struct name_search *search)
{
    const struct name_word *word = &question->name.words[number];
    if (!search_is_whole(question) || search->hits[0].is_of_processor || search->hits[0].kind != MATCH_ALIAS)
        return question->is_left_out[number];
    return word->kind == WORD_KIND_MAKER || word->kind == WORD_KIND_NOISE ||
           (word->kind == WORD_KIND_MEMORY && search->hits[0].lacks_memory);
}

/* Writes the words as they were written, those that were dropped or the others. */
static void write_words(const struct question *question, const struct name_search *search, bool dropped,
                        char text[SEARCH_TEXT_SIZE])
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(4096);
    const struct name_word *last = NULL;
    for (int i = 0; i < question->name.count; i++) {
        const struct name_word *word = &question->name.words[i];
        if (is_dropped(question, i, search) != dropped)
            continue;
        bool is_next = last && last == word - 1 && word->start - last->end <= 1;
        const char *gap = question->text + (last ? last->end : 0);
        buffer_append_format(&out, "%.*s%.*s", is_next ? word->start - last->end : last != NULL,
                             is_next ? gap : " ", word->end - word->start, question->text + word->start);
        last = word;
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

/* ---- the search ---- */

/* "Radeon 660M / 680M" names several: leaves out all but the first of them that there is. */
static enum error_code search_parts(struct finder *finder, struct name_search *search, struct error *error)
{
    struct question *question = &finder->question;
    const char *end = question->text;
    error->code = ERROR_NONE;
    if (!strchr(end, '/'))
        return ERROR_NONE;
    question->is_loose = true;
    for (const char *part = end; *end && !search->count && !error->code; part = end + 1) {
        bool has_number = false;
        end = part + strcspn(part, "/");
        for (int i = 0; i < question->name.count; i++) {
            const char *word = question->text + question->name.words[i].start;
            question->is_left_out[i] = word < part || word >= end;
            has_number |= !question->is_left_out[i] && question->name.words[i].has_digit;
        }
        if (has_number && find_ranked(finder, search, error))
            return error->code;
    }
    if (!search->count) {
        question->is_loose = false;
        memset(question->is_left_out, 0, sizeof question->is_left_out);
    }
    return error->code;
}

/* "4070s" and "4070tis" where nothing has that s: Super is meant. */
static enum error_code try_super_suffix(struct finder *finder, struct name_search *search,
                                        struct error *error)
{
    struct gpu_name *name = &finder->question.name;
    for (int i = 1; i < name->count; i++) {
        struct name_word *word = &name->words[i];
        const bool is_ti = strcmp(word->text, "tis") == 0;
        if (!word[-1].has_digit || (!is_ti && strcmp(word->text, "s") != 0) ||
            name->count + is_ti > NAME_MAX_WORDS)
            continue;
        if (is_ti) {
            memmove(word + 1, word, (size_t)(name->count++ - i) * sizeof *word);
            snprintf(word++->text, NAME_WORD_SIZE, "ti");
        }
        snprintf(word->text, NAME_WORD_SIZE, "super");
        return find_ranked(finder, search, error);
    }
    return ERROR_NONE;
}

/* "rtx 6000 pro" where no model has that pro: the line RTX PRO is meant. */
static enum error_code try_pro_line(struct finder *finder, struct name_search *search, struct error *error)
{
    struct gpu_name *name = &finder->question.name;
    const struct gpu_name asked = *name;
    int line = 0;
    int pro = 1;
    while (line < name->count && strcmp(name->words[line].text, "rtx") != 0)
        line++;
    while (pro < name->count &&
           (strcmp(name->words[pro].text, "pro") != 0 || !name->words[pro - 1].has_digit))
        pro++;
    if (line >= name->count || pro >= name->count)
        return ERROR_NONE;
    snprintf(name->words[line].text, NAME_WORD_SIZE, "rtxpro");
    memmove(&name->words[pro], &name->words[pro + 1], (size_t)(--name->count - pro) * sizeof *name->words);
    if (find_ranked(finder, search, error) || search->count)
        return error->code;
    *name = asked;
    return ERROR_NONE;
}

/* "gtx 1060 6" where nothing has that 6: the memory is meant. */
static enum error_code try_bare_memory(struct finder *finder, struct name_search *search, struct error *error)
{
    static const char *const sizes[] = {"1",  "2",  "3",  "4",  "6",  "8",  "10",
                                        "11", "12", "16", "20", "24", "32", "48"};
    struct gpu_name *name = &finder->question.name;
    struct name_word *word = &name->words[name->count - 1];
    const struct name_word *before = word - 1;
    error->code = ERROR_NONE;
    for (size_t i = 0; name->count > 1 && !word->is_glued && i < ARRAY_SIZE(sizes); i++) {
        if (strcmp(word->text, sizes[i]) != 0)
            continue;
        for (; before > name->words && !before->has_digit; before--)
            ;
        if (strlen(before->text) < 3)
            return ERROR_NONE;
        snprintf(word->text, sizeof word->text, "%sgb", sizes[i]);
        word->kind = WORD_KIND_MEMORY;
        return find_ranked(finder, search, error);
    }
    return error->code;
}

/* Whether a name begins with a line and the number of a model: "RTX 3070", "Arc A770". */
static bool begins_with_line(const struct gpu_name *name)
{
    const int last = name->count > 2 && !name->words[1].has_digit ? 2 : 1;
    return name->count > last && name->words[0].kind == WORD_KIND_LINE &&
           name->words[last].kind == WORD_KIND_MODEL && name->words[last].has_digit &&
           strlen(name->words[last].text) > 2;
}

/* "Legion 5 Pro RTX 3070": leaves out all that stands before the line, such as the name of a computer. */
static enum error_code leave_out_before_line(struct finder *finder, struct name_search *search,
                                             struct error *error)
{
    struct question *question = &finder->question;
    struct gpu_name *name = &question->name;
    error->code = ERROR_NONE;
    for (int i = name->count - 2; i > 0; i--) {
        const uint16_t start = name->words[i].start;
        struct gpu_name rest;
        gpu_name_parse(question->text + start, question->known, &rest);
        if (!begins_with_line(&rest) || i + rest.count > NAME_MAX_WORDS)
            continue;
        for (int k = 0; k < rest.count; k++) {
            name->words[i + k] = rest.words[k];
            name->words[i + k].start = (uint16_t)(rest.words[k].start + start);
            name->words[i + k].end = (uint16_t)(rest.words[k].end + start);
        }
        name->count = i + rest.count;
        memset(question->is_left_out, 1, (size_t)i);
        question->is_loose = true;
        return find_ranked(finder, search, error);
    }
    return ERROR_NONE;
}

static enum error_code search_all(struct finder *finder, struct name_search *search, struct error *error)
{
    typedef enum error_code attempt(struct finder *, struct name_search *, struct error *);
    static attempt *const attempts[] = {
        find_ranked,  try_mobile_suffix, try_super_suffix,       try_pro_line,  try_bare_memory,
        search_parts, leave_out_unknown, leave_out_part_numbers, leave_out_one, leave_out_before_line};
    bool is_named = false; /* a GPU has all words, though in another name than that which was asked for */
    for (size_t i = 0; i < ARRAY_SIZE(attempts) && !search->count; i++) {
        if (attempts[i] != search_parts && attempts[i] != try_pro_line && is_named)
            continue;
        if (attempts[i](finder, search, error))
            return error->code;
        for (int k = 0; i == 0 && k < finder->count; k++)
            is_named |= !finder->candidates[k].hit.is_of_processor;
    }
    if (!search->count)
        memset(finder->question.is_left_out, 0, sizeof finder->question.is_left_out);
    search->has_model = search_has_model(&finder->question);
    if (!search->count)
        return search_guess(finder, search, error);
    if (find_memory(finder, &search->hits[0], error))
        return error->code;
    write_words(&finder->question, search, true, search->left_out);
    write_words(&finder->question, search, false, search->understood);
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
    gpu_name_drop_repeats(text, &finder.question.name);
    if (finder.question.name.is_cut) {
        error_set(error, ERROR_USAGE, "that is too long for the name of a GPU");
        return error_next(error, "name the product alone, such as \"RTX 3060\"");
    }
    read_form(&finder.question, chassis);
    if (!finder.question.name.count)
        return ERROR_NONE;
    if (!(finder.candidates = malloc(MAX_CANDIDATES * sizeof *finder.candidates)))
        return error_set(error, ERROR_NO_MEMORY, "no memory for names");
    search_all(&finder, search, error);
    free(finder.candidates);
    return error->code;
}
