/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of GPUs, as people ask for them and as lists have them: core/gpu_name.h, importer/product_names.h.
 * Lines are known words, the last one is the name. */

#include "importer/product_names.h"
#include "tests/fuzz/fuzz.h"

enum { MAX_WORDS = 64, MAX_NAME = 4096 };

static void check_name(const char *text, const struct gpu_name *name)
{
    size_t length = strlen(text);
    require(name->count >= 0 && name->count <= NAME_MAX_WORDS, "a name has no more words than fit");
    for (int i = 0; i < name->count; i++) {
        const struct name_word *word = &name->words[i];
        require(word->text[0] && strlen(word->text) < NAME_WORD_SIZE, "a word is not empty");
        require(word->text[strspn(word->text, "0123456789abcdefghijklmnopqrstuvwxyz")] == '\0',
                "a word is of letters and digits: nothing in it is an operator of a search");
        require(word->start < word->end && word->end <= length, "a word stands in the text");
        require((i == 0 || word->start >= name->words[i - 1].end) && (i > 0 || !word->is_glued),
                "words have an order");
        require(gpu_name_count(name, name->count, word->text) >= 1, "a name has its words");
    }
}

static enum error_code on_product(void *context, const char *product, struct error *error)
{
    const struct known_words *known = context;
    struct gpu_name name;
    require(product[0] != '\0', "a product has a name");
    gpu_name_parse(product, known, &name);
    check_name(product, &name);
    return error->code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct known_word words[MAX_WORDS];
    struct known_words known = {.words = words};
    char text[MAX_NAME] = "";
    struct gpu_name name;
    struct device_name split;
    struct error error = {.code = ERROR_NONE};
    memcpy(text, data, size < sizeof text ? size : sizeof text - 1);
    char *line = text;
    for (char *end; (end = strchr(line, '\n')) && known.count < MAX_WORDS; line = end + 1) {
        *end = '\0';
        words[known.count].kind = (enum word_kind)(1 + known.count % (WORD_KIND_COUNT - 1));
        known.count += name_normalise(line, words[known.count].text);
    }
    known_words_sort(&known);
    gpu_name_parse(line, &known, &name);
    check_name(line, &name);
    device_name_split(line, &split);
    (void)product_name_is_plain(&known, line);
    require(product_names_each(&known, line, on_product, &known, &error) == ERROR_NONE,
            "any name can be taken apart");
    return 0;
}
