/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_CONFINE_H
#define PASSTHRU_IMPORTER_CONFINE_H

#include "core/sandbox.h"

/* Shuts this process in, for good, to what an import or a sync takes: it writes where the database is and to
 * temporary files, and reads the data directory, what owner_hold was told of, the lists of the system,
 * libraries, and what finding and trusting a server takes; no other program, with SANDBOX_NO_NETWORK no
 * sockets (core/sandbox.h). To be called when root has become the owner (core/owner.h). */
struct sandbox importer_confine(const char *database_path, const char *data_directory,
                                enum sandbox_calls calls);

#endif
