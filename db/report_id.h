/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_DB_REPORT_ID_H
#define PASSTHRU_DB_REPORT_ID_H

#include <stddef.h>

enum { REPORT_ID_BYTES = 32, REPORT_ID_HEX_SIZE = 2 * REPORT_ID_BYTES + 1 /* with the NUL */ };

/* The id of a report: the SHA-256 (FIPS 180-4) of its canonical JSON, in lower-case hexadecimal. */
void report_id(const char *canonical, size_t length, char id[REPORT_ID_HEX_SIZE]);

#endif
