#ifndef PASSTHRU_ANSWER_CONTRADICTION_H
#define PASSTHRU_ANSWER_CONTRADICTION_H

#include "answer/answer.h"

/* Where the reports on one GPU contradict each other: what they say about guest, firmware, machine and so on,
 * by how they ended. */

enum contradiction_field {
    CONTRADICTION_GUEST_OS,
    CONTRADICTION_FIRMWARE,
    CONTRADICTION_MACHINE,
    CONTRADICTION_CHASSIS,
    CONTRADICTION_HYPERVISOR,
    CONTRADICTION_FIELDS
};
enum { CONTRADICTION_VALUES = 6 };

/* A value of a field, and how the reports with it ended. */
struct contradiction_value {
    char text[64];
    int usable;
    int not_usable;
};

struct contradiction {
    int usable;
    int not_usable; /* both above 0: there is a contradiction */
    int counts[CONTRADICTION_FIELDS];
    struct contradiction_value values[CONTRADICTION_FIELDS][CONTRADICTION_VALUES]; /* the first that came */
};

/* Compares the reports that an answer shows. */
void contradiction_find(const struct answer *answer, struct contradiction *contradiction);

/* Appends in words what differs between the reports that ended usable and the others. */
void contradiction_append(struct buffer *out, const struct contradiction *contradiction);

/* Writes the member "contradiction": null where all ended alike. */
void contradiction_write_json(struct json_writer *writer, const struct contradiction *contradiction);

#endif
