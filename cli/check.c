/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/command.h"
#include "probe/confine.h"
#include "probe/host_config.h"
#include "probe/vm_config.h"

enum { MAX_CHECKED = 64 << 10 };

static struct check_command {
    struct session *session;
    struct root *root;
    struct pci_machine machine; /* empty when the devices are not known */
    struct findings findings;
    struct buffer checked; /* what was looked at, each terminated by a NUL */
    struct error error;    /* the first one about a file that was named */
    bool host_checked;
    enum tristate host_correct; /* as host_config_read says */
    int vm_count;
    int container_count;
} checking;

static void note_checked(struct check_command *command, const char *what)
{
    buffer_append(&command->checked, what, strlen(what) + 1);
}

static void check_host(struct check_command *command)
{
    if (command->host_checked)
        return;
    command->host_correct = host_config_read(command->root, &command->machine, &command->findings, NULL);
    command->host_checked = true;
    note_checked(command, "host");
}

/* One of those in their usual places: a broken one is a finding. */
static void check_found(void *context, const char *file, struct span text)
{
    struct check_command *command = context;
    command->vm_count++;
    note_checked(command, file);
    if (vm_config_check(command->root, &command->machine, file, text.start, text.length,
                        &command->findings) != VM_CONFIG_FOREIGN)
        return;
    if (text.length)
        findings_add(&command->findings, file, 0, FINDING_VM_CONFIG_UNREADABLE_FOREIGN);
    else
        findings_add(&command->findings, file, 0, FINDING_VM_CONFIG_UNREADABLE_EMPTY);
}

/* A file that was named and is of no use: reported at once, and the others are checked nevertheless. */
static void say_rejected(struct check_command *command, const char *file, enum error_code code,
                         const char *why)
{
    struct error error = {.code = ERROR_NONE};
    error_set(&error, code, "cannot read %s: %s", file, why);
    if (code == ERROR_PERMISSION)
        error_next(&error, "run it as root");
    else
        error_next(&error,
                   "name a Proxmox .conf, the domain XML of libvirt, or host (a recorded one: --root DIR)");
    output_error(&error, false);
    if (!command->error.code)
        command->error = error;
}

/* The same as a finding, too. */
static void reject_file(struct check_command *command, const char *file, enum error_code code,
                        const char *why)
{
    say_rejected(command, file, code, why);
    findings_add(&command->findings, file, 0, FINDING_VM_CONFIG_UNREADABLE, why);
}

/* Whether it looks like a file of the host's configuration, which is checked as a whole. */
static bool is_of_host(struct span text)
{
    static const char *const parts[] = {"GRUB_CMDLINE_LINUX", "options vfio", "softdep ", "blacklist ",
                                        "HOOKS=("};
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        if (span_holds(text, parts[i]))
            return true;
    return false;
}

static void check_text(struct check_command *command, const char *file, const struct buffer *text)
{
    const char *why =
        !text->length ? "it is empty"
        : is_of_host((struct span){buffer_text(text), text->length})
            ? "it is a part of the host's configuration, which is checked as a whole"
            : "it is neither a Proxmox .conf, the domain XML of libvirt nor a command line of QEMU";
    note_checked(command, file);
    enum vm_config_result result = vm_config_check(command->root, &command->machine, file, buffer_text(text),
                                                   text->length, &command->findings);
    command->container_count += result == VM_CONFIG_CONTAINER;
    command->vm_count += result != VM_CONFIG_CONTAINER && result != VM_CONFIG_FOREIGN;
    if (result == VM_CONFIG_FOREIGN)
        reject_file(command, file, ERROR_BAD_INPUT, why);
    else if (result == VM_CONFIG_MALFORMED)
        say_rejected(command, file, ERROR_BAD_INPUT, "its XML is not well-formed");
}

static void check_standard_input(struct check_command *command)
{
    static const char name[] = "standard input";
    if (isatty(STDIN_FILENO))
        fputs("Reading the configuration from this terminal; Ctrl-D ends it.\n", stderr);
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    int number = read_bounded(STDIN_FILENO, MAX_CONFIG_SIZE + 1, &text);
    if (!number && text.length <= MAX_CONFIG_SIZE) {
        check_text(command, name, &text);
        return;
    }
    reject_file(command, name, ERROR_BAD_INPUT, number ? strerror(number) : "it is too large");
}

static void check_named(struct check_command *command, const char *file)
{
    struct error error;
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    if (read_named_file(command->root, file, &text, &error))
        reject_file(command, file, error.code, error.message);
    else
        check_text(command, file, &text);
}

static void write_json(struct check_command *command)
{
    struct json_writer *writer = &command->session->writer;
    json_write_begin_object(writer, NULL);
    json_write_begin_array(writer, "checked");
    const char *checked = buffer_text(&command->checked);
    for (size_t at = 0; at < command->checked.length; at += strlen(checked + at) + 1)
        json_write_string(writer, NULL, checked + at);
    json_write_end_array(writer);
    findings_write_json(writer, &command->findings);
    if (command->error.code)
        error_write_json(writer, "error", &command->error);
    json_write_end_object(writer);
}

/* What the answer comes down to, in one sentence. */
static const char *verdict_without_problems(const struct check_command *command)
{
    if (!command->host_checked)
        return "No problem found";
    if (command->host_correct != TRISTATE_YES)
        return "No problem found in what could be read";
    if (findings_have(&command->findings, FINDING_ID_VFIO_NOT_SET_UP))
        return "No problem found, but nothing is set up for a passthrough";
    return "Host configuration correct";
}

static void write_text(struct check_command *command, struct output *output)
{
    struct buffer line CLEANUP(buffer_free) = BUFFER(1024);
    int problems = findings_problems(&command->findings);
    int vms = command->vm_count;
    if (problems)
        buffer_append_format(&line, "%d problem%s", problems, problems == 1 ? "" : "s");
    else
        buffer_append_text(&line, verdict_without_problems(command));
    if (problems && command->host_checked && command->host_correct != TRISTATE_NO && vms)
        buffer_append_text(&line, ", none of them in the host's configuration");
    buffer_append_text(&line, ". Checked: ");
    if (command->host_checked)
        buffer_append_text(&line, vms || command->container_count ? "the host and " : "the host");
    int containers = command->container_count;
    if (vms || (!command->host_checked && !containers))
        buffer_append_format(&line, "%d virtual machine%s%s", vms, vms == 1 ? "" : "s",
                             containers ? " and " : "");
    if (containers)
        buffer_append_format(&line, "%d container%s", containers, containers == 1 ? "" : "s");
    output_paragraph(output, 0, "", problems ? COLOR_YELLOW : COLOR_GREEN, "%s", buffer_text(&line));
    if (command->findings.count)
        output_blank(output);
    findings_write_text(output, &command->findings, SEVERITY_INFO);
}

static const char *directory;
const struct command_option check_options[] = {{"root", .text = &directory}, {.name = NULL}};

int command_check(struct session *session, char **operands, int count, struct error *error)
{
    checking.session = session;
    checking.checked = BUFFER(MAX_CHECKED);
    session_begin(session);
    if (root_open(directory, &checking.root, error))
        return 0;
    confine(checking.root, (const char *const *)operands, count);
    /* Checks that need the devices are skipped where they are not known; why is noted. */
    if (pci_read_machine(checking.root, &checking.machine, error)) {
        root_note_unreadable(checking.root, "the PCI devices", error->message);
        error->code = ERROR_NONE;
    }
    for (int i = 0; i < count; i++) {
        if (strcasecmp(operands[i], "host") == 0)
            check_host(&checking);
        else if (strcmp(operands[i], "-") == 0)
            check_standard_input(&checking);
        else
            check_named(&checking, operands[i]);
    }
    if (!count) {
        check_host(&checking);
        vm_config_each_file(checking.root, check_found, &checking);
        vm_config_check_shared(checking.root, &checking.findings);
    }
    const struct root_fault *fault;
    char place[ROOT_PLACE_SIZE];
    for (int i = 0; (fault = root_next_fault(checking.root, &i, place));)
        findings_add(&checking.findings, place, 0, FINDING_MACHINE_UNREADABLE, fault->why);
    findings_sort(&checking.findings);
    if (session->json)
        write_json(&checking);
    else
        write_text(&checking, &session->output);
    return checking.error.code ? error_exit_status(checking.error.code)
                               : findings_problems(&checking.findings) > 0;
}
