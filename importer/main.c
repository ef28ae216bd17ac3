#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json_writer.h"
#include "db/database.h"
#include "db/outbox.h"
#include "importer/program.h"
#include "importer/rebuild.h"
#include "importer/send.h"
#include "version.h"

static const char help[] = "Usage: passthru-import import [OPTION]... [FILE]...\n"
                           "\n"
                           "Rebuilds the database of passthru from its sources, with the FILEs added to\n"
                           "them: a pci.ids, or reports as NDJSON, plain or .gz or .zst; - is standard\n"
                           "input. Without a FILE it rebuilds from what it has.\n"
                           "\n"
                           "Usage: passthru-import send [OPTION]... ID...\n"
                           "\n"
                           "Sends reports of the outbox to a remote; passthru report send starts it. Those\n"
                           "that the remote has taken are kept in sent/ beside the outbox.\n"
                           "\n"
                           "Usage: passthru-import sync [OPTION]... [REMOTE]...\n"
                           "\n"
                           "Fetches newer lists and reports from the remotes; sync --help has its options.\n"
                           "\n"
                           "  --db FILE    write this database (default: /var/lib/passthru/passthru.db as\n"
                           "               root, else $XDG_DATA_HOME/passthru/passthru.db)\n"
                           "  --data DIR   take rules, facts, prices and bundled reports from DIR\n"
                           "  --force      import a pci.ids that looks cut short, overwrite a file that is\n"
                           "               no database of passthru, go on without sources that are gone\n"
                           "  --remote NAME  with send: to this remote, where several take reports\n"
                           "  --json       say what was done as JSON\n"
                           "  --quiet      say nothing when all went well\n"
                           "  --no-color   taken for the sake of scripts: there is no colour\n"
                           "  --help       this text\n"
                           "  --version    the version of this program\n"
                           "\n"
                           "Exit status: 0 done; 2 wrong usage or unreadable input, or records were\n"
                           "refused (the others are in); 3 the file is no database of passthru; 4 a\n"
                           "report could not be sent or was refused; 5 the system refused.\n";

struct options {
    const char *database;
    const char *data;
    const char *remote;
    bool force;
    bool json;
    bool quiet;
};

static void print_summary(const struct rebuild_summary *summary, const char *path,
                          const struct options *options)
{
    if (options->json) {
        struct buffer out CLEANUP(buffer_free) = BUFFER(32768);
        struct json_writer writer = {.out = &out, .for_terminal = true};
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "database", path);
        json_write_string(&writer, "pci_ids_version", summary->pci_ids_version);
        json_write_integer(&writer, "devices", summary->devices);
        json_write_integer(&writer, "gpus", summary->gpus);
        json_write_integer(&writer, "reports", summary->reports);
        json_write_integer(&writer, "new_reports", summary->new_reports);
        json_write_integer(&writer, "refused", summary->refused);
        json_write_end_object(&writer);
        puts(buffer_text(&out));
    } else if (!options->quiet) {
        char text[DATABASE_PATH_SIZE + 200];
        snprintf(
            text, sizeof text, "%s: pci.ids %s with %ld devices, %ld of them GPUs; %lld reports, %lld new",
            path, summary->pci_ids_version[0] ? summary->pci_ids_version : "of unknown version",
            summary->devices, summary->gpus, (long long)summary->reports, (long long)summary->new_reports);
        program_print(stdout, "", text);
    }
    if (summary->refused)
        fprintf(stderr, "passthru: %ld record%s refused, all others are in\n", summary->refused,
                summary->refused == 1 ? "" : "s");
}

static void free_files(struct rebuild_file **files)
{
    free(*files);
}

static int run_import(const struct options *options, char **files, int file_count)
{
    struct error error = {.code = ERROR_NONE};
    struct database_place place;
    struct rebuild_summary summary;
    struct problems problems = {.tell = program_tell_problem};
    char data[DATABASE_PATH_SIZE];
    if (program_find_data(options->data, data, &error))
        return program_fail(&error, options->json);
    if (database_target(options->database, &place, &error))
        return program_fail(&error, options->json);
    struct rebuild_file *given CLEANUP(free_files) = calloc((size_t)file_count + 1, sizeof *given);
    if (!given) {
        error_set(&error, ERROR_NO_MEMORY, "no memory for %d files", file_count);
        return program_fail(&error, options->json);
    }
    for (int i = 0; i < file_count; i++)
        given[i] = (struct rebuild_file){.path = files[i],
                                         .shown = strcmp(files[i], "-") == 0 ? "standard input" : files[i]};
    const struct rebuild_request request = {.database_path = place.path,
                                            .data_folder = data,
                                            .files = given,
                                            .file_count = file_count,
                                            .force = options->force,
                                            .waiting = program_tell_waiting};
    if (rebuild(&request, &summary, &problems, &error))
        return program_fail(&error, options->json);
    print_summary(&summary, place.path, options);
    return error_exit_status(summary.refused ? ERROR_PARTLY_REFUSED : ERROR_NONE);
}

static void tell_sending(void)
{
    fputs("passthru: waiting for another send to finish\n", stderr);
}

static void tell_result(const struct send_result *result)
{
    static const char *const words[] = {"was sent", "was sent before", "was refused", "could not be sent"};
    char text[1000];
    bool failed = result->error.code;
    snprintf(text, sizeof text, "report %.12s %s%s%s", result->id, words[result->outcome], failed ? ": " : "",
             result->error.message);
    if (failed)
        program_print(stderr, "passthru: ", text);
    else
        program_print(stdout, "", text);
}

static void tell_failure(const struct send_result *result)
{
    if (result->error.code)
        tell_result(result);
}

static int run_send(const struct options *options, const char *const *ids, int id_count)
{
    struct error error = {.code = ERROR_NONE};
    struct send_summary summary;
    struct buffer out CLEANUP(buffer_free) = BUFFER((size_t)64 * 1024 * 1024);
    char outbox[DATABASE_PATH_SIZE];
    char data[DATABASE_PATH_SIZE];
    if (program_find_data(options->data, data, &error))
        return program_fail(&error, options->json);
    if (outbox_locate(outbox, &error))
        return program_fail(&error, options->json);
    const struct send_request request = {.outbox = outbox,
                                         .data_folder = data,
                                         .remote = options->remote,
                                         .ids = ids,
                                         .id_count = id_count,
                                         .waiting = tell_sending,
                                         .tell =
                                             options->json || options->quiet ? tell_failure : tell_result};
    if (send_reports(&request, &summary, &error))
        program_fail(&error, false);
    if (options->json) {
        send_append_json(&out, &summary, &error);
        puts(buffer_text(&out));
    }
    send_summary_free(&summary);
    return error_exit_status(error.code);
}

/* An answer that could not be written is none. */
static int finish(int status)
{
    return fflush(stdout) || ferror(stdout) ? error_exit_status(ERROR_SYSTEM) : status;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"db", required_argument, NULL, 'd'},     {"data", required_argument, NULL, 'D'},
        {"remote", required_argument, NULL, 'R'}, {"force", no_argument, NULL, 'f'},
        {"json", no_argument, NULL, 'j'},         {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},         {"no-color", no_argument, NULL, 'c'},
        {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0},
    };
    struct options options = {.database = NULL};
    bool json = program_wants_json(argc, argv);
    char wrong[256];
    opterr = 0;
    /* A file-size limit is then an error that can be told, as a full disk is. */
    signal(SIGXFSZ, SIG_IGN);
    if (argc > 1 && strcmp(argv[1], "sync") == 0)
        return finish(main_sync(argc - 1, argv + 1));
    for (int c; (c = getopt_long(argc, argv, ":", long_options, NULL)) != -1;) {
        switch (c) {
        case 'd':
            options.database = optarg;
            break;
        case 'D':
            options.data = optarg;
            break;
        case 'R':
            options.remote = optarg;
            break;
        case 'f':
            options.force = true;
            break;
        case 'j':
            options.json = true;
            break;
        case 'q':
            options.quiet = true;
            break;
        case 'c':
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        case 'v':
            puts("passthru-import " PASSTHRU_VERSION);
            return 0;
        default:
            snprintf(wrong, sizeof wrong, c == ':' ? "option %s needs a value" : "there is no option %s",
                     argv[optind - 1]);
            return program_usage("import", wrong, json);
        }
    }
    if (optind == argc)
        return program_usage("import", "a command is missing", json);
    const char *command = argv[optind++];
    bool sends = strcmp(command, "send") == 0;
    if (!sends && strcmp(command, "import") != 0)
        return program_usage("import", "the commands are import, send and sync, before all options", json);
    if (sends && optind == argc)
        return program_usage("import", "send needs the IDs of reports", json);
    if (!sends && options.remote)
        return program_usage("import", "--remote goes with send", json);
    if (sodium_init() < 0) {
        struct error error;
        error_set(&error, ERROR_SYSTEM, "libsodium does not start");
        return program_fail(&error, json);
    }
    return finish(sends ? run_send(&options, (const char *const *)argv + optind, argc - optind)
                        : run_import(&options, argv + optind, argc - optind));
}
