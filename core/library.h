/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LIBRARY_H
#define PASSTHRU_CORE_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Two libraries that few commands need are loaded by these alone: libpci by a scan, libcurl by what asks the
 * network. A user lists the functions once, as LIST(X) X(one) X(two), and gets from it a struct of pointers,
 *     static struct { LIST(LIBRARY_POINTER) } library;
 * and their names in the same order, { LIST(LIBRARY_NAME) }. Types come from the library's header. */
#define LIBRARY_POINTER(function) __typeof__(&function) function;
#define LIBRARY_NAME(function)    LIBRARY_QUOTED(function),
#define LIBRARY_QUOTED(function)  #function

/* Shows package tools which libraries the program loads: an ELF note as the specification "dlopen() Metadata
 * for ELF Files" (UAPI group) has it. `json` is a literal; of `soname` the first that is there is loaded. */
#define LIBRARY_NOTE(feature, what, sonames)                                                                 \
    LIBRARY_NOTE_JSON("[{\"feature\":\"" feature "\",\"description\":\"" what                                \
                      "\",\"priority\":\"recommended\",\"soname\":[" sonames "]}]")
#define LIBRARY_NOTE_JSON(json)                                                                              \
    __attribute__((used, aligned(4), section(".note.dlopen"))) static const struct {                         \
        uint32_t owner_size, json_size, type;                                                                \
        char owner[4];                                                                                       \
        __attribute__((aligned(4))) char text[sizeof(json)];                                                 \
    } library_note = {sizeof "FDO", sizeof(json), 0x407c0c0aU, "FDO", json}

/* Opens the first of the libraries `sonames` (ended by NULL) that is there, for as long as the program runs,
 * and stores its functions at `pointers`. ERROR_SYSTEM when there is none, or it lacks a function; `advice`
 * is the next step. */
MUST_CHECK enum error_code library_load(const char *const sonames[], const char *const functions[],
                                        size_t count, void *pointers, const char *advice,
                                        struct error *error);

#endif
