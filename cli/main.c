#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "version.h"

const struct command commands[] = {
    {"query", "will this GPU survive being passed through?", command_query, query_help},
    {"import", "add a pci.ids or reports, rebuild the database", command_import, import_help},
    {"db", "what the database holds, whether it is sound, where it is", command_db, db_help},
    {"help", "help about a command", command_help, NULL},
    {"version", "the version of this program", command_version, NULL},
};
const int command_count = ARRAY_SIZE(commands);

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

int common_option(int c, const char *name, struct common_options *options, int *status)
{
    *status = 0;
    switch (c) {
    case 1001:
        options->database = optarg;
        return 0;
    case 1002:
        options->json = true;
        return 0;
    case 1003:
        options->no_color = true;
        return 0;
    case 1004:
        fputs(find_command(name)->help, stdout);
        return 1;
    case '?':
        /* getopt has said what is wrong. */
        fprintf(stderr, "  next: passthru %s --help\n", name);
        *status = error_exit_status(ERROR_USAGE);
        return 1;
    default:
        return -1;
    }
}

static void print_commands(void)
{
    puts("Usage: passthru COMMAND [OPTION]... [ARGUMENT]...\n"
         "\n"
         "Tells whether a GPU survives being passed through to a virtual machine, before money or days are spent.\n");
    for (int i = 0; i < command_count; i++)
        printf("  %-9s %s\n", commands[i].name, commands[i].summary);
    puts("\n"
         "  passthru query 10de:1d16             by PCI ID\n"
         "  passthru query \"rtx 3060\"            by model name\n"
         "  lspci -nn | passthru query -         what is in this machine\n"
         "\n"
         "Each command has --help, --json, --db FILE and --no-color; passthru(1) has the rest.");
}

int command_help(int argc, char **argv)
{
    const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
    if (argc > 1 && !command)
        return output_usage_error("passthru", false, "there is no command \"%s\"", argv[1]);
    if (command && command->help)
        fputs(command->help, stdout);
    else
        print_commands();
    return 0;
}

int command_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("passthru " PASSTHRU_VERSION);
    return 0;
}

/* The command whose name is nearest to a mistyped one, by edit distance at most 2, or NULL. */
static const char *guess_command(const char *typed)
{
    const char *best = NULL;
    int best_distance = 3;
    size_t length = strlen(typed);
    if (length > 16)
        return NULL;
    for (int i = 0; i < command_count; i++) {
        int row[18];
        const char *name = commands[i].name;
        for (size_t x = 0; x <= length; x++)
            row[x] = (int)x;
        for (size_t y = 1; y <= strlen(name); y++) {
            int diagonal = row[0]++;
            for (size_t x = 1; x <= length; x++) {
                int cost = diagonal + (typed[x - 1] != name[y - 1]);
                diagonal = row[x];
                int step = (row[x] < row[x - 1] ? row[x] : row[x - 1]) + 1;
                row[x] = cost < step ? cost : step;
            }
        }
        if (row[length] < best_distance) {
            best_distance = row[length];
            best = name;
        }
    }
    return best;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_commands();
        return error_exit_status(ERROR_USAGE);
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return command_help(1, argv);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return command_version(argc, argv);
    const struct command *command = find_command(name);
    if (!command) {
        const char *guess = guess_command(name);
        if (guess)
            return output_usage_error("passthru", false, "there is no command \"%s\"; did you mean \"%s\"?", name,
                                      guess);
        return output_usage_error("passthru", false, "there is no command \"%s\"", name);
    }
    int status = command->run(argc - 1, argv + 1);
    if (fflush(stdout) && !status)
        status = error_exit_status(ERROR_SYSTEM);
    return status;
}
