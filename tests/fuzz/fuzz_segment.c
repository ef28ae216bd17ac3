/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of a feed's segment: feed/manifest.h. What is accepted adds a JSON object or retracts a report.
 */

#include "core/report.h"
#include "feed/manifest.h"
#include "tests/fuzz/fuzz.h"

#include "core/json_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed_line found;
    struct report report;
    struct error error;
    struct buffer canonical CLEANUP(buffer_free) = BUFFER(8 * REPORT_MAX_BYTES);
    if (feed_line_parse((const char *)data, size, &found, &error)) {
        require(is_rejection(&error) && !found.report, "an error says why");
    } else if (found.operation == FEED_RETRACT) {
        require(!found.report, "a retraction brings no report");
    } else {
        require(found.operation == FEED_ADD && json_is_object(found.report), "a report is a JSON object");
        enum error_code code = report_from_json(found.report, &report, &canonical, &error);
        require(code == ERROR_NONE || (code == ERROR_BAD_INPUT && error.message[0]), "an error says why");
        require(code || canonical.length <= REPORT_MAX_BYTES, "a report has its limit");
        report_free(&report);
    }
    return 0;
}
