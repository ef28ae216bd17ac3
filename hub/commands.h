/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_COMMANDS_H
#define PASSTHRU_HUB_COMMANDS_H

#include "core/buffer.h"
#include "feed/signature.h"

/* The commands of passthru-hub, one file each; the name of the command is argv[0]. They return the exit
 * status. */

int command_init(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_pending(int argc, char **argv);
int command_show(int argc, char **argv);
int command_decide(int argc, char **argv); /* accept, reject, retract and purge */
int command_publish(int argc, char **argv);
int command_db(int argc, char **argv);

/* What --help says, of the commands and of the program (hub/help.txt). */
extern const char init_help[], serve_help[], pending_help[], show_help[], accept_help[], reject_help[],
    retract_help[], purge_help[], publish_help[], db_help[], hub_help[];

/* Where a store is that no --store names: $PASSTHRU_HUB_STORE, else that of the package. */
const char *command_store(const char *named);

/* Whether it is the address of a hub or site, with a host, which may stand in a file as it is. */
enum { COMMAND_URL_MAX = 200 };
bool command_is_url(const char *text);

/* Appends what users put into remotes.d to take part in the hub at that address (passthru-remotes(5)). */
void command_append_remote(struct buffer *text, const char *name, const char *url,
                           const struct signing_key *key);

#endif
