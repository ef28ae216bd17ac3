#include "db/report_id.h"

#include <dlfcn.h>
#include <sodium.h>
#include <string.h>

#include "core/macros.h"

/* libsodium is loaded when a report is written: linked, it would cost every query 0.18 million instructions
 * of its start. Its hash has been the same under each of these names. */
static void *load_sodium(void)
{
    static const char *const names[] = {"libsodium.so.23", "libsodium.so.26", "libsodium.so"};
    void *library = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(names) && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

enum error_code report_id(const char *canonical, size_t length, char id[REPORT_ID_SIZE], struct error *error)
{
    static const char digits[] = "0123456789abcdef";
    int (*hash)(unsigned char *, const unsigned char *, unsigned long long) = NULL;
    unsigned char bytes[crypto_hash_sha256_BYTES];
    void *library = load_sodium();
    void *function = library ? dlsym(library, "crypto_hash_sha256") : NULL;
    error->code = ERROR_NONE;
    if (function) {
        memcpy(&hash, &function, sizeof hash);
        hash(bytes, (const unsigned char *)canonical, length);
        for (size_t i = 0; i < sizeof bytes; i++) {
            id[2 * i] = digits[bytes[i] >> 4];
            id[2 * i + 1] = digits[bytes[i] & 15];
        }
        id[REPORT_ID_SIZE - 1] = '\0';
    } else {
        error_set(error, ERROR_SYSTEM, "cannot compute the id of a report: libsodium is not installed");
        error_next(error, "install the package libsodium23 (Debian, Ubuntu) or libsodium (Fedora, Arch)");
    }
    if (library)
        dlclose(library);
    return error->code;
}
