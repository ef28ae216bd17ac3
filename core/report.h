#ifndef PASSTHRU_CORE_REPORT_H
#define PASSTHRU_CORE_REPORT_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/pci_id.h"
#include "core/report_problems.h"
#include "core/vocabulary.h"

enum {
    REPORT_MAX_BYTES = 16 * 1024, /* one report as JSON, on one line */
    REPORT_MAX_ATTEMPTS = 32,
    REPORT_MAX_SYMPTOMS = 32,
    REPORT_MAX_USES = 3,
};

struct report_attempt {
    const char *fix; /* a word of vocabulary_fix, or `other:...` */
    enum result result;
};

/* One passthrough attempt on one machine, as schema/report.schema.json has it. The strings belong to the
 * report and are NULL where the report does not say. */
struct report {
    struct pci_id pci_id;
    enum chassis chassis;
    enum outcome outcome;
    const char *id; /* only what the report states itself: not yet compared with its content */
    const char *gpu;
    const char *machine;
    const char *cpu;
    const char *hypervisor;
    const char *hypervisor_version;
    const char *host_os;
    const char *kernel;
    const char *guest_os;
    const char *guest_driver;
    const char *machine_type;
    const char *firmware;
    const char *date; /* YYYY, YYYY-MM or YYYY-MM-DD */
    const char *url;
    const char *note;
    unsigned char stages[STAGE_COUNT]; /* 1 + enum stage_state; 0: the report does not say */
    int use_count;
    int symptom_count;
    int attempt_count;
    char *marked;      /* the free part of `arena` */
    void *arena;       /* keeps the strings */
    size_t arena_size; /* 0: no arena */
    const char *uses[REPORT_MAX_USES];
    const char *symptoms[REPORT_MAX_SYMPTOMS]; /* words of vocabulary_symptom, or `other:...` */
    struct report_attempt attempts[REPORT_MAX_ATTEMPTS];
};

/* Parses and validates one report in JSON (RFC 8259). Unknown fields, unknown words of a closed list, wrong
 * types, control characters, duplicate keys and anything over its limit are refused with ERROR_BAD_INPUT, the
 * field named. Words outside the lists of symptoms and fixes are kept as `other:...`. On success the caller
 * calls report_free. With `canonical` the report's canonical JSON (RFC 8785) without its `id` is appended:
 * the SHA-256 of it is the report's id. */
MUST_CHECK enum error_code report_parse(const char *json, size_t length, struct report *report,
                                        struct buffer *canonical, struct error *error);

/* Like report_parse, in the memory of a report that was parsed before (or is all zero): for many in a row.
 * The memory stays the report's, also after an error. */
MUST_CHECK enum error_code report_parse_again(const char *json, size_t length, struct report *report,
                                              struct buffer *canonical, struct error *error);

/* Like report_parse, but goes on behind a field that is refused or unknown, so that all of them are told:
 * each goes to `problems`, and the result is ERROR_BAD_INPUT. The report then has what is sound in it (an
 * `outcome` of OUTCOME_COUNT when that is not), and the caller calls report_free all the same; `canonical` is
 * of no use.
 */
MUST_CHECK enum error_code report_parse_all(const char *json, size_t length, struct report *report,
                                            struct buffer *canonical, struct report_problems *problems,
                                            struct error *error);

void report_free(struct report *report);

#endif
