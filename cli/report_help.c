/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

const char report_help[] = "Usage: passthru report new [OPTION]... [ADDRESS|-]\n"
                           "       passthru report list|show|drop|export|send|withdraw [OPTION]... [ID]...\n"
                           "\n"
                           "Records how a passthrough attempt went. Failures are as welcome as successes:\n"
                           "they keep others from losing days. Nothing leaves this machine before you send\n"
                           "it, and no name, serial number, MAC address or UUID is ever collected.\n"
                           "\n"
                           "  new       record one attempt\n"
                           "  list      list the reports in the outbox\n"
                           "  show      show reports\n"
                           "  drop      remove reports\n"
                           "  export    write reports to a file, for an e-mail or a pull request\n"
                           "  send      send reports to a remote\n"
                           "  withdraw  take reports back that were sent\n"
                           "\n"
                           "  --db FILE      use this database\n"
                           "  --json         answer as JSON; asks nothing\n"
                           "  --no-color     no colour\n"
                           "  --help         this text; passthru report new --help has the options of new\n"
                           "\n"
                           "Exit status: 0 done; 1 no such report, or you said no; 2 wrong usage, or the\n"
                           "report is rejected; 3 no usable database; 4 it cannot be sent; 5 the system\n"
                           "denied it.\n";

#define COMMON                                                                                               \
    "  --db FILE        use this database\n"                                                                 \
    "  --json           answer as JSON; asks nothing\n"                                                      \
    "  --no-color       no colour\n"                                                                         \
    "  --help           this text\n"                                                                         \
    "\n"

static const char new_help[] =
    "Usage: passthru report new [OPTION]... [ADDRESS|-]\n"
    "\n"
    "Records one attempt in the outbox. What this machine and the configuration of\n"
    "its virtual machine say is filled in, the rest is asked. ADDRESS is that of the\n"
    "GPU (01:00.0); - reads one report as JSON from standard input. Nothing is sent.\n"
    "\n"
    "Where the facts come from, and what is asked:\n"
    "  --vm FILE        the configuration of the virtual machine, a Proxmox .conf or\n"
    "                   the domain XML of libvirt (default: the one with the GPU)\n"
    "  --log FILE       the known failures in this log are symptoms; - is standard\n"
    "                   input\n"
    "  --root DIR       this GPU is in a recorded machine\n"
    "  --yes            ask nothing\n"
    "  --force          insist on what is unusual, such as an unknown PCI ID\n"
    "\n"
    "How it went (--stage, --use, --symptom and --fix may be repeated):\n" REPORT_HELP_ATTEMPT "\n"
    "The virtual machine:\n" REPORT_HELP_VM "\n"
    "The host:\n" REPORT_HELP_HOST "\n"
    "A GPU that is not in this machine; nothing is filled in then:\n" REPORT_HELP_GPU "\n" COMMON
    "An empty value leaves a field out. passthru-report(5) describes the fields.\n"
    "\n"
    "Exit status: 0 done; 1 you said no; 2 wrong usage, or the report is rejected;\n"
    "3 no usable database; 5 the system denied it.\n";

static const char list_help[] =
    "Usage: passthru report list [OPTION]... [ID]...\n"
    "\n"
    "Lists the reports in the outbox, with what a remote has answered. An ID may be\n"
    "shortened.\n"
    "\n" COMMON "Exit status: 0 done; 1 no such report; 2 wrong usage.\n";

static const char show_help[] =
    "Usage: passthru report show [OPTION]... [ID]...\n"
    "\n"
    "Shows the fields of the reports with these IDs; without a terminal, or\n"
    "with --json, their JSON as it would be sent. Without ID all. An ID may\n"
    "be shortened.\n"
    "\n" COMMON "Exit status: 0 done; 1 no such report; 2 wrong usage, or it is damaged.\n";

static const char drop_help[] =
    "Usage: passthru report drop [OPTION]... ID...\n"
    "\n"
    "Removes the reports with these IDs from the outbox. An ID may be shortened.\n"
    "\n"
    "  --yes            ask nothing\n" COMMON
    "Exit status: 0 done; 1 no such report, or you said no; 2 wrong usage; 5 the\n"
    "system denied it.\n";

static const char export_help[] =
    "Usage: passthru report export [OPTION]... [ID]...\n"
    "\n"
    "Writes the reports with these IDs as NDJSON to standard output, to be attached\n"
    "to an e-mail or added to a pull request; without ID all. An ID may be shortened.\n"
    "\n"
    "  --output FILE    write this file, which must not exist\n" COMMON
    "Exit status: 0 done; 1 no such report; 2 wrong usage, or it is damaged; 5 the\n"
    "system denied it.\n";

static const char send_help[] =
    "Usage: passthru report send [OPTION]... [ID]...\n"
    "\n"
    "Shows the reports with these IDs, asks, and sends them to a remote; without ID\n"
    "all that none has rejected. An ID may be shortened. passthru-remotes(5) says how\n"
    "a remote is configured; without one nothing is sent.\n"
    "\n"
    "  --remote NAME    to this one, where several take reports\n"
    "  --yes            ask nothing\n" COMMON
    "Exit status: 0 done; 1 no such report, or you said no; 2 wrong usage, or it is\n"
    "damaged; 4 a report was rejected or cannot be sent; 5 the system denied it.\n";

static const char withdraw_help[] =
    "Usage: passthru report withdraw [OPTION]... ID...\n"
    "\n"
    "Asks the remote that has taken these reports to take them back: nobody gets\n"
    "them with the next sync any more. An ID may be shortened. It takes what the\n"
    "remote answered when they were sent, which lies on the machine that sent them.\n"
    "\n"
    "  --yes            ask nothing\n" COMMON
    "Exit status: 0 done; 1 no such report was sent, or you said no; 2 wrong usage;\n"
    "4 the remote has rejected it, or is not there; 5 the system denied it.\n";

const struct verb report_verbs[] = {
    [REPORT_NEW] = {"new", "record one attempt", new_help},
    [REPORT_LIST] = {"list", "list the reports in the outbox", list_help},
    [REPORT_SHOW] = {"show", "show reports", show_help},
    [REPORT_DROP] = {"drop", "remove reports", drop_help},
    [REPORT_EXPORT] = {"export", "write reports to a file", export_help},
    [REPORT_SEND] = {"send", "send reports to a remote", send_help},
    [REPORT_WITHDRAW] = {"withdraw", "take reports back that were sent", withdraw_help},
    [REPORT_VERB_COUNT] = {NULL, NULL, NULL},
};
