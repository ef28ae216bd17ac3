#ifndef PASSTHRU_IMPORTER_SYMPTOMS_H
#define PASSTHRU_IMPORTER_SYMPTOMS_H

#include <stdint.h>

#include "core/error.h"
#include "db/builder.h"

/* Reads data/symptoms.tsv into a database and counts its lines. Each example line must show the signature of
 * its own line and no other. Errors name file and line. */
MUST_CHECK enum error_code symptoms_read(const char *path, struct builder *builder, int64_t *lines,
                                         struct error *error);

#endif
