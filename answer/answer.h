/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_ANSWER_H
#define PASSTHRU_ANSWER_ANSWER_H

#include "answer/prose.h"
#include "core/json_writer.h"
#include "db/cards.h"
#include "db/database.h"
#include "db/search.h"

/* One answer to one question about one device. It is gathered whole from the database, then written: a writer
 * needs no database and cannot fail. */

enum { MAX_ALTERNATIVES = 3, MAX_SHOWN_SYMPTOMS = 5, MAX_SYMPTOM_FIXES = 5 };

struct answer_options {
    enum chassis chassis; /* that the verdict is for; unknown: any, as with the guest */
    enum guest guest;
    enum share share;
    int report_limit; /* how many reports to show */
    bool is_short;    /* the answer shows no reports, which are only compared, and not who states a value */
    bool explain;     /* show what every source states */
    bool by_year;     /* count the reports by year */
};

/* How the GPU goes by the name that was asked for. */
struct answer_match {
    enum match_kind kind; /* MATCH_NONE: it was asked for by its ID */
    const char *name;     /* the product; it must outlive the answer */
    int ids;              /* how many IDs are the same product in the same form factor */
};

/* A symptom of reports on the GPU, and what was tried against it, on any GPU; `beside`: in reports that have
 * it among others and do not say for which. */
struct answer_symptom {
    enum symptom symptom;
    int reports;
    struct tried_fixes fixes;
    struct tried_fixes beside;
};

struct answer {
    const char *query;         /* as the user wrote it */
    struct answer_match match; /* set after the answer is gathered */
    struct answer_options options;
    struct device device;
    struct card cards[MAX_CARDS_OF_ID]; /* that it is sold as */
    int card_count;
    char macos[CARD_WORD_SIZE]; /* with that guest: which versions have a driver for the chip (core/card.h) */
    struct evidence evidence[EVIDENCE_LEVELS];
    struct verdict verdict;
    struct verdict
        parts[SHARE_COUNT]; /* on a part of it, where somebody reported one; else direct_reports is 0 */
    enum blocker blockers[BLOCKER_COUNT];
    int blocker_count;
    struct tried_fixes tried_fixes;
    struct tried_fixes similar_fixes; /* on GPUs with the same blocker, or of the same class */
    struct answer_symptom symptoms[MAX_SHOWN_SYMPTOMS]; /* with options.symptoms, the commonest first */
    int symptom_count;
    bool has_blocker_workaround; /* one of the blockers has a documented workaround */
    struct blocker_workaround blocker_workaround;
    struct alternative alternatives[MAX_ALTERNATIVES];
    int alternative_count;
    struct shown_report *reports; /* the newest first */
    int report_count;
    struct report_years years;   /* with options.by_year */
    struct stated_value *stated; /* with options.explain */
    int stated_count;
};

/* Gathers everything about an ID. The answer is zero or was used before; answer_free frees what it holds.
 * ERROR_NOT_FOUND names the ID, the vendor if the list knows it, and how old the list is;
 * ERROR_DATABASE_DAMAGED. */
MUST_CHECK enum error_code answer_gather(struct database *database, const struct pci_id *id,
                                         const char *query, const struct answer_options *options,
                                         struct answer *answer, struct error *error);

/* The same in two steps: what the database says of a device, which may then be changed to what a machine
 * shows of it (with device.settled set), and the verdict on that. */
MUST_CHECK enum error_code answer_find(struct database *database, const struct pci_id *id, const char *query,
                                       const struct answer_options *options, struct answer *answer,
                                       struct error *error);
MUST_CHECK enum error_code answer_judge(struct database *database, struct answer *answer,
                                        struct error *error);

/* The same for a product: an ID that is sold as a card and as a laptop chip is taken for what this product
 * is.
 */
MUST_CHECK enum error_code answer_gather_hit(struct database *database, const struct pci_id *id,
                                             const char *query, const struct answer_options *options,
                                             const struct name_hit *hit, struct answer *answer,
                                             struct error *error);

/* Frees the reports and stated values; the rest of the answer stays. */
void answer_free(struct answer *answer);

/* Writes how old the list of PCI IDs is, in words: "your list of PCI IDs is from April 2023". Errors: those
 * of database_pci_ids_version. */
enum { LIST_TEXT_SIZE = 100 };
MUST_CHECK enum error_code answer_name_list(struct database *database, char text[LIST_TEXT_SIZE],
                                            struct error *error);

/* One JSON object as docs/json.md describes it, or its members alone, inside of an object. */
void answer_write_json(struct json_writer *writer, const struct answer *answer);
void answer_write_members(struct json_writer *writer, const struct answer *answer);

/* The answer for a person that fits a screen of 24 lines, and all that is known. */
void answer_write_short(const struct prose *prose, const struct answer *answer);
void answer_write_full(const struct prose *prose, const struct answer *answer);

/* Parts of the short one, for other answers: that no list names the GPU, and the cards that it is sold as in
 * a line with the last driver (nothing where there is nothing to say), the verdict in a few sentences (no
 * newline), which workaround, what was reported, what to buy instead, and which macOS has a driver where
 * that was asked. */
void answer_append_verdict(struct buffer *out, const struct answer *answer);
void answer_write_workaround(const struct prose *prose, const struct answer *answer);
void answer_write_reports_in_short(const struct prose *prose, const struct answer *answer);
void answer_write_instead(const struct prose *prose, const struct answer *answer);
void answer_write_macos(const struct prose *prose, const struct answer *answer);
void answer_write_unlisted(const struct prose *prose, const struct answer *answer);
void answer_write_cards(const struct prose *prose, const struct answer *answer);

/* Parts of the full one, for pages: why, and what that is based on; how the verdict was calculated; how many
 * reports there are, and what they disagree about; what helps, and what was tried; the symptoms that reports
 * name, an item each, in the order of answer->symptoms. */
void answer_write_why(const struct prose *prose, const struct answer *answer);
void answer_write_calculation(const struct prose *prose, const struct answer *answer);
void answer_write_around_reports(const struct prose *prose, const struct answer *answer);
void answer_write_help(const struct prose *prose, const struct answer *answer);

void answer_write_symptoms(const struct prose *prose, const struct answer *answer);

/* What is known of the cards that it is sold as, and of what their chip can do, a field each, with who says
 * so as its detail. */
void answer_write_card_facts(const struct prose *prose, const struct answer *answer);

/* What was tried on GPUs like it, all of it, where that is not said among what helps. */
void answer_write_similar(const struct prose *prose, const struct answer *answer);

/* Appends when and where an attempt was, "2026-03, laptop, proxmox, guest linux", and what was tried in it,
 * "romfile: fixed for black-screen"; nothing where nothing was. */
void answer_append_report(struct buffer *out, const struct shown_report *report);
void answer_append_tried(struct buffer *out, const struct shown_report *report);

/* Appends how many attempts succeeded in each year, "2019: 1 of 3, 2020: 2 of 2; 4 earlier or undated".
 * Nothing without a year. */
void answer_append_years(struct buffer *out, const struct report_years *years);

/* "LIKELY to work", and what answer_append_verdict says after that. */
const char *answer_level_sentence(enum level level);
void answer_append_after_level(struct buffer *out, const struct answer *answer);

/* "with a workaround". */
const char *answer_outcome_label(enum outcome outcome);

/* Writes how it is with a virtual function or a vGPU, where somebody reported that. */
void answer_write_parts(const struct prose *prose, const struct answer *answer);

/* Appends ", about $90-140 (2026-02)", the known price of a card to buy instead. */
void answer_append_price(struct buffer *out, const struct alternative *other);

/* Appends fixes and how often each helped, "romfile (4 of 5), hide-kvm (2 of 9)", so many at most; `beside`:
 * and that their reports had other symptoms, too. */
void answer_append_fixes(struct buffer *out, const struct tried_fixes *fixes, bool beside);

/* The colour of a level. */
enum color answer_level_color(enum level level);

/* Appends what a verdict rests on, in words: the mechanism where it is not said already, the reports at each
 * level, what does not count, and how the reports came to be known. No newline. */
void answer_append_basis(struct buffer *out, const struct answer *answer, bool with_mechanism);

/* ---- cards ---- */

/* What is said of a card; of several that have one ID, the range. */

/* The most memory, in GiB, of several; 0: not known of any. */
double card_most_vram(const struct card *cards, int count);

/* Appends "12 GB, 170 W, 2 slots, 1x 8-pin, about $200-280 used (2026-07)": what is known of it, "" for
 * nothing. */
void card_append_facts(struct buffer *out, const struct card *cards, int count);

/* The same and all else that is known, a field each, with the table that says so as its detail. */
void card_write_facts(const struct prose *prose, const struct card *cards, int count);

/* "$200-280 used"; "" for CONDITION_COUNT. */
enum { PRICE_TEXT_SIZE = 40 };
void card_print_price(const struct card *card, int condition, char text[PRICE_TEXT_SIZE]);

/* The members `card` and `price_usd` as docs/json.md describes them; null where nothing is known. */
void card_write_json(struct json_writer *writer, const struct card *cards, int count);
void card_write_price(struct json_writer *writer, const struct card *card);

#endif
