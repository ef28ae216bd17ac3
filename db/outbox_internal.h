#ifndef PASSTHRU_DB_OUTBOX_INTERNAL_H
#define PASSTHRU_DB_OUTBOX_INTERNAL_H

/* What the files of the outbox share. Nobody else includes it. */

#include "db/outbox.h"

/* FOLDER/NAME with `after` behind it. */
void outbox_join(char path[DATABASE_PATH_SIZE], const char *folder, const char *name, const char *after);

/* What marks the file of that name as refused: FOLDER/ID.refused for ID.json. */
void outbox_join_mark(char path[DATABASE_PATH_SIZE], const char *folder, const char *name);

/* Makes a folder and those above it, for the user alone. */
MUST_CHECK enum error_code outbox_make_folder(const char *folder, struct error *error);

/* Removes what is half-written. Whoever holds the lock of the folder is its only writer, so that it belongs
 * to a dead one. */
void outbox_remove_leftovers(const char *folder);

/* Brings a renamed or removed name to the disk; there are file systems that cannot. */
MUST_CHECK enum error_code outbox_sync_folder(int folder, const char *path, struct error *error);

/* Writes a file under another name, brings it to the disk and renames it: the old one is there, or the new
 * one is there whole. `opened` is the folder, whose lock the caller holds. */
MUST_CHECK enum error_code outbox_replace_file(int opened, const char *folder, const char *name,
                                               const struct buffer *bytes, struct error *error);

/* A file of at most `max` bytes, without its last newline. A device or a pipe is never read. */
MUST_CHECK enum error_code outbox_read_file(const char *path, size_t max, struct buffer *text,
                                            struct error *error);

/* Learns whether the report of an entry was sent or refused. */
void outbox_read_fate(const char *folder, struct outbox_entry *entry);

#endif
