#ifndef PASSTHRU_DB_REPORT_ID_H
#define PASSTHRU_DB_REPORT_ID_H

#include <stddef.h>

enum { REPORT_ID_SIZE = 65 }; /* 64 hexadecimal digits and a NUL */

/* The id of a report: the SHA-256 (FIPS 180-4) of its canonical JSON, in lower-case hexadecimal. */
void report_id(const char *canonical, size_t length, char id[REPORT_ID_SIZE]);

#endif
