#ifndef PASSTHRU_CLI_ANSWER_H
#define PASSTHRU_CLI_ANSWER_H

#include "cli/output.h"
#include "core/json_writer.h"
#include "db/database.h"

/* One answer to one question about one device, gathered from the database; text and JSON are made from it. */

enum { MAX_WORKAROUNDS = 12, MAX_ALTERNATIVES = 3 };

struct answer_options {
    enum chassis chassis;
    int report_limit; /* how many reports to show */
    bool explain;
};

struct answer {
    const char *query; /* as the user wrote it */
    struct device device;
    struct evidence evidence[EVIDENCE_LEVELS];
    struct verdict verdict;
    enum blocker blockers[BLOCKER_COUNT];
    int blocker_count;
    struct workaround workarounds[MAX_WORKAROUNDS];
    int workaround_count;
    bool has_path; /* one of the blockers has a documented way around */
    struct remaining_path path;
    struct alternative alternatives[MAX_ALTERNATIVES];
    int alternative_count;
};

/* Gathers everything about an ID. ERROR_NOT_FOUND names the ID, and the vendor if pci.ids knows it. */
MUST_CHECK enum error_code answer_gather(struct database *database, const struct pci_id *id,
                                         const char *query, const struct answer_options *options,
                                         struct answer *answer, struct error *error);

/* The same in two steps: what the database says of a device, which may then be changed to what a machine
 * shows of it (with device.settled set), and the verdict on that. */
MUST_CHECK enum error_code answer_find(struct database *database, const struct pci_id *id, const char *query,
                                       const struct answer_options *options, struct answer *answer,
                                       struct error *error);
MUST_CHECK enum error_code answer_judge(struct database *database, const struct answer_options *options,
                                        struct answer *answer, struct error *error);

/* One JSON object as docs/json.md describes it, or its members alone, inside of an object. */
MUST_CHECK enum error_code answer_write_json(struct json_writer *writer, struct database *database,
                                             const struct answer *answer,
                                             const struct answer_options *options, struct error *error);
MUST_CHECK enum error_code answer_write_members(struct json_writer *writer, struct database *database,
                                                const struct answer *answer,
                                                const struct answer_options *options, struct error *error);

/* The answer for a person: verdict, why, attributes, reports, what was tried, what to buy instead. */
MUST_CHECK enum error_code answer_write_text(struct output *output, struct database *database,
                                             const struct answer *answer,
                                             const struct answer_options *options, struct error *error);

/* Parts of it, for other answers: the verdict in a sentence, and what to buy instead (nothing where all is
 * well). */
void answer_write_verdict(struct output *output, const struct answer *answer);
void answer_write_alternatives(struct output *output, const struct answer *answer);

/* Several GPUs, a line each. */
void answer_write_table_head(struct output *output);
void answer_write_table_row(struct output *output, const struct answer *answer);

#endif
