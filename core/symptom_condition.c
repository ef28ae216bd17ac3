/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/symptom_condition.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* The words that a key may have; NULL: names of its own kind, which are not listed. */
static const struct {
    const char *name;
    const char *words;
} keys[CONDITION_KEYS] = {
    [CONDITION_VENDOR] = {"vendor", "nvidia|amd|intel|other"},
    [CONDITION_DRIVER] = {"driver",
                          "vfio-pci|nvidia|nouveau|amdgpu|radeon|i915|xe|pciback|snd_hda_intel|pcieport"},
    [CONDITION_CHIP] = {"chip", NULL},
    [CONDITION_VF] = {"vf", "yes|no"},
    [CONDITION_IGPU] = {"igpu", "yes|no"},
    [CONDITION_SIDE] = {"side", "host|guest"},
    [CONDITION_KERNEL] = {"kernel", NULL},
    [CONDITION_BEFORE] = {"before", NULL},
    [CONDITION_AFTER] = {"after", NULL},
};

static bool is_listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at++)
        if ((at == list || at[-1] == '|') && (!at[length] || at[length] == '|'))
            return true;
    return false;
}

bool condition_words_have(const struct condition_words *words, const char *word)
{
    for (int i = 0; i < words->count; i++)
        if (strcmp(words->words[i], word) == 0)
            return true;
    return false;
}

/* "6.8", "6.8-6.17", "-6.1" or "7.0-": digits and dots, and at most one hyphen. */
static bool is_kernel_range(const char *word)
{
    const char *hyphen = strchr(word, '-');
    return strspn(word, "0123456789.-") == strlen(word) && strpbrk(word, "0123456789") &&
           (!hyphen || !strchr(hyphen + 1, '-'));
}

static enum error_code read_words(char *text, const char *list, struct condition_words *words,
                                  struct error *error)
{
    for (char *word; (word = strsep(&text, "|"));) {
        if (words->count == MAX_CONDITION_WORDS)
            return error_set(error, ERROR_BAD_INPUT, "a condition with more than %d words",
                             MAX_CONDITION_WORDS);
        if (!*word || (list && !is_listed(list, word)))
            return error_set(error, ERROR_BAD_INPUT, "condition: \"%s\" is none of %s", word,
                             list ? list : "the words that it may have");
        words->words[words->count++] = word;
    }
    return error->code = ERROR_NONE;
}

static enum error_code read_term(char *part, struct symptom_condition *condition, struct error *error)
{
    char *words = strchr(part, '=');
    if (!words)
        return error_set(error, ERROR_BAD_INPUT, "condition: \"%s\" is neither KEY=WORD nor effect", part);
    *words++ = '\0';
    if (strcmp(part, "over") == 0)
        return read_words(words, NULL, &condition->over, error);
    if (condition->term_count == MAX_TERMS)
        return error_set(error, ERROR_BAD_INPUT, "a condition with more than %d terms", MAX_TERMS);
    struct condition_term *term = &condition->terms[condition->term_count++];
    for (term->key = 0; term->key < CONDITION_KEYS; term->key++)
        if (strcmp(part, keys[term->key].name) == 0)
            break;
    if (term->key == CONDITION_KEYS)
        return error_set(error, ERROR_BAD_INPUT, "condition: no key is called \"%s\"", part);
    size_t length = strlen(words);
    term->is_negated = *words == '!';
    term->may_be_unknown = length && words[length - 1] == '?';
    if (term->may_be_unknown)
        words[length - 1] = '\0';
    if (read_words(words + term->is_negated, keys[term->key].words, &term->words, error))
        return error->code;
    for (int i = 0; term->key == CONDITION_KERNEL && i < term->words.count; i++)
        if (!is_kernel_range(term->words.words[i]))
            return error_set(error, ERROR_BAD_INPUT, "condition: \"%s\" is no version of a kernel",
                             term->words.words[i]);
    return ERROR_NONE;
}

enum error_code symptom_condition_read(const char *text, struct symptom_condition *condition,
                                       struct error *error)
{
    *condition = (struct symptom_condition){.text = strdup(text)};
    if (!condition->text)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a condition");
    error->code = ERROR_NONE;
    if (strcmp(text, "-") == 0)
        return ERROR_NONE;
    for (char *rest = condition->text, *part; (part = strsep(&rest, ";"));) {
        part += strspn(part, " ");
        if (strcmp(part, "effect") == 0)
            condition->is_effect = true;
        else if (read_term(part, condition, error))
            return error->code;
    }
    return ERROR_NONE;
}

void symptom_condition_free(struct symptom_condition *condition)
{
    free(condition->text);
    *condition = (struct symptom_condition){.text = NULL};
}

/* Versions compare by their numbers, as far as the bound has any: 6.17.2 is still within -6.17. */
static int compare_versions(const char *version, const char *bound, size_t bound_length)
{
    while (bound_length) {
        char *version_end;
        char *bound_end;
        unsigned long a = strtoul(version, &version_end, 10);
        unsigned long b = strtoul(bound, &bound_end, 10);
        if (a != b)
            return a < b ? -1 : 1;
        size_t taken = (size_t)(bound_end - bound) + 1;
        bound_length -= taken < bound_length ? taken : bound_length;
        bound += taken;
        version = *version_end == '.' ? version_end + 1 : version_end;
    }
    return 0;
}

static bool is_in_range(const char *version, const char *range)
{
    const char *hyphen = strchr(range, '-');
    if (!hyphen)
        return compare_versions(version, range, strlen(range)) == 0;
    return compare_versions(version, range, (size_t)(hyphen - range)) >= 0 &&
           compare_versions(version, hyphen + 1, strlen(hyphen + 1)) <= 0;
}

enum tristate condition_term_judge(const struct condition_term *term, const char *fact)
{
    bool holds = false;
    if (!fact)
        return term->may_be_unknown ? TRISTATE_UNKNOWN : TRISTATE_NO;
    for (int i = 0; i < term->words.count && !holds; i++) {
        const char *word = term->words.words[i];
        holds = term->key == CONDITION_KERNEL ? is_in_range(fact, word)
                : term->key == CONDITION_CHIP ? fnmatch(word, fact, 0) == 0
                                              : strcmp(word, fact) == 0;
    }
    return holds != term->is_negated ? TRISTATE_YES : TRISTATE_NO;
}
