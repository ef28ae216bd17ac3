/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_OUTPUT_H
#define PASSTHRU_CLI_OUTPUT_H

#include <stdbool.h>

#include "answer/prose.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/finding.h"
#include "core/json_writer.h"

/* Where text answers go: how wide, and whether in colour. */
struct output {
    struct buffer buffer;
    int width; /* columns, 40 to 100 */
    bool color;
    enum color current; /* of the paragraph that is being written */
};

/* The terminal's width, or $COLUMNS, or 80; colour only on a terminal, not with NO_COLOR or TERM=dumb. */
struct output output_for_stdout(bool no_color);

/* A paragraph of hostile text of any length, wrapped to the width: `label` stands in the left column, the
 * text hangs at column `indent`. Control characters are shown escaped; words longer than a line (addresses)
 * are never broken. */
void output_paragraph(struct output *output, int indent, const char *label, enum color color,
                      const char *format, ...) PRINTF_LIKE(5, 6);
/* One at the left margin: output_text(output, format, ...), and what is to be noticed. */
#define output_text(output, ...)   output_paragraph(output, 0, "", COLOR_PLAIN, __VA_ARGS__)
#define output_notice(output, ...) output_paragraph(output, 0, "", COLOR_YELLOW, __VA_ARGS__)
void output_blank(struct output *output);

/* What puts the paragraphs of an answer there. */
struct prose output_prose(struct output *output);

/* Hostile text on a line of its own, however long: for what another program reads, such as a path. */
void output_line(struct output *output, const char *text);

/* Hostile text in exactly `columns` columns: cut with an ellipsis, or filled with spaces. */
void output_cell(struct output *output, const char *text, int columns);
void output_color(struct output *output, enum color color);

/* Writes what has gathered to standard output. False when that failed; main() says why. */
MUST_CHECK bool output_flush(struct output *output);

/* Shows a long answer by a pager, as git does: only text on a terminal, by what $PASSTHRU_PAGER, else $PAGER
 * names (words, no shell; empty or cat: none), else by less, which ends by itself where all fits the screen.
 * For root only with --pager or $PASSTHRU_PAGER. A pager that cannot be started is done without.
 *
 *  To be called before the answer begins and before this process shuts itself in. Where the command reads
 * standard input, and that is the terminal, which cannot serve two, there is no pager. */
struct session;
void pager_start(const struct session *session);

/* The descriptor that the answer is shown on in the end: standard output, or the terminal of the pager. */
int pager_terminal(void);

/* Ends the answer and waits for the pager. Returns `status`. */
int pager_finish(int status);

/* Prints an error for people on standard error, and with `json` as an object on standard output. Returns the
 * exit status. */
int output_error(const struct error *error, bool json);

/* Wrong usage of a command (NULL: of the program): says what is wrong and where help is. Returns 2. */
int output_usage_error(const char *command, bool json, const char *format, ...) PRINTF_LIKE(3, 4);

/* Writes the findings as the member "findings", an array of objects: id, severity, file and line where there
 * are such, text, next ("" when nothing is to be done). Where some had to be left out, also the member
 * "findings_omitted" with their number. */
void findings_write_json(struct json_writer *writer, const struct findings *findings);

/* Writes one paragraph for each that is at least so severe, its severity in the left column, and the next
 * step after "->". */
void findings_write_text(struct output *output, const struct findings *findings, enum severity least);

#endif
