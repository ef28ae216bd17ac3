/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A signature file of a server: feed/signature.h. What is accepted says what was signed. The input is a
 * key of a configuration, too. */

#include "core/buffer.h"
#include "feed/signature.h"
#include "tests/fuzz/fuzz.h"

/* The seeds "hashed" and "legacy" are minisign's, over these bytes; nobody has the secret key. */
static const char content[] = "what is signed\n";
static const char *const keys[] = {"RWSSkgyS2uo9zmctL4ttFYS+G4LKGWF5P7Dv51n7bvXPu8bJv1rVzXev"};

static void check_key(const uint8_t *data, size_t size)
{
    struct error error;
    struct buffer key CLEANUP(buffer_free) = BUFFER(1 << 20);
    buffer_append(&key, (const char *)data, size < 1000 ? size : 1000);
    key.length = strcspn(buffer_text(&key), "\n");
    if (key.data)
        key.data[key.length] = '\0';
    if (signature_check_key(buffer_text(&key), &error) == ERROR_NONE)
        require(key.length == 56 && memcmp(key.data, "RW", 2) == 0, "a key has its form");
    else
        require(is_rejection(&error), "an error says why");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char comment[SIGNATURE_COMMENT_SIZE];
    struct error error;
    if (signature_verify((const unsigned char *)content, sizeof content - 1, (const char *)data, size, keys,
                         1, comment, &error) == ERROR_NONE)
        require(strcmp(comment, "version 42") == 0, "only what was signed is accepted");
    else
        require(error.code == ERROR_REMOTE && error.message[0] && !comment[0], "an error says why");
    check_key(data, size);
    return 0;
}
