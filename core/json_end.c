#include "core/json_end.h"

yajl_status json_end(yajl_handle parser)
{
    yajl_status status = yajl_complete_parse(parser);
    /* White space everywhere but in a string, where it must not stand. */
    return status == yajl_status_ok ? yajl_parse(parser, (const unsigned char *)"\n", 1) : status;
}
