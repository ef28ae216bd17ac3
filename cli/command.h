/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_COMMAND_H
#define PASSTHRU_CLI_COMMAND_H

#include <stdbool.h>

#include "core/error.h"
#include "core/vocabulary.h"

enum pager_wish { PAGER_DEFAULT, PAGER_ALWAYS, PAGER_NEVER };

/* What every command understands. */
struct common_options {
    const char *database; /* --db, or NULL */
    bool json;
    bool no_color;
    enum pager_wish pager; /* cli/pager.h: of those whose answers are long */
};

/* A verb of a command, as in `passthru report show`. */
struct verb {
    const char *name;
    const char *summary;
};

/* A subcommand: `run` gets its own name as argv[0] and returns an exit status. */
struct command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
    const struct verb *verbs; /* ends with one without a name; NULL: it has none */
};

extern const struct command commands[];
extern const int command_count;

int command_query(int argc, char **argv);
int command_scan(int argc, char **argv);
int command_check(int argc, char **argv);
int command_plan(int argc, char **argv);
int command_diagnose(int argc, char **argv);
int command_rom(int argc, char **argv);
int command_recommend(int argc, char **argv);
int command_report(int argc, char **argv);
int command_import(int argc, char **argv);
int command_db(int argc, char **argv);
int command_help(int argc, char **argv);
int command_version(int argc, char **argv);

/* `passthru --complete WORD...` (core/completion.h), with --complete as argv[0]. */
int command_complete(int argc, char **argv);

/* What --help says (cli/help.txt), by command or "command verb"; the last has no topic. */
struct help_text {
    const char *topic;
    const char *text;
};
extern const struct help_text help_texts[];

/* Of a command, or of its verb (NULL: of the command itself). */
const char *command_help_text(const struct command *command, const char *verb);

extern const struct verb report_verbs[];
extern const struct verb db_verbs[];

/* What passthru-import says with these arguments on standard output, without its last newline; what it says
 * on standard error is shown with `aloud` only. Returns its exit status, -1 when it cannot be started. */
int command_ask_import(int argc, char **argv, bool aloud, char *answer, size_t size);

/* NULL when there is no such command. */
const struct command *command_find(const char *name);

/* The number of a verb, -1 when there is none of that name. */
int command_find_verb(const struct verb *verbs, const char *name);

/* Says that a command has no such verb (NULL: that one is missing), and which one may be meant. Returns the
 * exit status. */
int command_wrong_verb(const struct command *command, const char *name, bool json);

/* The same of a command of the program. */
int command_unknown(const char *name, bool json);

/* Prints the help of a command, or of one of its verbs (NULL: of the command itself). Returns the exit
 * status. */
int command_show_help(const struct command *command, const char *verb, const struct common_options *common);

/* Prints the list of commands. */
void command_print_all(void);

/* Takes the value of --guest: a guest, what a report may call it ("Ubuntu 24.04"), or unknown. False for what
 * is none of them, which command_guest_fault says. */
bool command_take_guest(const char *text, enum guest *guest);
extern const char command_guest_fault[];

/* Whether --json or --ndjson is among the arguments, before or after what may be wrong. */
bool command_wants_json(int argc, char **argv);

struct option;
/* The long options of every command, to be put at the end of its own table. */
#define COMMON_OPTIONS                                                                                       \
    {"db", required_argument, NULL, 1001}, {"json", no_argument, NULL, 1002},                                \
        {"no-color", no_argument, NULL, 1003}, {"pager", no_argument, NULL, 1005},                           \
        {"no-pager", no_argument, NULL, 1006}, {"help", no_argument, NULL, 1004},                            \
    {                                                                                                        \
        NULL, 0, NULL, 0                                                                                     \
    }

/* getopt_long for a command, whose name is argv[0]: takes the common options itself and returns the next one
 * of the command's own, -1 after the last, or COMMAND_ENDS when the command shall end with *status: --help or
 * -h was given, or an option that is wrong. */
enum { COMMAND_ENDS = -2 };
int command_option(int argc, char **argv, const struct option *long_options, struct common_options *common,
                   int *status);

#endif
