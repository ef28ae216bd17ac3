#ifndef PASSTHRU_CORE_JSON_END_H
#define PASSTHRU_CORE_JSON_END_H

#include <yajl/yajl_parse.h>

/* Tells yajl that all of a JSON text was given to it, as yajl_complete_parse does. That one takes a string
 * without an end behind the text, as in {} "x, for nothing at all: here it is an error, as any other garbage
 * there (RFC 8259, 2). */
yajl_status json_end(yajl_handle parser);

#endif
