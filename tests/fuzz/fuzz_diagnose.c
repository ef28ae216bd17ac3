/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any log that people feed to `passthru diagnose`: core/log_scan.h, core/log_text.h, core/log_diagnosis.h.
 * However it comes in pieces, the answer is one. */

#include <fcntl.h>

#include "core/log_text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/log_symptoms.h"

/* The project's own signatures. */
static struct log_diagnosis *signatures(void)
{
    static struct log_diagnosis diagnosis;
    struct error error;
    if (!diagnosis.count)
        require(load_symptom_table("data/symptoms.tsv", &diagnosis, &error) == ERROR_NONE &&
                    load_code_table("data/codes.tsv", &diagnosis, &error) == ERROR_NONE,
                "the tables are good");
    memset(diagnosis.found, 0, sizeof diagnosis.found);
    diagnosis.conclusion_count = diagnosis.log_count = 0;
    return &diagnosis;
}

static enum error_code read_log(int file, struct buffer *found)
{
    struct error error;
    struct log_diagnosis *diagnosis = signatures();
    enum error_code code = log_diagnosis_read(diagnosis, file, "log", &error);
    require(code == ERROR_NONE || code == ERROR_BAD_INPUT, "a log is read or rejected");
    for (int i = 0; i < diagnosis->count; i++) {
        const struct found_symptom *symptom = &diagnosis->found[i];
        require(symptom->count >= 0 && symptom->first.text_length <= sizeof symptom->first.text,
                "a symptom is bounded");
        require(!memchr(symptom->first.text, '\n', symptom->first.text_length), "it is one line");
        if (symptom->count)
            buffer_append_format(found, "%d:%ld*%ld\n", i, symptom->first.line, symptom->count);
    }
    for (int i = 0; i < diagnosis->conclusion_count; i++) {
        const struct log_conclusion *conclusion = &diagnosis->conclusions[i];
        require(log_diagnosis_is_failure(diagnosis, conclusion->row), "a failure leads");
        require(diagnosis->found[conclusion->row].leads, "what leads is marked");
        require(conclusion->follower_count >= 0 && conclusion->follower_count <= MAX_FOLLOWERS &&
                    conclusion->leader.text_length <= sizeof conclusion->leader.text,
                "a conclusion is bounded");
        for (int k = 0; k < conclusion->follower_count; k++)
            require(diagnosis->found[conclusion->followers[k]].count, "what follows was found");
        buffer_append_format(found, "leads %d:%ld\n", conclusion->row, conclusion->leader.line);
    }
    require(!diagnosis->conclusion_count || found->length, "what leads was found");
    return code;
}

/* A pipe of packets gives them one by one, so that each read gets as much as was written at a time. */
static enum error_code read_in_pieces(const uint8_t *data, size_t size, struct buffer *found)
{
    enum { PACKETS = 128, PACKET = 4096 };
    int ends[2];
    require(pipe2(ends, O_DIRECT) == 0 && fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) > 0, "there is a pipe");
    size_t least = size / PACKETS + 1;
    for (size_t drop; size; data += drop, size -= drop) {
        drop = least + data[0] % 8U;
        if (drop > size)
            drop = size;
        require(drop <= PACKET && write(ends[1], data, drop) == (ssize_t)drop, "a pipe takes a packet");
    }
    close(ends[1]);
    enum error_code code = read_log(ends[0], found);
    close(ends[0]);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer found CLEANUP(buffer_free) = BUFFER(SIZE_MAX / 2);
    struct buffer other CLEANUP(buffer_free) = BUFFER(SIZE_MAX / 2);
    struct memory_file memory = open_memory(data, size);
    enum error_code code = read_log(memory.file, &found);
    close(memory.file);
    if (size <= 100000) {
        require(read_in_pieces(data, size, &other) == code, "a log in pieces is read as the whole");
        require(strcmp(buffer_text(&other), buffer_text(&found)) == 0, "pieces make no difference");
    }
    buffer_clear(&other);
    log_text_append(&other, (const char *)data, size);
    require(other.length <= 2 * size + 64, "a plain line is no longer than a record of the journal");
    require(!memchr(buffer_text(&other), '\r', other.length), "and has no CR");
    return 0;
}
