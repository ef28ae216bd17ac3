/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/diagnose.h"
#include "core/error_output.h"
#include "core/gpu.h"

static void write_fixes(struct json_writer *writer, const char *key, const struct tried *tried)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < tried->count; i++) {
        const struct tried_fix *fix = &tried->fixes[i];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "fix", fix->fix);
        json_write_integer(writer, "tried", fix->tried);
        json_write_integer(writer, "helped", fix->helped);
        json_write_string(writer, "text", diagnose_fix_text(fix->fix));
        const struct needless_fix *needless = gpu_needless_fix(0, fix->fix);
        if (needless && needless->needed_until)
            json_write_string(writer, "needed_until", needless->needed_until);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_address(struct json_writer *writer, int64_t address)
{
    char text[LOG_ADDRESS_SIZE];
    json_write_text_or_null(writer, "address", address < 0 ? NULL : log_print_address(address, text));
}

static void write_alternatives(const struct diagnose_command *command, struct json_writer *writer, int row)
{
    const struct found_symptom *found = &command->diagnosis.found[row];
    json_write_begin_array(writer, "alternatives");
    for (int i = 0; i < found->alternative_count; i++) {
        const struct symptom_row *other = &command->diagnosis.rows[found->alternatives[i]];
        struct buffer condition CLEANUP(buffer_free) = BUFFER(1024);
        diagnose_condition_text(&other->condition, &condition);
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", other->id);
        json_write_string(writer, "if", buffer_text(&condition));
        json_write_string(writer, "cause", other->cause);
        json_write_string(writer, "next", other->next);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_symptom(const struct diagnose_command *command, struct json_writer *writer, int number)
{
    const struct symptom_row *row = &command->diagnosis.rows[number];
    const struct found_symptom *found = &command->diagnosis.found[number];
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", row->id);
    json_write_string(writer, "file", command->logs[found->log]);
    json_write_integer(writer, "line", found->line);
    json_write_integer(writer, "count", found->count);
    json_write_integer(writer, "boot", found->boot);
    write_address(writer, found->address);
    json_write_bytes(writer, "text", found->text, found->text_length);
    json_write_string(writer, "scope", row->scope);
    json_write_string(writer, "cause", row->cause);
    json_write_string(writer, "fixable", fixable_value(row->fixable));
    json_write_bool(writer, "harmless", row->fixable == FIXABLE_HARMLESS);
    json_write_bool(writer, "leads", found->leads);
    json_write_string(writer, "next", row->next);
    write_alternatives(command, writer, number);
    write_fixes(writer, "fixes", &command->tried[number]);
    write_fixes(writer, "fixes_beside", &command->beside[number]);
    json_write_end_object(writer);
}

static void write_conclusion(const struct diagnose_command *command, struct json_writer *writer,
                             const struct log_conclusion *conclusion)
{
    const struct symptom_row *rows = command->diagnosis.rows;
    struct buffer text CLEANUP(buffer_free) = BUFFER(8192);
    diagnose_conclusion_text(command, conclusion, &text);
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", diagnose_conclusion_id(conclusion));
    json_write_string(writer, "file", command->logs[conclusion->log]);
    json_write_string(writer, "symptom", rows[conclusion->row].id);
    json_write_integer(writer, "line", conclusion->line);
    write_address(writer, conclusion->address);
    json_write_bool(writer, "sure", conclusion->sure);
    json_write_string(writer, "text", buffer_text(&text));
    json_write_string(writer, "next", rows[conclusion->row].next);
    json_write_begin_array(writer, "followers");
    for (int i = 0; i < conclusion->follower_count; i++)
        json_write_string(writer, NULL, rows[conclusion->followers[i]].id);
    json_write_end_array(writer);
    json_write_end_object(writer);
}

void diagnose_write_json(struct diagnose_command *command)
{
    struct json_writer *writer = &command->session.writer;
    const struct log_diagnosis *diagnosis = &command->diagnosis;
    int rows[MAX_SYMPTOMS];
    int count = diagnose_sort(diagnosis, rows);
    json_write_begin_object(writer, NULL);
    json_write_begin_array(writer, "symptoms");
    for (int i = 0; i < count; i++)
        write_symptom(command, writer, rows[i]);
    json_write_end_array(writer);
    json_write_begin_array(writer, "conclusions");
    for (int i = 0; i < diagnosis->conclusion_count; i++)
        write_conclusion(command, writer, &diagnosis->conclusions[i]);
    json_write_end_array(writer);
    if (command->error.code)
        error_write_json(writer, "error", &command->error);
    json_write_end_object(writer);
}
