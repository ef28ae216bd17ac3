/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_DATABASE_H
#define PASSTHRU_DB_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/card.h"
#include "core/error.h"
#include "core/gpu.h"
#include "core/plan.h"
#include "core/report.h"
#include "core/symptom_condition.h"
#include "core/verdict.h"
#include "db/report_id.h"

struct database;

enum { NAME_SIZE = 256, DATABASE_PATH_SIZE = 4096 };

/* Where a database was found. */
struct database_place {
    char path[DATABASE_PATH_SIZE];
    const char *why; /* "--db", "$PASSTHRU_DB", "found in its standard place" ... */
};

/* Finds the database in the order of docs/formats.md: `explicit_path` (may be NULL), $PASSTHRU_DB,
 * $XDG_DATA_HOME/passthru/passthru.db, /var/lib/passthru/passthru.db, share/passthru/passthru.db of the
 * prefix that the program lies in, beside the program. The first two are taken as they stand; of the others
 * the first that exists. ERROR_NO_DATABASE when there is none. */
MUST_CHECK enum error_code database_locate(const char *explicit_path, struct database_place *place,
                                           struct error *error);

/* Where an import writes: what --db or $PASSTHRU_DB names, else $XDG_DATA_HOME/passthru/passthru.db, but for
 * root, if there is no such file, /var/lib/passthru/passthru.db. */
MUST_CHECK enum error_code database_target(const char *explicit_path, struct database_place *place,
                                           struct error *error);

/* Where the database that was installed with the program lies. False, and "", when there is none. */
bool database_installed(char path[DATABASE_PATH_SIZE]);

/* The directory of the running program, "" when the system does not say. */
void database_program_directory(char directory[DATABASE_PATH_SIZE]);

/* Opens a database for reading. It takes no lock and is never written: a database is only ever replaced as a
 * whole (docs/architecture.md). Errors: ERROR_NO_DATABASE, ERROR_PERMISSION, ERROR_FOREIGN_DATABASE,
 * ERROR_DATABASE_VERSION, ERROR_DATABASE_DAMAGED. The caller closes it; database_close(NULL) does nothing. */
MUST_CHECK enum error_code database_open(const char *path, struct database **database, struct error *error);
void database_close(struct database *database);

/* For who asks much: keeps what was read of the file in memory, up to 64 MiB, where otherwise it is 2. */
void database_keep_pages(struct database *database);

/* Whole days since the database was built or, where it was copied since, put in its place; 0 when that is not
 * known. */
int database_age_days(const struct database *database);

/* A device of pci.ids, or a GPU that no list names. The strings of `gpu` and `name_source` live as long as
 * the database is open. */
struct device {
    struct pci_id id; /* as asked for, with subsystem and revision */
    char vendor[NAME_SIZE];
    char name[NAME_SIZE];
    const char *name_source;   /* who says so, "" when it is pci.ids */
    char subsystem[NAME_SIZE]; /* "" when not asked for or not in pci.ids */
    char product[NAME_SIZE];   /* what this revision is sold as, "" when nobody says */
    bool is_gpu;
    bool is_unlisted;    /* no list has it: its number or reports alone say that it is a GPU */
    char generation[64]; /* of an unlisted one, by its number: "GeForce RTX 50 series"; else "" */
    bool settled;        /* the subsystem or the revision says another form factor than the ID does */
    enum share share;    /* the whole, unless database_ask_share was called */
    struct gpu gpu;
    char driver[CARD_WORD_SIZE]; /* of its maker, as in struct chip_features; "" when not known */
    char security[CARD_WORD_SIZE];
    struct prior prior; /* of this share */
};

/* Whether the values of the GPUs that are found from now on have their `source`, which costs a look-up for
 * each; else it is "". They have it unless this is called. */
void database_name_sources(struct database *database, bool is_wanted);

/* Looks an ID up. ERROR_NOT_FOUND when no list has it, and neither its number nor a report tells that it is a
 * GPU; device->vendor is then set if the vendor is known. */
MUST_CHECK enum error_code database_find_device(struct database *database, const struct pci_id *id,
                                                struct device *device, struct error *error);

/* Fetches what is reported at all levels for a GPU as database_find_device found it. With a chassis other
 * than CHASSIS_UNKNOWN its form factor may have been settled since, and reports from such machines weigh more
 * than others; with a guest other than GUEST_UNKNOWN those of other guests weigh nothing. The counts are
 * those of all machines and guests. `parts`, unless it is NULL, gets how many reports there are on the ID as
 * a part of each kind: only of the whole GPU. */
MUST_CHECK enum error_code database_find_evidence(struct database *database, const struct device *device,
                                                  enum chassis chassis, enum guest guest,
                                                  struct evidence evidence[EVIDENCE_LEVELS],
                                                  int parts[SHARE_COUNT], struct error *error);

/* Makes a GPU that database_find_device found the whole, or a part of it: another question, with a prior and
 * reports of its own. Also to be called after its form factor was settled. */
MUST_CHECK enum error_code database_ask_share(struct database *database, struct device *device,
                                              enum share share, struct error *error);

/* What an answer shows of a report. The texts are NULL where the report does not say. */
enum shown_text {
    SHOWN_DATE,
    SHOWN_MACHINE,
    SHOWN_CHASSIS,
    SHOWN_HYPERVISOR,
    SHOWN_GUEST_OS,
    SHOWN_FIRMWARE,
    SHOWN_URL,
    SHOWN_NOTE /* the last one */
};
struct shown_report {
    char id[REPORT_ID_HEX_SIZE];
    enum outcome outcome;
    enum sample sample;
    char *texts[SHOWN_NOTE + 1];
    int attempt_count;
    struct report_attempt attempts[REPORT_MAX_ATTEMPTS];
};
/* Fetches the reports on an ID, or a part of it, newest first, at most `limit`, with what was tried or
 * without. Also after an error the caller gives them to database_free_reports. */
MUST_CHECK enum error_code database_find_reports(struct database *database, uint32_t pci_id, enum share share,
                                                 int limit, bool with_attempts, struct shown_report **reports,
                                                 int *count, struct error *error);
void database_free_reports(struct shown_report *reports, int count);

/* How attempts ended by the year that they are of: count years in a row, from `first` on; `others` are
 * earlier, or have no date. What a maker states is no attempt. */
enum { MAX_REPORT_YEARS = 16 };
struct report_years {
    int first;
    int count;
    int others;
    int outcomes[MAX_REPORT_YEARS][OUTCOME_COUNT];
};
/* Of a GPU, or a part of it; of all reports where `pci_id` is NULL. */
MUST_CHECK enum error_code database_find_report_years(struct database *database, const uint32_t *pci_id,
                                                      enum share share, struct report_years *years,
                                                      struct error *error);

/* What was tried on a GPU, or, where nobody tried anything on this very ID, on its chip. */
enum { MAX_TRIED_FIXES = 64, MAX_GPU_FIXES = 12 };
struct tried_fix {
    char fix[256];
    int tried;
    int helped; /* `fixed` or `helped` */
    bool on_chip;
};
struct tried_fixes {
    int count;
    struct tried_fix items[MAX_TRIED_FIXES];
};
MUST_CHECK enum error_code database_find_tried_fixes(struct database *database, const struct device *device,
                                                     struct tried_fixes *fixes, struct error *error);

/* What was tried on GPUs like it: the documented workarounds of a blocker, on GPUs of this vendor that have
 * it; without one (NULL) all fixes, on GPUs of its class. */
MUST_CHECK enum error_code database_find_similar_fixes(struct database *database, const struct device *device,
                                                       const enum blocker *blocker, struct tried_fixes *fixes,
                                                       struct error *error);

/* How the documented workarounds of a blocker did, by chip; what helped in most reports comes first. */
enum { MAX_WORKAROUND_CHIPS = 24 };
struct blocker_workaround {
    enum blocker blocker;
    int tried; /* reports that tried one of them, on all chips of this vendor that have the blocker */
    int helped;
    int chip_count;
    struct {
        char chip[CHIP_SIZE]; /* the PCI ID where the name does not say */
        int tried;
        int helped;
    } chips[MAX_WORKAROUND_CHIPS];
};
MUST_CHECK enum error_code database_find_blocker_workaround(struct database *database, const struct gpu *gpu,
                                                            enum blocker blocker,
                                                            struct blocker_workaround *workaround,
                                                            struct error *error);

/* A card to buy instead. */
struct alternative {
    uint32_t pci_id;
    char name[NAME_SIZE];
    double usable;
    int price_usd; /* the lower end, 0: not known */
    int price_high_usd;
    char price_as_of[12];
    bool same_chip;
};
/* Cards that are likely to work, clearly more often than `usable`, as recommend ranks them: those with the
 * same chip first; in place of a card for computing others of its kind, of one with much memory (`vram_gib`,
 * 0: not known) others with enough. */
MUST_CHECK enum error_code database_find_alternatives(struct database *database, const struct gpu *gpu,
                                                      double vram_gib, double usable,
                                                      struct alternative *alternatives, int limit, int *count,
                                                      struct error *error);

/* All signatures of failures, in the order of causes. The strings live during the visit. */
typedef enum error_code symptom_visitor(void *context, const struct symptom_record *symptom,
                                        struct error *error);
typedef enum error_code symptom_code_visitor(void *context, const struct symptom_code_record *code,
                                             struct error *error);
MUST_CHECK enum error_code database_each_symptom_code(struct database *database, symptom_code_visitor *each,
                                                      void *context, struct error *error);
MUST_CHECK enum error_code database_each_symptom(struct database *database, symptom_visitor *each,
                                                 void *context, struct error *error);

/* All rows of plans, in their order, by enum plan_text. The strings live during the visit. */
typedef enum error_code plan_visitor(void *context, const char *const texts[PLAN_TEXT_COUNT],
                                     struct error *error);
MUST_CHECK enum error_code database_each_plan_step(struct database *database, plan_visitor *each,
                                                   void *context, struct error *error);

/* What was tried for a symptom, at most `limit` fixes, what helped most often first; or (`beside`) what was
 * tried in reports that have it among others and do not say for which. */
MUST_CHECK enum error_code database_find_symptom_fixes(struct database *database, const char *symptom,
                                                       bool beside, int limit, struct tried_fixes *fixes,
                                                       struct error *error);

/* Stores the symptoms that most reports on an ID, or a part of it, name, and how many do. */
MUST_CHECK enum error_code database_find_symptoms(struct database *database, uint32_t pci_id,
                                                  enum share share, enum symptom *symptoms, int *reports,
                                                  int limit, int *count, struct error *error);

/* How many reports on GPUs of a vendor name each symptom, or try each fix: `vocabulary` is that of symptoms
 * or of fixes, and `counts` has a number for each of its values. */
MUST_CHECK enum error_code database_count_values(struct database *database, uint16_t vendor,
                                                 const struct vocabulary *vocabulary, int counts[],
                                                 struct error *error);

/* Every value that some source states for a GPU, winner first in each attribute. */
struct stated_value {
    enum attribute attribute;
    int rank; /* 0: it won */
    char value[64];
    double confidence;
    char source[512];
};
typedef enum error_code stated_value_visitor(void *context, const struct stated_value *value,
                                             struct error *error);
MUST_CHECK enum error_code database_each_stated_value(struct database *database, uint32_t pci_id,
                                                      stated_value_visitor *each, void *context,
                                                      struct error *error);

/* Two sources that disagree about a GPU: of different kinds, or the one that lost is the surer one. */
struct conflict {
    uint32_t pci_id;
    const char *name;
    const char *attribute;
    const char *value; /* the one that is used */
    double confidence;
    const char *source;
    const char *other_value;
    double other_confidence;
    const char *other_source;
};
typedef enum error_code conflict_visitor(void *context, const struct conflict *conflict, struct error *error);
MUST_CHECK enum error_code database_each_conflict(struct database *database, conflict_visitor *each,
                                                  void *context, struct error *error);

/* One imported source. Strings live during the visit and are "" where the source does not say. */
struct source_record {
    int64_t id;
    const char *kind;
    const char *name;
    const char *version;
    const char *date;
    const char *hash;
    bool cached;
    int64_t records;
    int64_t rejected;
};
typedef enum error_code source_visitor(void *context, const struct source_record *source,
                                       struct error *error);
MUST_CHECK enum error_code database_each_source(struct database *database, source_visitor *each,
                                                void *context, struct error *error);

/* Which pci.ids the database was made from, as a date such as "2023-04-10"; "" when the list states none. */
enum { LIST_VERSION_SIZE = 40 };
MUST_CHECK enum error_code database_pci_ids_version(struct database *database,
                                                    char version[LIST_VERSION_SIZE], struct error *error);

/* A table of the database. `about` says what stands in it. */
struct table_record {
    const char *name;
    const char *about;
    int64_t rows;
};
typedef enum error_code table_visitor(void *context, const struct table_record *table, struct error *error);
MUST_CHECK enum error_code database_each_table(struct database *database, table_visitor *each, void *context,
                                               struct error *error);

struct database_counts {
    int64_t devices;
    int64_t gpus;
    int64_t reports;
};
MUST_CHECK enum error_code database_count(struct database *database, struct database_counts *counts,
                                          struct error *error);

/* Lists the IDs of all GPUs, in their order. The caller frees them, also after an error. */
MUST_CHECK enum error_code database_list_gpus(struct database *database, uint32_t **ids, int *count,
                                              struct error *error);

/* Stores the date of the newest report, "2026-03" or more or less of it; "" when there is none. */
enum { REPORT_DATE_SIZE = 16 };
MUST_CHECK enum error_code database_latest_report(struct database *database, char date[REPORT_DATE_SIZE],
                                                  struct error *error);

/* Reads every page, and compares tables, indexes, the values that a column may have, and what refers to
 * another table. ERROR_DATABASE_DAMAGED names the first fault. */
MUST_CHECK enum error_code database_check(struct database *database, struct error *error);

/* A database that was imported or synced once is found before the one that is installed with the program,
 * also when a newer program brings newer lists and tables. This says so. */

enum { MAX_OLDER_SOURCES = 24, SOURCE_VERSION_SIZE = 64 };

/* A list or a table of data/ of which the installed database has a later version; of the bundled reports
 * (kind "reports") more of them: the versions are then their numbers. */
struct older_source {
    char kind[SOURCE_VERSION_SIZE];
    char version[SOURCE_VERSION_SIZE]; /* "" when it states none, or lacks the table */
    char installed_version[SOURCE_VERSION_SIZE];
};

struct freshness {
    char installed[DATABASE_PATH_SIZE]; /* the database installed with the program, "" when there is none */
    int count;                          /* 0: nothing is older */
    struct older_source older[MAX_OLDER_SOURCES];
};

/* Compares an open database, whose file is `path`, with the one that is installed with the program. One that
 * is that very file is not older, nor is any when the installed one is missing or cannot be read. */
void database_compare_installed(struct database *database, const char *path, struct freshness *freshness);

/* Whether the installed database came after the one at `path` was built, for the cost of looking at two
 * files. An import takes the newest list and the installed tables: one that was built later has nothing to
 * renew, unless somebody imported an older list by its name. */
bool database_installed_later(const char *path);

/* Whole days since the list of PCI IDs was made, whose day, YYYY-MM-DD, goes to `date`; where it states none,
 * since the database was built (database_age_days), and "". */
MUST_CHECK enum error_code database_list_age(struct database *database, char date[LIST_VERSION_SIZE],
                                             int *days, struct error *error);

#endif
