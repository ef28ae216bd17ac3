/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/term.h"

#include "answer/answer.h"
#include "core/listing.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The one ID in a text: a line of lspci -nn, "[10de:1d16]", "ids=10de:1d16", a hardware ID of Windows. */
static bool find_id(const char *text, struct pci_id *id)
{
    struct listing_device stated;
    size_t position = 0;
    if (strstr(text, "\\VEN_") && listing_read_line(text, &stated)) {
        *id = stated.id;
        return true;
    }
    struct pci_id next;
    size_t length = strlen(text);
    if (!strpbrk(text, " [(=") || !pci_id_find(text, length, &position, id) ||
        pci_id_find(text, length, &position, &next))
        return false;
    pci_id_find_revision(text, id);
    return true;
}

enum error_code term_parse(const char *text, struct term *term, struct error *error)
{
    size_t length = strlen(text);
    *term = (struct term){.kind = strcmp(text, "-") == 0 ? TERM_TEXT : TERM_NAME, .text = text};
    error->code = ERROR_NONE;
    if (!length) {
        error_set(error, ERROR_USAGE, "a term is empty");
        return error_next(error, "name the GPU: a PCI ID such as 10de:1d16, or a model name");
    }
    if (length > MAX_TERM)
        return error_set(error, ERROR_USAGE, "a term has at most %d characters", MAX_TERM);
    for (const char *at = text; *at; at++)
        if (iscntrl((unsigned char)*at) && !isspace((unsigned char)*at))
            return error_set(error, ERROR_USAGE, "a term has a control character");
    enum pci_id_result parsed = pci_id_parse(text, length, &term->id);
    if (parsed == PCI_ID_OK || find_id(text, &term->id)) {
        term->kind = TERM_ID;
    } else if (parsed == PCI_ID_MALFORMED) {
        error_set(error, ERROR_USAGE, "\"%s\" is not a PCI ID", text);
        return error_next(error, "write it as four hexadecimal digits, a colon, four more: 10de:1d16");
    }
    return error->code;
}

static bool is_hex4(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF") == 4;
}

/* A half of a PCI ID: four hexadecimal digits, of which one is a letter and one a digit. */
static bool is_half_id(const char *name)
{
    return strlen(name) == 4 && is_hex4(name) && strpbrk(name, "0123456789") &&
           strspn(name, "0123456789") < 4;
}

/* A half of a PCI ID that may as well be a model, of whose name more words are a part: B300. */
static bool is_model(const char *half)
{
    return strspn(half + 1, "0123456789") == 3;
}

static enum error_code no_such_name(struct database *database, const char *name,
                                    const struct name_search *search, struct error *error)
{
    struct buffer guesses CLEANUP(buffer_free) = BUFFER(1024);
    char list[LIST_TEXT_SIZE];
    if (answer_name_list(database, list, error))
        return error->code;
    if (!search->has_model) {
        error_set(error, ERROR_NOT_FOUND, "\"%s\" does not say which GPU", name);
        return error_next(error, "add the number of the model, as in \"rtx 3060\", or give the PCI ID that "
                                 "lspci -nn shows");
    }
    error_set(error, ERROR_NOT_FOUND, "no GPU is called \"%s\"; %s", name, list);
    if (strlen(name) == 9 && is_hex4(name) && is_hex4(name + 5))
        return error_next(error, "if it is a PCI ID, write it with a colon: %.4s:%s", name, name + 5);
    if (is_half_id(name))
        return error_next(error, "a PCI ID has two such numbers, as lspci -nn shows them: 10de:1d16");
    for (int i = 0; i < search->guess_count; i++)
        buffer_append_format(&guesses, "%s\"%s\"",
                             !i                            ? ""
                             : i + 1 < search->guess_count ? ", "
                                                           : " or ",
                             search->guesses[i]);
    if (guesses.length)
        return error_next(error, "did you mean %s? passthru sync fetches a newer list of GPUs",
                          buffer_text(&guesses));
    return error_next(error,
                      "give the model's name, such as \"rtx 3060\", or the PCI ID that lspci -nn shows; "
                      "passthru sync fetches a newer list of GPUs");
}

enum error_code term_search(struct database *database, const char *name, enum chassis chassis,
                            struct name_search *search, struct error *error)
{
    if (database_search(database, name, chassis, search, error))
        return error->code;
    bool is_nothing = !search->count || (!search->asked && is_half_id(name) &&
                                         (!is_model(name) || search->hits[0].kind == MATCH_SIMILAR));
    return is_nothing ? no_such_name(database, name, search, error) : ERROR_NONE;
}

struct pci_id term_hit_id(const struct name_hit *hit)
{
    struct pci_id id = pci_id_from_number(hit->pci_id);
    id.has_revision = hit->revision >= 0;
    id.revision = (uint8_t)(id.has_revision ? hit->revision : 0);
    return id;
}

enum error_code term_resolve(struct database *database, const char *text, struct term_gpu *gpu,
                             struct error *error)
{
    static struct name_search search; /* too large for a stack */
    struct term term;
    if (term_parse(text, &term, error))
        return error->code;
    *gpu = (struct term_gpu){.id = term.id, .is_sure = true};
    if (term.kind == TERM_ID)
        return ERROR_NONE;
    if (term_search(database, text, CHASSIS_UNKNOWN, &search, error))
        return error->code;
    if (search.hits[0].kind == MATCH_SIMILAR || !search.is_safe) { /* a guess is for a person to judge */
        search.guess_count = 1;
        memcpy(search.guesses[0], search.hits[0].product, PRODUCT_SIZE);
        return no_such_name(database, text, &search, error);
    }
    gpu->id = term_hit_id(&search.hits[0]);
    snprintf(gpu->product, sizeof gpu->product, "%s", search.hits[0].product);
    gpu->is_sure = search.asked > 0 && search.is_safe;
    for (int i = 1; i < search.asked; i++)
        gpu->is_sure &= search.hits[i].group == 0;
    return ERROR_NONE;
}
