/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A manifest whose signer is not to be trusted either: feed/manifest.h. What is accepted keeps every
 * limit.
 */

#include "feed/manifest.h"
#include "tests/fuzz/fuzz.h"

#include <time.h>

static void check_time(const char *text, int64_t seconds)
{
    char again[MANIFEST_TIME_SIZE] = "";
    time_t time = seconds;
    struct tm parts;
    if (gmtime_r(&time, &parts))
        strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", &parts);
    /* strftime does not fill up a year before 1000. */
    require(text[0] == '0' || strcmp(text, again) == 0, "a time is the same in words and in seconds");
}

static void check_segments(const struct manifest *manifest)
{
    require(manifest->segment_count >= 0 && manifest->segment_count <= MANIFEST_MAX_SEGMENTS,
            "segments have their limit");
    for (int i = 0; i < manifest->segment_count; i++) {
        const struct segment *segment = &manifest->segments[i];
        require(strspn(segment->sha256, "0123456789abcdef") == 64 && !segment->sha256[64],
                "a segment's name leads nowhere");
        require(segment->size >= 1 && segment->size <= SEGMENT_MAX_BYTES, "a size has its limits");
        require(segment->records >= 0 && segment->records <= SEGMENT_MAX_RECORDS, "a count has its limits");
        for (int j = 0; j < i; j++)
            require(strcmp(manifest->segments[j].sha256, segment->sha256) != 0, "no segment comes twice");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct manifest manifest;
    struct error error;
    if (manifest_parse((const char *)data, size, "feed", &manifest, &error) == ERROR_NONE) {
        require(feed_name_fits(manifest.name, strlen(manifest.name)), "a name leads nowhere");
        require(manifest.version >= 1 && manifest.version <= INT64_C(1) << 53, "a version has its limits");
        require(manifest.expires_at > manifest.created_at, "it expires after it was created");
        check_time(manifest.created, manifest.created_at);
        check_time(manifest.expires, manifest.expires_at);
        check_segments(&manifest);
        manifest_free(&manifest);
    } else {
        require(error.code == ERROR_REMOTE && error.message[0] && !manifest.segments, "an error says why");
    }
    return 0;
}
