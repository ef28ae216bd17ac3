/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_COMMAND_H
#define PASSTHRU_CLI_COMMAND_H

#include <stdbool.h>

#include "cli/output.h"
#include "core/json_writer.h"
#include "core/vocabulary.h"
#include "db/database.h"

enum pager_wish { PAGER_DEFAULT, PAGER_ALWAYS, PAGER_NEVER };

/* What every command has: the options that all take, its answer, and the database. */
struct session {
    const char *file; /* --db, or NULL */
    bool json;
    bool no_color;
    enum pager_wish pager;
    const struct command *command;
    bool reads_terminal; /* an argument is "-" */
    struct output output;
    struct json_writer writer; /* into the output */
    struct database_place place;
    struct database *database;
};

/* Begins the answer, once the arguments are right. */
void session_begin(struct session *session);

MUST_CHECK enum error_code session_open_database(struct session *session, struct error *error);

/* Writes the answer, one as JSON with the end of its line; or says the error in place of it, if there is one.
 * Returns the exit status: `status`, or that of the error. */
int session_end(struct session *session, const struct error *error, int status);

/* An option of one command, beside those of every command. One of these says what it sets. */
struct command_option {
    const char *name;
    bool *flag;        /* an option without a value */
    const char **text; /* the value as it is */
    int *word;         /* which of the values of a vocabulary it is */
    const struct vocabulary *vocabulary;
    double *amount; /* a number, which its unit may follow ("12GB"), or stand in front of if it is $ */
    int *whole;     /* the same of a whole number */
    const char *unit;
    double low;
    double high;
    /* Anything else: returns what is wrong with the value, NULL for nothing. */
    const char *(*take)(void *target, char *value);
    void *target;
    const char *fault; /* what is said of another value */
};

/* What --help says (cli/help.txt) of a command, or of a verb of it, as in `passthru report show`. The verbs
 * stand behind their command; the last row has no command. */
struct help_text {
    const char *command;
    const char *verb; /* NULL: of the command itself */
    const char *summary;
    const char *text;
};
extern const struct help_text help_texts[];

/* Of a command, or of its verb; NULL when there is none. */
const struct help_text *command_help_of(const char *command, const char *verb);

/* Of its next verb: after that of the command the first one, NULL after the last. */
const struct help_text *command_next_verb(const struct help_text *help);

/* A subcommand. `run` gets what stands behind its options. It returns an exit status, or sets an error: the
 * answer is written, or the error said, when it returns. What it holds is left to the end of the process. */
struct command {
    const char *name;
    int (*run)(struct session *session, char **operands, int count,
               struct error *error);      /* NULL: passthru-import */
    const struct command_option *options; /* beside those of every command; NULL: none */
    bool is_long;                         /* its answer is shown by a pager */
};

extern const struct command commands[];
extern const int command_count;

int command_query(struct session *session, char **operands, int count, struct error *error);
int command_scan(struct session *session, char **operands, int count, struct error *error);
int command_check(struct session *session, char **operands, int count, struct error *error);
int command_plan(struct session *session, char **operands, int count, struct error *error);
int command_diagnose(struct session *session, char **operands, int count, struct error *error);
int command_rom(struct session *session, char **operands, int count, struct error *error);
int command_recommend(struct session *session, char **operands, int count, struct error *error);
int command_report(struct session *session, char **operands, int count, struct error *error);
int command_db(struct session *session, char **operands, int count, struct error *error);
int command_help(struct session *session, char **operands, int count, struct error *error);
int command_version(struct session *session, char **operands, int count, struct error *error);

/* Starts passthru-import in place of this program: its arguments begin with a command of it. */
int command_import(int argc, char **argv);

/* Writes a note when the database is older than the installed one, or its list of PCI IDs is old: new cards
 * and reports come every week, and with each version of the program. `answered`: a GPU was, without that the
 * age of the list has been said already. `is_newer_than_list`: one that the list lacks. */
void db_write_renewal(struct session *session, bool answered, bool is_newer_than_list);

/* `passthru --complete WORD...` (core/completion.h), with --complete as argv[0]. */
int command_complete(int argc, char **argv);

extern const struct command_option query_options[], scan_options[], check_options[], plan_options[],
    diagnose_options[], rom_options[], recommend_options[], report_options[], db_options[];

/* What passthru-import says with these arguments on standard output, without its last newline; what it says
 * on standard error is shown with `aloud` only. Returns its exit status, -1 when it cannot be started. */
int command_ask_import(int argc, char **argv, bool aloud, char *answer, size_t size);

/* NULL when there is no such command. */
const struct command *command_find(const char *name);

/* The number of a verb of a command, -1 when there is none of that name. */
int command_find_verb(const char *command, const char *name);

/* Says that a command has no such verb (NULL: that one is missing), and which one may be meant. Returns the
 * exit status. */
int command_wrong_verb(const char *command, const char *name, bool json);

/* The same of a command of the program. */
int command_unknown(const char *name, bool json);

/* Prints the help of a command, or of one of its verbs (NULL: of the command itself). Returns the exit
 * status. */
int command_show_help(const char *command, const char *verb, const struct session *session);

/* Whether --json or --ndjson is among the arguments, before or after what may be wrong. */
bool command_wants_json(int argc, char **argv);

/* Reads the options of a command, whose name is argv[0]. Operands stand from argv[optind] on. False when the
 * command shall end with *status: help was given, or an option is wrong. */
MUST_CHECK bool command_read_options(int argc, char **argv, const struct command *command,
                                     struct session *session, int *status);

/* Takes the value of --guest into an enum guest: a guest, what a report may call it ("Ubuntu 24.04"), or
 * unknown. */
const char *command_take_guest(void *target, char *value);

/* What is said of a wrong --chassis. */
extern const char command_chassis_fault[];

#endif
