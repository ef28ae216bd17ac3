#ifndef PASSTHRU_IMPORTER_FEED_LINE_H
#define PASSTHRU_IMPORTER_FEED_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* A line of a feed's segment (schema/feed.md): a report that is added, or one that is taken back. */

enum feed_operation { FEED_ADD, FEED_RETRACT };

enum { FEED_LINE_EXTRA = 1024 }; /* bytes around a report, or of a retraction, at most */

struct feed_line {
    enum feed_operation operation;
    const char *report; /* FEED_ADD: its JSON object, within the line */
    size_t report_length;
    unsigned char id[32]; /* FEED_RETRACT: of the report */
};

/* If the line looks as it does when nothing but a report stands in it, stores where that would be. What is
 * there must be parsed: only when it is one JSON object, the line was such a line. Else feed_line_parse
 * tells. */
bool feed_line_guess(const char *line, size_t length, struct feed_line *found);

/* Takes a line apart (RFC 8259). ERROR_BAD_INPUT: no JSON object, no or an unknown operation, a member that
 * it needs is missing or of another type, a member given twice, nested too deep. Members that are not known
 * are passed over. */
MUST_CHECK enum error_code feed_line_parse(const char *line, size_t length, struct feed_line *found,
                                           struct error *error);

#endif
