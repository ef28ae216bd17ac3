/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

enum error_code library_load(const char *const sonames[], const char *const functions[], size_t count,
                             void *pointers, const char *advice, struct error *error)
{
    void *library = NULL;
    errno = 0;
    for (size_t i = 0; sonames[i] && !library; i++)
        library = dlopen(sonames[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        enum error_code code = errno == ENOMEM ? ERROR_NO_MEMORY : ERROR_SYSTEM;
        const char *why = dlerror();
        error_set(error, code, "cannot load %s: %.300s", sonames[0], why ? why : "no reason given");
        if (code == ERROR_NO_MEMORY)
            return code;
        return error_next(error, "%s", advice);
    }
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(library, functions[i]);
        if (!function) {
            error_set(error, ERROR_SYSTEM, "cannot load %s: it lacks %s", sonames[0], functions[i]);
            memset(pointers, 0, count * sizeof function);
            dlclose(library);
            return error_next(error, "%s", advice);
        }
        memcpy((char *)pointers + i * sizeof function, &function, sizeof function);
    }
    return ERROR_NONE;
}
