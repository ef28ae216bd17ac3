#ifndef PASSTHRU_CLI_COMMAND_H
#define PASSTHRU_CLI_COMMAND_H

#include <stdbool.h>

#include "core/error.h"

/* What every command understands. */
struct common_options {
    const char *database; /* --db, or NULL */
    bool json;
    bool no_color;
};

/* A subcommand: `run` gets its own name as argv[0] and returns an exit status. */
struct command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
    const char *help;
};

extern const struct command commands[];
extern const int command_count;

int command_query(int argc, char **argv);
int command_scan(int argc, char **argv);
int command_check(int argc, char **argv);
int command_diagnose(int argc, char **argv);
int command_rom(int argc, char **argv);
int command_recommend(int argc, char **argv);
int command_report(int argc, char **argv);
int command_import(int argc, char **argv);
int command_db(int argc, char **argv);
int command_help(int argc, char **argv);
int command_version(int argc, char **argv);

extern const char query_help[];
extern const char scan_help[];
extern const char check_help[];
extern const char diagnose_help[];
extern const char rom_help[];
extern const char recommend_help[];
extern const char report_help[];
extern const char import_help[];
extern const char sync_help[];
extern const char db_help[];

/* Whether --json or --ndjson is among the arguments, before or behind what may be wrong. */
bool command_wants_json(int argc, char **argv);

struct option;
/* The long options of every command, to be put at the end of its own table. */
#define COMMON_OPTIONS                                                                                       \
    {"db", required_argument, NULL, 1001}, {"json", no_argument, NULL, 1002},                                \
        {"no-color", no_argument, NULL, 1003}, {"help", no_argument, NULL, 1004},                            \
    {                                                                                                        \
        NULL, 0, NULL, 0                                                                                     \
    }

/* getopt_long for a command, whose name is argv[0]: takes the common options itself and returns the next one
 * of the command's own, -1 after the last, or COMMAND_ENDS when the command shall end with *status: --help
 * was given, or an option that is wrong. */
enum { COMMAND_ENDS = -2 };
int command_option(int argc, char **argv, const struct option *long_options, struct common_options *common,
                   int *status);

#endif
