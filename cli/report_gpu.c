/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "answer/term.h"
#include "cli/ask.h"
#include "cli/report.h"

/* Which GPU a report is about. */

static enum error_code give_up(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND, "the report was not saved");
}

/* ---- one of this machine ---- */

static bool ask_gpu(struct report_command *command, int *gpu)
{
    const struct scan *scan = &command->scan;
    struct vocabulary_entry choices[MAX_SCAN_GPUS];
    static char addresses[MAX_SCAN_GPUS][PCI_ADDRESS_TEXT_SIZE];
    static char texts[MAX_SCAN_GPUS][2 * NAME_SIZE + 64];
    static struct device known;
    int passed = 0;
    for (int i = 0; i < scan->gpu_count; i++) {
        const struct pci_device *device = scan->gpus[i];
        struct error error;
        char id[PCI_ID_TEXT_SIZE];
        struct pci_id base = pci_id_base(&device->id);
        bool found = !database_find_device(command->session->database, &base, &known, &error);
        snprintf(texts[i], sizeof texts[i], "%s %s%s%s", pci_id_print(&base, id), found ? known.name : "",
                 device->driver[0] ? ", held by " : "", device->driver);
        choices[i] = (struct vocabulary_entry){pci_address_print(&device->address, addresses[i]), texts[i]};
        if (pci_is_on_vfio(device) && !passed++)
            *gpu = i;
    }
    if (passed != 1)
        *gpu = ASK_NOTHING;
    const struct vocabulary gpus = {"gpu", choices, scan->gpu_count};
    return ask_value(
        &command->session->output, "Which GPU did you pass through?",
        "The GPUs of this machine by their addresses. One that vfio-pci holds is set aside for a "
        "virtual machine. For a GPU that is not here start again with --pci-id.",
        &gpus, false, gpu);
}

/* Which of several GPUs it was, only the user knows. */
enum error_code report_choose_gpu(struct report_command *command, int *chosen, struct error *error)
{
    struct buffer addresses CLEANUP(buffer_free) = BUFFER(4096);
    const struct scan *scan = &command->scan;
    *chosen = 0;
    if (scan->gpu_count == 1)
        return ERROR_NONE;
    if (command->can_ask)
        return ask_gpu(command, chosen) ? ERROR_NONE : give_up(error);
    for (int i = 0; i < scan->gpu_count; i++) {
        char address[PCI_ADDRESS_TEXT_SIZE];
        buffer_append_format(&addresses, "%s%s", i ? ", " : "",
                             pci_address_print(&scan->gpus[i]->address, address));
    }
    error_set(error, ERROR_USAGE, "report: this machine has %d GPUs: %s", scan->gpu_count,
              buffer_text(&addresses));
    return error_next(error, "name the one that was passed through: passthru report new ADDRESS");
}

/* ---- one that is named ---- */

/* Of several products that go by a name, the user says which; each has several IDs, of which the one with
 * most reports stands for it. */
static enum error_code choose_product(struct report_command *command, const char *name, struct term_gpu *gpu,
                                      struct error *error)
{
    enum { MOST = 12 };
    static struct name_search search; /* too large for a stack */
    static char texts[MOST][PRODUCT_SIZE + 60];
    struct vocabulary_entry choices[MOST];
    char ids[MOST][PCI_ID_TEXT_SIZE];
    const struct name_hit *hits[MOST];
    int count = 0;
    int chosen = ASK_NOTHING;
    if (term_search(command->session->database, name, CHASSIS_UNKNOWN, &search, error))
        return error->code;
    for (int i = 0; i < search.count && count < MOST; i++) {
        const struct name_hit *hit = &search.hits[i];
        struct pci_id id = pci_id_from_number(hit->pci_id);
        if (hit->group != count)
            continue;
        snprintf(texts[count], sizeof texts[count], "%s (%s)", hit->product,
                 form_factor_value(hit->form_factor));
        choices[count] = (struct vocabulary_entry){pci_id_print(&id, ids[count]), texts[count]};
        hits[count++] = hit;
    }
    const struct vocabulary products = {"gpu", choices, count};
    if (!ask_value(&command->session->output, "Which of these GPUs is it?",
                   "The GPUs that go by this name, each with one of its PCI IDs; lspci -nn shows yours.",
                   &products, false, &chosen))
        return give_up(error);
    gpu->id = term_hit_id(hits[chosen]);
    snprintf(gpu->product, sizeof gpu->product, "%s", hits[chosen]->product);
    gpu->is_sure = true;
    return ERROR_NONE;
}

/* Whether it is known as a GPU, or the user insists. */
static bool is_gpu(struct report_command *command, const struct pci_id *id)
{
    static struct device device;
    struct output *output = &command->session->output;
    struct error error;
    struct pci_id base = pci_id_base(id);
    char text[PCI_ID_TEXT_SIZE];
    bool found = !database_find_device(command->session->database, &base, &device, &error);
    if (command->force || (found && device.is_gpu))
        return true;
    pci_id_print(&base, text);
    if (found)
        output_notice(output, "%s is not a GPU but %s.", text, device.name);
    else
        output_notice(output, "%s is not in pci.ids: is it mistyped?", text);
    return command->gpu_was_seen = ask_yes(output, "Is it the GPU all the same?", ASK_ENTER_IS_NO);
}

/* What a text means. ERROR_USAGE with the next step where it may be several GPUs and nobody can be asked. */
static enum error_code resolve(struct report_command *command, const char *text, struct term_gpu *gpu,
                               struct error *error)
{
    if (term_resolve(command->session->database, text, gpu, error) || gpu->is_sure)
        return error->code;
    if (command->can_ask)
        return choose_product(command, text, gpu, error);
    error_set(error, ERROR_USAGE, "report: \"%s\" may be one of several GPUs", text);
    return error_next(error, "give the PCI ID that lspci -nn shows; passthru query \"%s\" lists them", text);
}

/* Asks until it is a GPU. False when the input has ended. */
static bool ask_until_known(struct report_command *command, struct term_gpu *gpu)
{
    static char text[ASK_TEXT_SIZE];
    struct error error = {.code = ERROR_NONE};
    const char *given = command->given[FIELD_PCI_ID];
    snprintf(text, sizeof text, "%s", given);
    for (;;) {
        if (*text && !resolve(command, text, gpu, &error) && is_gpu(command, &gpu->id))
            return true;
        if (*text && error.code) {
            output_notice(&command->session->output, "%s", error.message);
            if (error.next[0])
                output_paragraph(&command->session->output, 2, "", COLOR_PLAIN, "%s", error.next);
        }
        error.code = ERROR_NONE;
        text[0] = '\0';
        if (!ask_text(&command->session->output, "Which GPU is the report about?",
                      "Its PCI ID, as lspci -nn shows it (10de:1d16), or its name (rtx 3060).", NULL, false,
                      text))
            return false;
    }
}

enum error_code report_settle_gpu(struct report_command *command, struct error *error)
{
    struct report_draft *draft = &command->draft;
    const char *text = command->given[FIELD_PCI_ID];
    static struct term_gpu gpu;
    char part[PCI_ID_TEXT_SIZE];
    error->code = ERROR_NONE;
    if (!text || (!*text && !command->can_ask))
        return ERROR_NONE;
    if (!command->can_ask && resolve(command, text, &gpu, error))
        return error->code;
    if (command->can_ask && !ask_until_known(command, &gpu))
        return give_up(error);
    command->given[FIELD_PCI_ID] = pci_id_print_base(&gpu.id, command->pci_id);
    report_draft_set(draft, FIELD_PCI_ID_FROM,
                     pci_id_from_value(gpu.product[0] ? PCI_ID_FROM_NAME : PCI_ID_FROM_SOURCE));
    /* An ID may have been given whole: 10de:1d16:1028:08b0. */
    if (gpu.id.has_subsystem && !gpu.product[0])
        report_draft_set(draft, FIELD_SUBSYSTEM, pci_id_print_subsystem(&gpu.id, part));
    snprintf(part, sizeof part, "%02x", gpu.id.revision);
    if (gpu.id.has_revision)
        report_draft_set(draft, FIELD_REVISION, part);
    return ERROR_NONE;
}

/* ---- what is said first ---- */

void report_introduce(struct report_command *command)
{
    struct output *output = &command->session->output;
    const struct report_draft *draft = &command->draft;
    const char *name = draft->texts[FIELD_GPU];
    const char *from = draft->texts[FIELD_PCI_ID_FROM];
    char remote[80];
    bool by_name = from && vocabulary_find(&vocabulary_pci_id_from, from) == PCI_ID_FROM_NAME;
    output_blank(output);
    output_paragraph(output, 0, "", COLOR_BOLD, "This report is about %s%s%s%s.", draft->texts[FIELD_PCI_ID],
                     name ? ", " : "", name ? name : "",
                     by_name ? ", found by its name; if lspci -nn shows another ID, begin again with that one"
                             : "");
    int status = report_find_remote(command, false, remote, sizeof remote);
    if (!status)
        output_text(output,
                    "It is kept on this machine; passthru report send sends it to %s when you want that.",
                    remote);
    else if (status == error_exit_status(ERROR_REMOTE))
        output_text(
            output,
            "It is kept on this machine and sent nowhere: no remote that takes reports is set up. passthru "
            "report export makes a file of it, for an e-mail or a pull request.");
    else
        output_text(output, "It is kept on this machine until you send it or export it.");
    output_text(output, "Enter keeps what stands in brackets, ? explains, Ctrl-C ends it and saves nothing.");
}
