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
int command_import(int argc, char **argv);
int command_db(int argc, char **argv);
int command_help(int argc, char **argv);
int command_version(int argc, char **argv);

extern const char query_help[];
extern const char import_help[];
extern const char db_help[];

struct option;
/* The long options of every command, to be put at the end of its own table; handled by common_option. */
#define COMMON_OPTIONS                                                                                           \
    {"db", required_argument, NULL, 1001}, {"json", no_argument, NULL, 1002},                                    \
        {"no-color", no_argument, NULL, 1003}, {"help", no_argument, NULL, 1004}, {NULL, 0, NULL, 0}

/* What getopt_long returned: 0 when it was a common option and taken, 1 when the program shall end at once
 * (--help, or a wrong option: *status tells), -1 when it is the command's own. */
int common_option(int c, const char *name, struct common_options *options, int *status);

#endif
