/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/term.h"

#include <string.h>

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
    switch (pci_id_parse(text, length, &term->id)) {
    case PCI_ID_OK:
        term->kind = TERM_ID;
        break;
    case PCI_ID_MALFORMED:
        error_set(error, ERROR_USAGE, "\"%s\" is not a PCI ID", text);
        return error_next(error, "write it as four hexadecimal digits, a colon, four more: 10de:1d16");
    case PCI_ID_NONE:
        break;
    }
    return ERROR_NONE;
}
