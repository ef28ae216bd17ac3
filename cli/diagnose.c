/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/diagnose.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe/pci.h"

static bool open_machine(struct diagnose_command *command)
{
    struct error error;
    if (!command->root && root_open(command->directory, &command->root, &error))
        command->root = NULL;
    return command->root;
}

/* Whether "6.8.12" are the numbers that this kernel's release begins with. */
static bool runs_kernel(struct root *root, const char *kernel)
{
    char release[128];
    size_t length = strlen(kernel);
    return length && root_read_line(root, "/proc/sys/kernel/osrelease", release, sizeof release) == ROOT_OK &&
           strncmp(release, kernel, length) == 0 &&
           !strchr("0123456789.", release[length] ? release[length] : '-');
}

static const char *find_chip(struct diagnose_command *command, const struct pci_id *id)
{
    static struct device device; /* what the answer points to until the next one */
    struct error error;
    bool is_known = !database_find_device(command->session->database, id, &device, &error) && device.is_gpu;
    return is_known && device.gpu.chip[0] ? device.gpu.chip : NULL;
}

/* What this machine, or the recorded one, has at an address; a function of struct log_machine, with the
 * command as its context. This machine is believed only where the log seems to be its own: by the kernel's
 * version, or by the driver that the line names. */
static bool look(void *context, int64_t address, const char *driver, const char *kernel,
                 struct log_device *device)
{
    static char bound[64]; /* what the answer points to until the next one */
    struct diagnose_command *command = context;
    struct pci_id id;
    char text[LOG_ADDRESS_SIZE];
    char path[96];
    const struct pci_address place = {.domain = (uint32_t)(address >> 16),
                                      .bus = (uint8_t)(address >> 8),
                                      .slot = address >> 3 & 0x1f,
                                      .function = address & 7};
    if (!open_machine(command) || !pci_read_id(command->root, &place, &id))
        return false;
    log_print_address(address, text);
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/driver", text);
    if (!root_read_link(command->root, path, bound, sizeof bound))
        bound[0] = '\0';
    if (!command->directory && !runs_kernel(command->root, kernel) && (!driver || strcmp(driver, bound) != 0))
        return false;
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/physfn", text);
    *device = (struct log_device){.address = address,
                                  .vendor = id.vendor == 0x10de   ? "nvidia"
                                            : id.vendor == 0x1002 ? "amd"
                                            : id.vendor == 0x8086 ? "intel"
                                                                  : "other",
                                  .driver = bound[0] ? bound : NULL,
                                  .chip = find_chip(command, &id),
                                  .is_vf = tristate_of(root_exists(command->root, path))};
    return true;
}

/* ---- reading ---- */

/* A FIFO without a writer is empty; one with a writer is waited for. A device never ends. */
static int open_log(const char *path, struct error *error)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file >= 0 && fstat(file, &status) == 0) {
        bool is_device = S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
        if (!is_device || isatty(file) || status.st_rdev == makedev(1, 3)) {
            fcntl(file, F_SETFL, 0);
            return file;
        }
        error_set(error, ERROR_BAD_INPUT, "cannot read %s as a log: it is a device, and has no end", path);
        error_next(error, "dmesg | passthru diagnose");
    } else {
        error_set_errno(error, errno, "cannot read %s", path);
        error_blame_input(error);
        error_next(error,
                   error->code == ERROR_PERMISSION ? "run it as root" : "name a file with the text of a log");
    }
    if (file >= 0)
        close(file);
    return -1;
}

static enum error_code read_log(struct log_diagnosis *diagnosis, const char *path, struct error *error)
{
    if (strcmp(path, "-") == 0)
        return log_diagnosis_read(diagnosis, STDIN_FILENO, "standard input", error);
    int file = open_log(path, error);
    if (file < 0) {
        diagnosis->log_count++;
        return error->code;
    }
    enum error_code code = log_diagnosis_read(diagnosis, file, path, error);
    close(file);
    return code;
}

static enum error_code load_symptoms(struct database *database, struct log_diagnosis *diagnosis,
                                     struct error *error)
{
    if (log_diagnosis_start(diagnosis, error) ||
        (!database_each_symptom(database, log_diagnosis_add, diagnosis, error) &&
         !database_each_symptom_code(database, log_diagnosis_add_code, diagnosis, error)) ||
        error->code != ERROR_BAD_INPUT)
        return error->code;
    /* The importer rejects such symptoms. */
    error->code = ERROR_DATABASE_DAMAGED;
    return error_next(error, "rebuild it from its sources with: passthru import");
}

enum error_code diagnose_log(const char *path, struct database *database,
                             enum symptom symptoms[SYMPTOM_COUNT], int *count, struct error *error)
{
    static struct log_diagnosis diagnosis; /* too large for a stack */
    bool was_seen[SYMPTOM_COUNT] = {false};
    int rows[MAX_SYMPTOMS];
    *count = 0;
    if (load_symptoms(database, &diagnosis, error) || read_log(&diagnosis, path, error))
        return error->code;
    for (int i = 0, found = diagnose_sort(&diagnosis, rows); i < found; i++) {
        int symptom = diagnosis.rows[rows[i]].symptom;
        if (symptom == NO_SYMPTOM || was_seen[symptom])
            continue;
        was_seen[symptom] = true;
        symptoms[(*count)++] = (enum symptom)symptom;
    }
    return ERROR_NONE;
}

/* ---- the command ---- */

/* One that cannot be read is reported at once, and the others are read all the same. */
static void read_number(struct diagnose_command *command, int number)
{
    struct error error;
    if (strcmp(command->logs[number], "-") == 0 && isatty(STDIN_FILENO))
        fputs("Reading the log from this terminal; Ctrl-D ends it.\n", stderr);
    if (!read_log(&command->diagnosis, command->logs[number], &error))
        return;
    output_error(&error, false);
    command->unread_count++;
    if (!command->error.code)
        command->error = error;
}

static enum error_code find_fixes(struct diagnose_command *command, struct error *error)
{
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    struct database *database = command->session->database;
    for (int i = 0; i < diagnosis->count; i++) {
        const char *symptom = diagnosis->rows[i].id;
        if (diagnosis->found[i].count &&
            (database_find_symptom_fixes(database, symptom, false, MAX_TRIED_FIXES, &command->tried[i],
                                         error) ||
             database_find_symptom_fixes(database, symptom, true, MAX_TRIED_FIXES, &command->beside[i],
                                         error)))
            return error->code;
    }
    return ERROR_NONE;
}

/* Reads all logs and gathers what is known of what they show. */
static enum error_code gather(struct diagnose_command *command, struct error *error)
{
    if ((command->directory && root_open(command->directory, &command->root, error)) ||
        session_open_database(command->session, error) ||
        load_symptoms(command->session->database, &command->diagnosis, error))
        return error->code;
    const struct log_machine machine = {look, command};
    command->diagnosis.machine = &machine;
    for (int i = 0; i < command->log_count; i++)
        read_number(command, i);
    command->diagnosis.machine = NULL;
    return find_fixes(command, error);
}

static struct diagnose_command command; /* too large for a stack */
const struct command_option diagnose_options[] = {{"root", .text = &command.directory}, {.name = NULL}};

int command_diagnose(struct session *session, char **operands, int count, struct error *error)
{
    static char *standard_input[] = {"-"};
    command.session = session;
    command.logs = count ? operands : standard_input;
    command.log_count = count ? count : 1;
    session->reads_terminal |= !count;
    session_begin(session);
    if (gather(&command, error))
        return 0;
    if (session->json)
        diagnose_write_json(&command);
    else
        diagnose_write_text(&command, &session->output);
    return command.error.code ? error_exit_status(command.error.code)
                              : diagnose_count(&command.diagnosis, true) > 0;
}
