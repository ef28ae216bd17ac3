#ifndef PASSTHRU_TESTS_UNIT_FAULTS_H
#define PASSTHRU_TESTS_UNIT_FAULTS_H

#include "probe/root.h"
#include "tests/unit/unit.h"

/* Whether something could not be read whose "PATH: WHY" holds `part`. */
static inline bool has_fault(const struct root *root, const char *part)
{
    const struct root_fault *fault;
    char text[1100];
    for (int i = 0; (fault = root_fault(root, i)); i++) {
        snprintf(text, sizeof text, "%s: %s", fault->path, fault->why);
        if (strstr(text, part))
            return true;
    }
    return false;
}

#endif
