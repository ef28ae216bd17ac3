#ifndef PASSTHRU_CLI_RENEWAL_H
#define PASSTHRU_CLI_RENEWAL_H

#include "core/buffer.h"
#include "core/json_writer.h"
#include "db/freshness.h"

/* Appends one line that says what is older in the database `path` than in the installed one, and the command
 * that renews it; nothing when nothing is older. */
void renewal_append_text(struct buffer *out, const char *path, const struct freshness *freshness);

/* Writes the same as the member "renewal", null when nothing is older. */
void renewal_write_json(struct json_writer *writer, const char *path, const struct freshness *freshness);

#endif
