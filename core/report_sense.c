#include "core/report_sense.h"

#include <stdbool.h>
#include <string.h>

enum error_code report_sense_refuse(struct error *error, const char *name, const char *why)
{
    error_set(error, ERROR_BAD_INPUT, "field \"%s\" %s", name, why);
    return error_next(error, "correct the field; schema/report.schema.json lists fields and words");
}

/* At most `limit` characters, none of them a control character. */
static enum error_code check_text(const char *text, size_t length, const char *name, size_t limit,
                                  struct error *error)
{
    size_t characters = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool c1_control = byte == 0xc2 && (unsigned char)text[i + 1] < 0xa0;
        if (byte < 0x20 || byte == 0x7f || c1_control)
            return report_sense_refuse(error, name, "holds a control character");
        characters += (byte & 0xc0) != 0x80;
    }
    return characters > limit ? report_sense_refuse(error, name, "is too long") : ERROR_NONE;
}

static enum error_code check_word(const char *text, const char *name, const struct vocabulary *vocabulary,
                                  struct error *error)
{
    if (vocabulary_find(vocabulary, text) >= 0)
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT, "field \"%s\" has the unknown word \"%s\"", name, text);
    return error_next(error, "use a word of group %s in schema/vocabulary.tsv", vocabulary->name);
}

static bool all_digits(const char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

static bool two_digits_within(const char *text, size_t at, int low, int high)
{
    int number = (text[at] - '0') * 10 + (text[at + 1] - '0');
    return text[at - 1] == '-' && all_digits(text, at, at + 2) && number >= low && number <= high;
}

static bool is_date(const char *text)
{
    size_t length = strlen(text);
    if (length != 4 && length != 7 && length != 10)
        return false;
    return all_digits(text, 0, 4) && (text[0] == '1' || text[0] == '2') &&
           (length < 7 || two_digits_within(text, 5, 1, 12)) &&
           (length < 10 || two_digits_within(text, 8, 1, 31));
}

static bool is_lower_hex(const char *text, size_t length)
{
    return strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

static bool is_lower_pci_id(const char *text)
{
    return strlen(text) == 9 && text[4] == ':' && strspn(text, "0123456789abcdef") == 4 &&
           is_lower_hex(text + 5, 4);
}

enum error_code report_sense_check(const char *text, size_t length, const char *name,
                                   const struct report_sense *sense, struct error *error)
{
    if (check_text(text, length, name, sense->limit, error))
        return error->code;
    switch (sense->sense) {
    case SENSE_WORD:
        return check_word(text, name, sense->vocabulary, error);
    case SENSE_OPEN_WORD:
        return *text == '\0' || strcmp(text, "other:") == 0
                   ? report_sense_refuse(error, name, "has an empty word")
                   : ERROR_NONE;
    case SENSE_PCI_ID:
        return is_lower_pci_id(text)
                   ? ERROR_NONE
                   : report_sense_refuse(error, name, "must be vvvv:dddd in lower-case hexadecimal");
    case SENSE_REVISION:
        return is_lower_hex(text, 2)
                   ? ERROR_NONE
                   : report_sense_refuse(error, name, "must be two lower-case hexadecimal digits");
    case SENSE_HASH:
        return is_lower_hex(text, 64)
                   ? ERROR_NONE
                   : report_sense_refuse(error, name, "must be a SHA-256 in lower-case hexadecimal");
    case SENSE_DATE:
        return is_date(text) ? ERROR_NONE
                             : report_sense_refuse(error, name, "must be YYYY, YYYY-MM or YYYY-MM-DD");
    case SENSE_URL:
        return (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0) && !strchr(text, ' ')
                   ? ERROR_NONE
                   : report_sense_refuse(error, name, "must be an http or https address");
    default:
        return ERROR_NONE;
    }
}
