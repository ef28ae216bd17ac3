#include "db/report_id.h"

#include "core/library.h"

#include <sodium.h>

#define SODIUM_FUNCTIONS(X) X(crypto_hash_sha256)

enum error_code report_id(const char *canonical, size_t length, char id[REPORT_ID_SIZE], struct error *error)
{
    /* Its hash has been the same under each of these names. Linked, it would cost every query 0.18 million
     * instructions of its start. */
    static const char *const sonames[] = {"libsodium.so.23", "libsodium.so.26", "libsodium.so", NULL};
    static const char *const names[] = {SODIUM_FUNCTIONS(LIBRARY_NAME)};
    static const char digits[] = "0123456789abcdef";
    static struct {
        SODIUM_FUNCTIONS(LIBRARY_POINTER)
    } sodium
#ifdef LINKED_libsodium
        = {SODIUM_FUNCTIONS(LIBRARY_LINKED)}
#endif
    ;
    unsigned char bytes[crypto_hash_sha256_BYTES];
    if (!sodium.crypto_hash_sha256 &&
        library_load(sonames, names, ARRAY_SIZE(names), &sodium,
                     "install the package libsodium23 (Debian, Ubuntu) or libsodium (Fedora, Arch)", error))
        return error->code;
    sodium.crypto_hash_sha256(bytes, (const unsigned char *)canonical, length);
    for (size_t i = 0; i < sizeof bytes; i++) {
        id[2 * i] = digits[bytes[i] >> 4];
        id[2 * i + 1] = digits[bytes[i] & 15];
    }
    id[REPORT_ID_SIZE - 1] = '\0';
    return ERROR_NONE;
}
