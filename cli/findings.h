/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_FINDINGS_H
#define PASSTHRU_CLI_FINDINGS_H

#include "cli/output.h"
#include "core/finding.h"
#include "core/json_writer.h"

/* Writes the findings as the member "findings", an array of objects: id, severity, file and line where there
 * are such, text, next ("" when nothing is to be done). Where some had to be left out, also the member
 * "findings_omitted" with their number. */
void findings_write_json(struct json_writer *writer, const struct findings *findings);

/* Writes one paragraph for each that is at least so severe, its severity in the left column, and the next
 * step after "->". */
void findings_write_text(struct output *output, const struct findings *findings, enum severity least);

#endif
