#ifndef PASSTHRU_IMPORTER_REMOTE_URL_H
#define PASSTHRU_IMPORTER_REMOTE_URL_H

#include <stdbool.h>

#include "importer/remote.h"

enum { REMOTE_HOST_SIZE = 256 };

/* Whether a redirect from `from` (remote_check_url holds) to `to`, which a server wrote, may be followed: to
 * the same host, any port, never from https to http, and to nothing that remote_check_url refuses.
 * ERROR_REMOTE says why not. */
MUST_CHECK enum error_code remote_check_redirect(const char *from, const char *to, struct error *error);

/* The host of an address for which remote_check_url holds, with the port if it names one, as "example.org" or
 * "[::1]:8443". "" when memory is short. Returns `shown`. */
const char *remote_url_host(const char *url, char shown[REMOTE_HOST_SIZE]);

/* Whether an address for which remote_check_url holds is one of this machine: it is asked without a proxy. */
bool remote_url_is_loopback(const char *url);

#endif
