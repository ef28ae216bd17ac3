/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that says it is gzip, zstd or text: importer/line_reader.h. */

#include "importer/line_reader.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t max_line = size ? data[size - 1] * 4U + 1U : 1U; /* short and long limits, from the input */
    struct line_reader *reader;
    struct error error;
    struct memory_file memory = open_memory(data, size);
    const char *line;
    size_t length;
    enum line_status status = LINE_END;
    long number = 0;
    if (line_reader_open(memory.path, memory.path, max_line, &reader, &error) == ERROR_NONE) {
        do {
            status = line_reader_next(reader, &line, &length, &error);
            if (status == LINE_OK || status == LINE_TOO_LONG)
                require(line_reader_number(reader) == ++number, "lines are numbered");
            if (status == LINE_OK) {
                require(length <= max_line && line[length] == '\0', "a line keeps the limit and ends");
                require(!memchr(line, '\n', length), "a line is one line");
            }
        } while (status == LINE_OK || status == LINE_TOO_LONG);
        if (status == LINE_FAILED)
            require(is_rejection(&error), "a failure says why");
        line_reader_close(&reader);
    }
    close(memory.file);
    return 0;
}
