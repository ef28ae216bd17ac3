/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "hub/commands.h"

const char *command_store(const char *named)
{
    const char *variable = getenv("PASSTHRU_HUB_STORE");
    if (named)
        return named;
    return variable && *variable ? variable : "/var/lib/passthru-hub/store.db";
}
