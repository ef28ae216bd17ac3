#ifndef PASSTHRU_CORE_REPORT_DRAFT_H
#define PASSTHRU_CORE_REPORT_DRAFT_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/report.h"
#include "core/tristate.h"

/* A report while it is put together, from a machine, from a virtual machine's configuration, from options and
 * from answers. Nothing is checked here: report_draft_write makes JSON of it, and report_parse judges that.
 */

/* The fields that are one text, in the order of the schema. */
enum draft_text {
    DRAFT_SUPERSEDES,
    DRAFT_PCI_ID,
    DRAFT_PCI_ID_FROM,
    DRAFT_SUBSYSTEM,
    DRAFT_REVISION,
    DRAFT_GPU,
    DRAFT_CHASSIS,
    DRAFT_MACHINE,
    DRAFT_CPU,
    DRAFT_HYPERVISOR,
    DRAFT_HYPERVISOR_VERSION,
    DRAFT_HOST_OS,
    DRAFT_KERNEL,
    DRAFT_GUEST_OS,
    DRAFT_MACHINE_TYPE,
    DRAFT_FIRMWARE,
    DRAFT_GUEST_DRIVER,
    DRAFT_OUTCOME,
    DRAFT_DATE,
    DRAFT_URL,
    DRAFT_NOTE,
    DRAFT_TEXT_COUNT,
};

/* The name of its field: "pci_id". */
const char *draft_text_name(enum draft_text which);

struct draft_attempt {
    char *fix;
    char *result;
};

/* Zero but for the stages, which report_draft_init sets, is an empty draft; report_draft_free frees it. */
struct report_draft {
    char *texts[DRAFT_TEXT_COUNT]; /* NULL: left out */
    char *uses[REPORT_MAX_USES];
    char *symptoms[REPORT_MAX_SYMPTOMS];
    struct draft_attempt attempts[REPORT_MAX_ATTEMPTS];
    int use_count;
    int symptom_count;
    int attempt_count;
    int stages[STAGE_COUNT]; /* enum stage_state, or -1: not said */
    bool vbios_observed[VBIOS_COUNT];
    enum tristate isolated;
};

void report_draft_init(struct report_draft *draft);
void report_draft_free(struct report_draft *draft);

/* Sets a field to a copy of `text`; NULL or "" leaves the field out. */
void report_draft_set(struct report_draft *draft, enum draft_text which, const char *text);

/* The same with what a machine says of itself: a text that is no clean UTF-8, or that would be refused
 * because it names somebody, is left out, and a long one is cut. Never a refusal: the user did not write it.
 */
void report_draft_observe(struct report_draft *draft, enum draft_text which, const char *text);

/* Add to the lists, what is there already is not added again. False when there is no more room. */
bool report_draft_add_use(struct report_draft *draft, const char *use);
bool report_draft_add_symptom(struct report_draft *draft, const char *symptom);
bool report_draft_add_attempt(struct report_draft *draft, const char *fix, const char *result);

/* Empty the lists. */
void report_draft_clear_uses(struct report_draft *draft);
void report_draft_clear_symptoms(struct report_draft *draft);
void report_draft_clear_attempts(struct report_draft *draft);

/* Appends the draft as one JSON object; words that an open list lacks as `other:...`. */
void report_draft_write(const struct report_draft *draft, struct buffer *json);

#endif
