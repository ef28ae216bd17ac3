/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_BUILDER_H
#define PASSTHRU_DB_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/gpu_name.h"
#include "db/database.h"

/* Builds a new database in a file beside the one in use and puts it in its place at the end. Nothing is
 * seen by anybody before that. A builder that failed is only good for builder_free. Texts are copied. */
struct builder;

/* Creates the file at `path`; what lies there is overwritten. The caller frees the builder. */
MUST_CHECK enum error_code builder_create(const char *path, struct builder **builder, struct error *error);

/* Closes without publishing, and removes the file unless builder_publish has put it in place. NULL is fine.
 */
void builder_free(struct builder *builder);

/* Adds a source, whose number goes to source->id; one that has a number already takes its own place, once it
 * is known what it has. `version`, `date` and `hash` may be NULL. */
MUST_CHECK enum error_code builder_put_source(struct builder *builder, struct source_record *source,
                                              struct error *error);

/* pci.ids. A number that was added before keeps its first name. `origin` is 0 where that is the list's. */
MUST_CHECK enum error_code builder_add_vendor(struct builder *builder, uint16_t vendor, const char *name,
                                              struct error *error);
MUST_CHECK enum error_code builder_add_device(struct builder *builder, uint32_t pci_id, const char *name,
                                              int origin, struct error *error);
MUST_CHECK enum error_code builder_add_subsystem(struct builder *builder, uint32_t pci_id, uint32_t subsystem,
                                                 const char *name, struct error *error);

/* Who says so: "rule ...", "fact: ...", "list ..." and so on. Origins are numbered from 1 in the order in
 * which they are added; `number` may be NULL. */
MUST_CHECK enum error_code builder_add_origin(struct builder *builder, const char *text, int *number,
                                              struct error *error);

/* One value that a source states and that lost, the `rank`th of this attribute from 1; those that won go with
 * the GPU. */
MUST_CHECK enum error_code builder_add_annotation(struct builder *builder, uint32_t pci_id,
                                                  enum attribute attribute, int rank, const char *value,
                                                  double confidence, int origin, struct error *error);

/* A GPU with its resolved attributes; `origins` are 0 where an attribute is unknown. `is_new` is false for an
 * ID that was added before: that one stays. */
MUST_CHECK enum error_code builder_add_gpu(struct builder *builder, const struct gpu *gpu,
                                           const int origins[ATTRIBUTE_COUNT], bool *is_new,
                                           struct error *error);

/* A word or phrase of names that is not the model, as name_normalise writes it. All of them are added before
 * the first alias. */
MUST_CHECK enum error_code builder_add_name_word(struct builder *builder, const char *word,
                                                 enum word_kind kind, struct error *error);

/* Stores the words that were added; they live as long as the builder. */
MUST_CHECK enum error_code builder_known_words(struct builder *builder, const struct known_words **known,
                                               struct error *error);

/* A name by which somebody may ask for a GPU. It may be added before the GPU is; builder_complete drops the
 * aliases of what is not a GPU, and those that are there twice. */
struct alias {
    uint32_t pci_id;
    int revision;        /* -1: any */
    const char *product; /* what it is sold as, one product: "GeForce RTX 3060 Ti" */
    const char *name;    /* the name, if that is not the product's, else NULL; "": the chip's alone */
    const char *chip;    /* the code name before it in pci.ids: "GA106M", or NULL */
    enum form_factor form_factor; /* FORM_FACTOR_UNKNOWN: that of the ID */
    const char *source;           /* the kind of the source: "pci.ids", "cards" */
};
MUST_CHECK enum error_code builder_add_alias(struct builder *builder, const struct alias *alias,
                                             struct error *error);

/* What is known of the GPUs of a vendor with IDs from that of `gpu` to `last` that no list names. All of that
 * stands for one GPU; what decides the range has the origin `origin`. */
MUST_CHECK enum error_code builder_add_range(struct builder *builder, const struct gpu *gpu,
                                             const int origins[ATTRIBUTE_COUNT], uint32_t last,
                                             const char *generation, int origin, struct error *error);

/* What a subsystem (-1: any) or a revision (-1: any) changes. A variant that was added before stays. */
struct gpu_variant {
    uint32_t pci_id;
    int64_t subsystem;
    int revision;
    const char *product; /* "" when only the form factor is known */
    enum form_factor form_factor;
    double confidence;
    int origin;
};
MUST_CHECK enum error_code builder_add_variant(struct builder *builder, const struct gpu_variant *variant,
                                               struct error *error);

/* What a maker of boards usually makes, and why. */
MUST_CHECK enum error_code builder_add_subvendor(struct builder *builder, uint16_t subvendor,
                                                 enum form_factor form_factor, double confidence,
                                                 const char *reason, struct error *error);

/* The next line of priors.tsv; each value is of its vocabulary or "-", `vendor` 0 for any, `chips` "-" or
 * those that it is for, a comma between, each with a * at its end for any suffix. */
struct prior_key {
    const char *share;
    uint16_t vendor;
    const char *chips;
    const char *form_factor;
    const char *vbios;
    const char *display;
    const char *reset;
};
MUST_CHECK enum error_code builder_add_prior(struct builder *builder, const struct prior_key *key,
                                             const struct prior *prior, struct error *error);

/* The next line of chips.tsv. `chip` is a code name or a PCI ID; a * at its end stands for any suffix. */
MUST_CHECK enum error_code builder_add_chip(struct builder *builder, uint16_t vendor, const char *chip,
                                            const struct chip_features *features, struct error *error);

/* The next line of cards.tsv, once all chips are in: what the chip can do is looked up by card->chip and the
 * first ID; card->features and card->prices are not read. Stores the card's number. */
MUST_CHECK enum error_code builder_add_card(struct builder *builder, const struct card *card,
                                            const struct pci_id *id, int64_t *number, struct error *error);

/* The `place`th ID of a card; with a revision that one alone. */
MUST_CHECK enum error_code builder_add_card_id(struct builder *builder, const struct pci_id *id, int64_t card,
                                               int place, struct error *error);

/* The card of that name, 0 when there is none; whether a card has an ID. */
MUST_CHECK enum error_code builder_find_card(struct builder *builder, const char *name, int64_t *card,
                                             struct error *error);
MUST_CHECK enum error_code builder_card_has_id(struct builder *builder, int64_t card, const struct pci_id *id,
                                               bool *answer, struct error *error);

/* What one source says that a card costs; builder_complete makes one price of all. price->sources and
 * price->old are not read. */
MUST_CHECK enum error_code builder_add_price(struct builder *builder, int64_t card, enum condition condition,
                                             const struct price *price, struct error *error);

/* A report with its id and its canonical JSON, whose `sample` somebody has decided. builder_complete drops it
 * when it was added before (the first one stays), is retracted, or is superseded by one of the same source on
 * the same ID, in whatever order they are added. */
MUST_CHECK enum error_code builder_add_report(struct builder *builder, const struct report *report,
                                              const unsigned char id[REPORT_ID_BYTES], const char *body,
                                              size_t length, int64_t source, struct error *error);

/* Retracts a report: one of that id and source is dropped, whether it was added before or is added after. */
MUST_CHECK enum error_code builder_retract(struct builder *builder, const unsigned char id[REPORT_ID_BYTES],
                                           int64_t source, struct error *error);

/* Computes evidence and verdicts, checks the integrity of the whole file and flushes it to disk. */
MUST_CHECK enum error_code builder_complete(struct builder *builder, struct error *error);

/* How many reports builder_complete has dropped, and how many supersede one that is not of their source or
 * not on their ID, which has no effect. */
enum { ALL_SOURCES = 0 };
struct dropped_reports {
    int64_t source;
    int64_t duplicates;
    int64_t retracted;
    int64_t superseded;
    int64_t without_effect;
};
struct dropped_reports builder_dropped(const struct builder *builder, int64_t source);

/* A signature of data/symptoms.tsv, and a code of data/codes.tsv; their order is kept. *number is which code
 * it is, from 1; 0: there is no signature of its symptom, and it is left out. */
MUST_CHECK enum error_code builder_add_symptom_code(struct builder *builder,
                                                    const struct symptom_code_record *code, int64_t *number,
                                                    struct error *error);
MUST_CHECK enum error_code builder_add_symptom(struct builder *builder, const struct symptom_record *symptom,
                                               struct error *error);

/* A row of data/plan.tsv; their order is kept. */
MUST_CHECK enum error_code
builder_add_plan_step(struct builder *builder, const char *const texts[PLAN_TEXT_COUNT], struct error *error);

/* Renames the complete file to `path` and flushes its directory. */
MUST_CHECK enum error_code builder_publish(struct builder *builder, const char *path, struct error *error);

#endif
