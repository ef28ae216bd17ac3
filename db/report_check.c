#include "db/report_check.h"

#include <pthread.h>
#include <stdlib.h>

#include "db/database.h"
#include "db/internal.h"

struct report_check {
    pthread_t thread;
    enum report_check_kind kind;
    struct database *database;
    struct error error;
};

static void *run(void *context)
{
    struct report_check *check = context;
    enum error_code code = check->kind == REPORT_CHECK_REPORTS
                               ? database_check_reports(check->database, &check->error)
                               : database_check_pages(check->database, &check->error);
    (void)code; /* the error has it */
    return NULL;
}

enum error_code report_check_start(const char *path, enum report_check_kind kind, struct report_check **check,
                                   struct error *error)
{
    struct report_check *started = calloc(1, sizeof *started);
    if (!started)
        return error_set(error, ERROR_NO_MEMORY, "no memory to check %s", path);
    started->kind = kind;
    if (database_open(path, &started->database, error)) {
        free(started);
        return error->code;
    }
    if (pthread_create(&started->thread, NULL, run, started)) {
        database_close(started->database);
        free(started);
        return error_set(error, ERROR_SYSTEM, "cannot start a thread to check %s", path);
    }
    *check = started;
    return ERROR_NONE;
}

enum error_code report_check_finish(struct report_check *check, struct error *error)
{
    pthread_join(check->thread, NULL);
    if (check->error.code)
        *error = check->error;
    database_close(check->database);
    free(check);
    return error->code;
}

void report_check_abandon(struct report_check *check)
{
    struct error ignored = {.code = ERROR_NONE};
    if (!check)
        return;
    sqlite3_interrupt(check->database->handle);
    enum error_code code = report_check_finish(check, &ignored);
    (void)code;
}
