/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/libcurl.h"

struct libcurl libcurl;

LIBRARY_NOTE("network", "sync and report send", "\"libcurl.so.4\",\"libcurl-gnutls.so.4\"");

enum error_code libcurl_load(struct error *error)
{
    /* The same interface, built with OpenSSL, and with GnuTLS for Debian's multiarch twin. */
    static const char *const sonames[] = {"libcurl.so.4", "libcurl-gnutls.so.4", NULL};
    static const char *const names[] = {LIBCURL_FUNCTIONS(LIBRARY_NAME)};
    if (libcurl.curl_global_init)
        return ERROR_NONE;
    return library_load(sonames, names, ARRAY_SIZE(names), &libcurl,
                        "install the package libcurl4 (Debian, Ubuntu), libcurl (Fedora) or curl (Arch)",
                        error);
}
