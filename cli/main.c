#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "core/json_writer.h"
#include "core/pci_id.h"
#include "version.h"

static const char help_help[] =
    "Usage: passthru help [COMMAND]\n"
    "\n"
    "Lists the commands, or tells what a COMMAND does and which options it has.\n";

static const char version_help[] = "Usage: passthru version\n"
                                   "\n"
                                   "Prints the version of this program.\n";

const struct command commands[] = {
    {"query", "will this GPU survive being passed through?", command_query, query_help},
    {"scan", "will the GPUs of this machine pass through, and what stops them?", command_scan, scan_help},
    {"check", "how the host and its virtual machines are set up for a passthrough", command_check,
     check_help},
    {"diagnose", "what do these logs say, and what has helped?", command_diagnose, diagnose_help},
    {"rom", "is this vBIOS dump whole, for this card, and good for OVMF?", command_rom, rom_help},
    {"recommend", "what to buy: cards that are likely to pass through", command_recommend, recommend_help},
    {"report", "how an attempt went: write it down, list, export and send it", command_report, report_help},
    {"import", "add a pci.ids or reports, rebuild the database", command_import, import_help},
    {"sync", "fetch newer lists and reports from the remotes", command_import, sync_help},
    {"db", "what the database holds, whether it is sound, where it is", command_db, db_help},
    {"help", "help about a command", command_help, help_help},
    {"version", "the version of this program", command_version, version_help},
};
const int command_count = ARRAY_SIZE(commands);

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

bool command_wants_json(int argc, char **argv)
{
    bool wanted = false;
    for (int i = 1; i < argc; i++)
        wanted |= strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "--ndjson") == 0;
    return wanted;
}

/* What is wrong with the option that getopt_long stopped at. */
static int wrong_option(int c, int argc, char **argv)
{
    const char *name = argv[0];
    bool json = command_wants_json(argc, argv);
    char letter[2] = {(char)optopt, '\0'};
    /* Of a long option getopt tells no more than where it stood. */
    const char *given = optopt && optopt < 1000 && argv[optind - 1][0] == '-' && argv[optind - 1][1] != '-'
                            ? letter
                            : argv[optind - 1];
    if (c == ':')
        return output_usage_error(name, json, "option %s needs a value", given);
    if (optopt >= 1000 || strchr(given, '='))
        return output_usage_error(name, json, "option %s takes no value", given);
    return output_usage_error(name, json, "there is no option %s%s", given == letter ? "-" : "", given);
}

int command_option(int argc, char **argv, const struct option *long_options, struct common_options *common,
                   int *status)
{
    opterr = 0;
    *status = 0;
    for (;;) {
        int c = getopt_long(argc, argv, ":", long_options, NULL);
        switch (c) {
        case 1001:
            common->database = optarg;
            break;
        case 1002:
            common->json = true;
            break;
        case 1003:
            common->no_color = true;
            break;
        case 1004:
            fputs(find_command(argv[0])->help, stdout);
            return COMMAND_ENDS;
        case ':':
        case '?':
            *status = wrong_option(c, argc, argv);
            return COMMAND_ENDS;
        default:
            return c;
        }
    }
}

static void print_commands(void)
{
    puts("Usage: passthru COMMAND [OPTION]... [ARGUMENT]...\n"
         "\n"
         "Tells whether a GPU survives being passed through to a virtual machine, before money or days are "
         "spent.\n");
    for (int i = 0; i < command_count; i++)
        printf("  %-11s%s\n", commands[i].name, commands[i].summary);
    puts("\n"
         "  passthru query 10de:1d16             by PCI ID\n"
         "  passthru query \"rtx 3060\"            by model name\n"
         "  lspci -nn | passthru query -         what is in this machine\n"
         "  passthru scan                        will it pass through here?\n"
         "  dmesg | passthru diagnose            which known failures stand in a log?\n"
         "  passthru rom --for 10de:1d16 FILE    is this dumped vBIOS good for that card?\n"
         "  passthru recommend 10de:1d16         what to buy instead of it\n"
         "\n"
         "Each command has --help, --json, --db FILE and --no-color; passthru(1) has the rest.");
}

/* One command with its help, or all of them in a line each. */
static void print_commands_as_json(const struct command *command)
{
    struct buffer out CLEANUP(buffer_free) = BUFFER(65536);
    struct json_writer writer = {.out = &out};
    json_write_begin_array(&writer, NULL);
    for (int i = 0; i < command_count; i++) {
        if (command && command != &commands[i])
            continue;
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "name", commands[i].name);
        json_write_string(&writer, "summary", commands[i].summary);
        json_write_string(&writer, "help", commands[i].help);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    puts(buffer_text(&out));
}

int command_help(int argc, char **argv)
{
    static const struct option long_options[] = {COMMON_OPTIONS};
    struct common_options common = {.database = NULL};
    int status;
    if (command_option(argc, argv, long_options, &common, &status) == COMMAND_ENDS)
        return status;
    const char *name = optind < argc ? argv[optind] : NULL;
    const struct command *command = name ? find_command(name) : NULL;
    if (name && !command)
        return output_usage_error("help", common.json, "there is no command \"%s\"", name);
    if (common.json)
        print_commands_as_json(command);
    else if (command)
        fputs(command->help, stdout);
    else
        print_commands();
    return 0;
}

int command_version(int argc, char **argv)
{
    static const struct option long_options[] = {COMMON_OPTIONS};
    struct common_options common = {.database = NULL};
    int status;
    if (command_option(argc, argv, long_options, &common, &status) == COMMAND_ENDS)
        return status;
    if (common.json)
        puts("{\"version\":\"" PASSTHRU_VERSION "\"}");
    else
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
        name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    const struct command *command = find_command(name);
    if (!command) {
        bool json = command_wants_json(argc, argv);
        struct pci_id id;
        if (pci_id_parse(name, strlen(name), &id) == PCI_ID_OK)
            return output_usage_error(
                NULL, json, "there is no command \"%s\"; did you mean: passthru query %s", name, name);
        const char *guess = guess_command(name);
        if (guess)
            return output_usage_error(NULL, json, "there is no command \"%s\"; did you mean \"%s\"?", name,
                                      guess);
        return output_usage_error(NULL, json, "there is no command \"%s\"", name);
    }
    argv[1] = (char *)command->name;
    int status = command->run(argc - 1, argv + 1);
    return status ? status : output_finish();
}
