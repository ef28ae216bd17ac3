/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names by which people ask for GPUs. */

#include <string.h>

#include "db/builder_internal.h"
#include "db/search.h"

enum { MAX_ALIAS = 1024 };

enum error_code builder_add_name_word(struct builder *builder, const char *word, enum word_kind kind,
                                      struct error *error)
{
    return INSERT(
        builder, error,
        "INSERT INTO name_word VALUES (?1, ?2) ON CONFLICT DO UPDATE SET words = words || '|' || excluded.words",
        sql_word(&vocabulary_word_kind, (int)kind), sql_text(word));
}

enum error_code builder_known_words(struct builder *builder, const struct known_words **known,
                                    struct error *error)
{
    *known = &builder->known_words;
    error->code = ERROR_NONE;
    return builder->known_words.count ? ERROR_NONE
                                      : known_words_load(&builder->database, &builder->known_words, error);
}

/* Appends the words of a code name, each of which is one: "rs780m". */
static void append_chip(struct buffer *out, const char *chip)
{
    bool is_inside = false;
    buffer_append_text(out, out->length ? " |" : "|");
    for (; *chip; chip++) {
        char lower = (char)(*chip | 0x20);
        bool is_letter = lower >= 'a' && lower <= 'z';
        bool is_word = is_letter || (*chip >= '0' && *chip <= '9');
        if (is_word && !is_inside)
            buffer_append_byte(out, ' ');
        if (is_word)
            buffer_append_byte(out, is_letter ? lower : *chip);
        is_inside = is_word;
    }
}

enum error_code builder_add_alias(struct builder *builder, const struct alias *alias, struct error *error)
{
    const struct known_words *known;
    struct buffer words CLEANUP(buffer_free) = BUFFER(MAX_ALIAS);
    struct gpu_name name;
    if (builder_known_words(builder, &known, error))
        return error->code;
    gpu_name_parse(alias->name ? alias->name : alias->product, known, &name);
    gpu_name_append(&words, &name);
    if (alias->chip)
        append_chip(&words, alias->chip);
    if (!words.length || name.is_cut || strlen(alias->product) >= PRODUCT_SIZE)
        return ERROR_NONE; /* no name of a GPU */
    return INSERT(builder, error, "INSERT INTO alias VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)",
                  sql_text(buffer_text(&words)), sql_integer(alias->pci_id), sql_integer(alias->revision),
                  sql_text(alias->product), sql_word(&vocabulary_form_factor, (int)alias->form_factor),
                  sql_text(alias->source));
}

enum error_code aliases_store(struct builder *builder, struct error *error)
{
    /* The name that a report gives a GPU adds nothing if a list gives it, too; nor does it hold if a list
     * gives it to another ID alone, unless the lists have no product for this one. */
    static const char sql[] =
        "DELETE FROM alias WHERE pci_id NOT IN (SELECT pci_id FROM gpu)"
        " OR id NOT IN (SELECT min(id) FROM alias GROUP BY pci_id, revision, name);"
        "WITH listed (name, pci_id) AS (SELECT substr(name, 1, instr(name || ' |', ' |') - 1), pci_id"
        " FROM alias WHERE source <> 'reports')"
        "DELETE FROM alias WHERE source = 'reports' AND ((name, pci_id) IN listed OR (name IN (SELECT name FROM"
        " listed) AND pci_id IN (SELECT pci_id FROM listed WHERE name NOT LIKE '|%')));"
        "UPDATE alias SET form_factor = (SELECT g.form_factor FROM gpu g WHERE g.pci_id = alias.pci_id)"
        " WHERE form_factor = 'unknown';"
        "INSERT INTO alias_words (rowid, name) SELECT id, ' ' || name || ' ' FROM alias;"
        "INSERT INTO alias_words (alias_words) VALUES ('optimize');";
    return builder_execute(builder, sql, error);
}
