/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_IMPORTER_LIBCURL_H
#define PASSTHRU_IMPORTER_LIBCURL_H

/* Its macros that check types are for functions that are linked. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "core/library.h"

/* libcurl is loaded when something is fetched, sent, or an address is looked at: linked, it brings 28
 * libraries along, and each import would start 4 ms later. */
#define LIBCURL_FUNCTIONS(X)                                                                                 \
    X(curl_easy_cleanup)                                                                                     \
    X(curl_easy_getinfo)                                                                                     \
    X(curl_easy_header)                                                                                      \
    X(curl_easy_init)                                                                                        \
    X(curl_easy_perform)                                                                                     \
    X(curl_easy_reset)                                                                                       \
    X(curl_easy_setopt)                                                                                      \
    X(curl_easy_strerror)                                                                                    \
    X(curl_free)                                                                                             \
    X(curl_global_cleanup)                                                                                   \
    X(curl_global_init)                                                                                      \
    X(curl_slist_append)                                                                                     \
    X(curl_slist_free_all)                                                                                   \
    X(curl_url)                                                                                              \
    X(curl_url_cleanup)                                                                                      \
    X(curl_url_get)                                                                                          \
    X(curl_url_set)                                                                                          \
    X(curl_url_strerror)

struct libcurl {
    LIBCURL_FUNCTIONS(LIBRARY_POINTER)
};
extern struct libcurl libcurl;

/* Loads it, if that was not done before. ERROR_SYSTEM when it is not installed. */
MUST_CHECK enum error_code libcurl_load(struct error *error);

#endif
