/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_RENEWAL_H
#define PASSTHRU_CLI_RENEWAL_H

#include "cli/output.h"
#include "core/buffer.h"
#include "core/json_writer.h"
#include "db/freshness.h"

/* Appends what is older in the database `path` than in the installed one; nothing when nothing is. The text
 * ends with a colon, and the command that renews the database belongs after it. */
void renewal_append_text(struct buffer *out, const char *path, const struct freshness *freshness);

/* Appends that command, for a shell: the import that takes the newer of each list and the installed tables,
 * and keeps what is in the source cache. */
void renewal_append_command(struct buffer *out, const char *path);

/* Writes a note when `database`, which lies at `path`, is older than the installed one, or its list of PCI
 * IDs is old: new cards and reports come every week, and with each version of the program. `answered`: a GPU
 * was, without that the age of the list has been said already. `is_newer_than_list`: one that the list lacks.
 */
void renewal_write_note(struct output *output, struct database *database, const char *path, bool answered,
                        bool is_newer_than_list);

/* Writes the same as the member "renewal", null when nothing is older. */
void renewal_write_json(struct json_writer *writer, const char *path, const struct freshness *freshness);

#endif
