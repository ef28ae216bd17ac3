#ifndef PASSTHRU_CORE_LIBRARY_H
#define PASSTHRU_CORE_LIBRARY_H

#include <stddef.h>

#include "core/error.h"

/* Libraries that few commands need are loaded by these alone: linked, each would cost the start of every
 * query. A user lists the functions once, as LIST(X) X(one) X(two), and gets from it a struct of pointers,
 *     static struct { LIST(LIBRARY_POINTER) } library;
 * and their names in the same order, { LIST(LIBRARY_NAME) }. Types come from the library's header.
 * Where `make BUNDLE=1` links the archive of a library, the macro LINKED_ with its name in pkg-config is set,
 * the struct begins as { LIST(LIBRARY_LINKED) }, and nothing is left to load. */
#define LIBRARY_POINTER(function) __typeof__(&function) function;
#define LIBRARY_NAME(function)    LIBRARY_QUOTED(function),
#define LIBRARY_QUOTED(function)  #function
#define LIBRARY_LINKED(function)  .function = function,

/* Opens the first of the libraries `sonames` (ended by NULL) that is there, for as long as the program runs,
 * and stores its functions at `pointers`. ERROR_SYSTEM when there is none, or it lacks a function; `advice`
 * is the next step. */
MUST_CHECK enum error_code library_load(const char *const sonames[], const char *const functions[],
                                        size_t count, void *pointers, const char *advice,
                                        struct error *error);

#endif
