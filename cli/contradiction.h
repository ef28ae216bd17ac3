#ifndef PASSTHRU_CLI_CONTRADICTION_H
#define PASSTHRU_CLI_CONTRADICTION_H

#include "core/buffer.h"
#include "core/json_writer.h"
#include "core/report.h"

/* Where the reports on one GPU contradict each other: what they say about guest, firmware, machine and so on,
 * by how they ended. Gathered from the reports that are shown. */
enum { CONTRADICTION_FIELDS = 5, CONTRADICTION_VALUES = 6 };

struct contradiction {
    int usable;
    int not_usable;
    struct {
        int count;
        struct {
            char text[64];
            int usable;
            int not_usable;
        } values[CONTRADICTION_VALUES]; /* the first that came */
    } fields[CONTRADICTION_FIELDS];
};

void contradiction_add(struct contradiction *contradiction, const struct report *report);

/* Appends in words what differs between the reports that ended usable and the others. */
void contradiction_append(struct buffer *out, const struct contradiction *contradiction);

/* Writes the member "contradiction": null where all ended alike. */
void contradiction_write_json(struct json_writer *writer, const struct contradiction *contradiction);

#endif
