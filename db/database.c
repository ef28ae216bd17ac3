#include "db/database.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/buffer.h"
#include "db/internal.h"

#define EVIDENCE_COLUMNS                                                                                     \
    "SELECT works, works_with_workaround, partial, fails, weight_works, weight_works_with_workaround,"       \
    " weight_partial, weight_fails, public, outside, latest FROM evidence"

static const char *const statement_texts[STATEMENT_COUNT] = {
    [STATEMENT_DEVICE] = "SELECT name FROM device WHERE pci_id = ?1",
    [STATEMENT_GPU] = "SELECT chip, prior, form_factor, form_factor_confidence, form_factor_origin, display,"
                      " display_confidence, display_origin, vbios, vbios_confidence, vbios_origin, reset,"
                      " reset_confidence, reset_origin, all_evidence, class_evidence, chip_evidence,"
                      " id_evidence FROM gpu WHERE pci_id = ?1",
    [STATEMENT_VARIANT] = "SELECT product, form_factor, confidence, origin FROM gpu_variant WHERE pci_id = ?1"
                          " AND subsystem IN (-1, ?2) AND revision IN (-1, ?3)"
                          " ORDER BY (subsystem >= 0) + (revision >= 0) DESC, confidence DESC LIMIT 1",
    [STATEMENT_SUBVENDOR] = "SELECT form_factor, confidence, origin FROM subvendor WHERE id = ?1",
    [STATEMENT_ORIGIN] = "SELECT text FROM origin WHERE id = ?1",
    [STATEMENT_PRIOR_OF_ID] =
        "SELECT works, works_with_workaround, partial, fails, strength, reason FROM prior"
        " WHERE id = ?1",
    [STATEMENT_VENDOR] = "SELECT name FROM vendor WHERE id = ?1",
    [STATEMENT_SUBSYSTEM] = "SELECT name FROM subsystem WHERE id = ?1",
    [STATEMENT_EVIDENCE] = EVIDENCE_COLUMNS " WHERE level = ?1 AND key = ?2 AND chassis = ?3",
    [STATEMENT_EVIDENCE_OF_ID] = EVIDENCE_COLUMNS " WHERE id = ?1",
    [STATEMENT_PRIOR] = "SELECT works, works_with_workaround, partial, fails, strength, reason FROM prior"
                        " WHERE form_factor IN ('-', ?1) AND vbios IN ('-', ?2) AND display IN ('-', ?3)"
                        " AND reset IN ('-', ?4) ORDER BY id LIMIT 1",
    [STATEMENT_SEARCH] =
        "SELECT w.rowid, count() OVER () FROM gpu_words w JOIN device d ON d.pci_id = w.rowid"
        " WHERE gpu_words MATCH ?1 ORDER BY length(d.name), w.rowid LIMIT ?2",
    [STATEMENT_REPORTS] = "SELECT lower(hex(id)), body FROM report WHERE pci_id = ?1"
                          " ORDER BY date DESC, id LIMIT ?2",
    [STATEMENT_WORKAROUNDS] = "SELECT fix, tried, helped FROM workaround WHERE level = ?1 AND key = ?2"
                              " ORDER BY rank LIMIT ?3",
    [STATEMENT_SYMPTOMS] = "SELECT line FROM symptom ORDER BY id",
    [STATEMENT_ALTERNATIVES] = "SELECT pci_id, name, usable, price_usd, price_as_of FROM alternative"
                               " WHERE key = ?1 ORDER BY rank",
    [STATEMENT_CARDS] =
        "SELECT g.pci_id, d.name, g.chip, g.form_factor = 'server',"
        " g.display = 'outputs' OR g.form_factor = 'either' AND g.display = 'unknown',"
        " g.reset = 'vendor-reset', coalesce(p.usd, 0), p.as_of, coalesce(p.line, -1), coalesce(p.place, 0),"
        " g.form_factor = 'either'"
        " FROM gpu g JOIN device d ON d.pci_id = g.pci_id LEFT JOIN price p ON p.pci_id = g.pci_id"
        " WHERE (g.form_factor IN ('desktop', 'server') AND g.vbios = 'rom-bar' OR g.form_factor = 'either')"
        " AND g.reset IN ('flr', 'bus', 'vendor-reset') ORDER BY g.pci_id",
    [STATEMENT_CHIP_USE] =
        "SELECT suits, reason FROM chip_use WHERE vendor = ?1 AND use = ?2 AND ?3 GLOB chip"
        " ORDER BY id LIMIT 1",
    [STATEMENT_CHEAPEST] = "SELECT coalesce(min(usd), 0) FROM price",
    [STATEMENT_STATED_VALUES] =
        "WITH stated (attribute, place, value, confidence, origin) AS ("
        "SELECT 'is_gpu', -1, 'yes', is_gpu_confidence, is_gpu_origin FROM gpu WHERE pci_id = ?1 UNION ALL "
        "SELECT 'chip', -1, chip, chip_confidence, chip_origin FROM gpu WHERE pci_id = ?1 UNION ALL "
        "SELECT 'form_factor', -1, form_factor, form_factor_confidence, form_factor_origin FROM gpu WHERE "
        "pci_id = ?1"
        " UNION ALL SELECT 'display', -1, display, display_confidence, display_origin FROM gpu WHERE pci_id "
        "= ?1"
        " UNION ALL SELECT 'vbios', -1, vbios, vbios_confidence, vbios_origin FROM gpu WHERE pci_id = ?1"
        " UNION ALL SELECT 'reset', -1, reset, reset_confidence, reset_origin FROM gpu WHERE pci_id = ?1"
        " UNION ALL SELECT attribute, id & 255, value, confidence, origin FROM annotation"
        " WHERE id BETWEEN ?1 << 8 AND ?1 << 8 | 255)"
        " SELECT attribute, place >= 0, value, confidence, text FROM stated s JOIN origin o ON o.id = "
        "s.origin"
        " ORDER BY attribute, place",
    /* Rules that stand below the one that won and say otherwise with less confidence are no conflict: that is
     * what their order is for. */
    [STATEMENT_CONFLICTS] =
        "WITH stated AS (SELECT g.pci_id, a.attribute, a.value, a.confidence, a.origin,"
        " CASE a.attribute WHEN 'form_factor' THEN g.form_factor WHEN 'display' THEN g.display"
        " WHEN 'vbios' THEN g.vbios WHEN 'reset' THEN g.reset WHEN 'chip' THEN g.chip ELSE 'yes' END AS won,"
        " CASE a.attribute WHEN 'form_factor' THEN g.form_factor_confidence WHEN 'display' THEN g.display_confidence"
        " WHEN 'vbios' THEN g.vbios_confidence WHEN 'reset' THEN g.reset_confidence"
        " WHEN 'chip' THEN g.chip_confidence ELSE g.is_gpu_confidence END AS won_confidence,"
        " CASE a.attribute WHEN 'form_factor' THEN g.form_factor_origin WHEN 'display' THEN g.display_origin"
        " WHEN 'vbios' THEN g.vbios_origin WHEN 'reset' THEN g.reset_origin"
        " WHEN 'chip' THEN g.chip_origin ELSE g.is_gpu_origin END AS won_origin"
        " FROM annotation a JOIN gpu g ON g.pci_id = a.id >> 8)"
        " SELECT s.pci_id, d.name, s.attribute, s.won, s.won_confidence, w.text, s.value, s.confidence, l.text"
        " FROM stated s JOIN device d ON d.pci_id = s.pci_id JOIN origin w ON w.id = s.won_origin"
        " JOIN origin l ON l.id = s.origin"
        " WHERE s.value <> s.won AND (w.kind <> l.kind OR s.confidence > s.won_confidence)"
        " ORDER BY s.pci_id, s.attribute",
    [STATEMENT_SOURCES] = "SELECT kind, name, version, date, hash, cached, records, refused, id FROM source"
                          " ORDER BY id",
    [STATEMENT_COUNTS] = "SELECT (SELECT count(*) FROM device), (SELECT count(*) FROM gpu),"
                         " (SELECT count(*) FROM report)",
    [STATEMENT_LATEST_REPORT] = "SELECT max(latest) FROM evidence",
};

enum error_code database_sqlite_error(const struct database *database, int result, struct error *error)
{
    enum error_code code = ERROR_SYSTEM;
    int primary = result & 0xff;
    int number = database->handle ? sqlite3_system_errno(database->handle) : 0;
    /* A write that fails for want of room does so with ENOSPC, EDQUOT or EFBIG, which may be forgotten by
     * now. */
    bool write_failed = database->handle && sqlite3_extended_errcode(database->handle) == SQLITE_IOERR_WRITE;
    if (primary == SQLITE_IOERR && (number || write_failed))
        return error_set_errno(error, number ? number : EFBIG, "database %.400s", database->path);
    /* SQLITE_ERROR: a table is not there. */
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR)
        code = ERROR_DATABASE_DAMAGED;
    else if (primary == SQLITE_FULL)
        code = ERROR_NO_SPACE;
    else if (primary == SQLITE_NOMEM)
        code = ERROR_NO_MEMORY;
    else if (primary == SQLITE_READONLY || primary == SQLITE_PERM || primary == SQLITE_CANTOPEN)
        code = ERROR_PERMISSION;
    error_set(error, code, "database %.400s: %.100s", database->path,
              database->handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(result));
    if (code == ERROR_NO_SPACE)
        error_next(error, "make room (df -h tells where) and try again; nothing was lost");
    if (code == ERROR_DATABASE_DAMAGED)
        error_next(error, "rebuild it from its sources with: passthru import --db %s", database->path);
    return code;
}

enum error_code database_damaged(const struct database *database, const char *what, struct error *error)
{
    error_set(error, ERROR_DATABASE_DAMAGED, "database %.400s: %.150s", database->path, what);
    return error_next(error, "rebuild it from its sources with: passthru import --db %s", database->path);
}

/* The numbers of the file header (sqlite.org/fileformat2.html, section 1.3) that tell whose file it is, and
 * whether all of it is there. */
static enum error_code check_header(const char *path, struct error *error)
{
    unsigned char header[100];
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not be waited for */
    if (file < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        error_set(error, ERROR_NO_DATABASE, "no database at %s", path);
        return error_next(error, "build one with: passthru import --db %s", path);
    }
    if (file < 0)
        return error_set_errno(error, errno, "cannot open database %s", path);
    bool failed = fstat(file, &status);
    bool regular = !failed && S_ISREG(status.st_mode);
    ssize_t got = regular ? pread(file, header, sizeof header, 0) : -1;
    int number = errno;
    close(file);
    if (!failed && S_ISDIR(status.st_mode)) {
        error_set(error, ERROR_FOREIGN_DATABASE, "%s is a directory, not a database", path);
        return error_next(error, "name the file in it with --db");
    }
    if (!failed && !regular) {
        error_set(error, ERROR_FOREIGN_DATABASE, "%s is no regular file", path);
        return error_next(error, "name another file with --db, or build one with: passthru import");
    }
    if (got < 0)
        return error_set_errno(error, number, "cannot read database %s", path);
    if (got < (ssize_t)sizeof header || memcmp(header, "SQLite format 3", 16) != 0) {
        error_set(error, ERROR_FOREIGN_DATABASE, "%s is no SQLite database", path);
        return error_next(error, "name another file with --db, or build one with: passthru import");
    }
#define HEADER_32(at)                                                                                        \
    ((uint32_t)header[at] << 24 | (uint32_t)header[(at) + 1] << 16 | (uint32_t)header[(at) + 2] << 8 |       \
     header[(at) + 3])
    uint32_t page_size = (uint32_t)header[16] << 8 | header[17];
    if (page_size == 1)
        page_size = 65536;
    if (HEADER_32(68) != DATABASE_APPLICATION_ID) {
        error_set(error, ERROR_FOREIGN_DATABASE, "%s is a database of another program", path);
        return error_next(error, "name another file with --db, or build one with: passthru import");
    }
    if (HEADER_32(60) != DATABASE_USER_VERSION) {
        error_set(error, ERROR_DATABASE_VERSION, "%s has schema version %u, this program needs %d", path,
                  (unsigned)HEADER_32(60), DATABASE_USER_VERSION);
        return error_next(error, "rebuild it from its sources with: passthru import --db %s", path);
    }
    if ((uint64_t)HEADER_32(28) * page_size != (uint64_t)status.st_size) {
        error_set(error, ERROR_DATABASE_DAMAGED, "%s is %s: %lld bytes where its head says %llu", path,
                  (uint64_t)status.st_size < (uint64_t)HEADER_32(28) * page_size ? "cut short" : "too long",
                  (long long)status.st_size, (unsigned long long)HEADER_32(28) * page_size);
        return error_next(error, "rebuild it from its sources with: passthru import --db %s", path);
    }
#undef HEADER_32
    return ERROR_NONE;
}

/* A file name as a URI (RFC 3986): SQLite takes `immutable` only there. */
static void append_uri(struct buffer *uri, const char *path)
{
    /* A relative name must not be taken for one of SQLite's own, such as :memory:. */
    buffer_append_text(uri, *path == '/' ? "file:" : "file:./");
    for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("/._-", *c);
        if (plain)
            buffer_append_byte(uri, (char)*c);
        else
            buffer_append_format(uri, "%%%02x", *c);
    }
    buffer_append_text(uri, "?immutable=1");
}

void database_configure_sqlite(void)
{
    /* One thread, and nobody asks for memory statistics: both cost a lock at every turn. */
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum error_code database_open(const char *path, struct database **database, struct error *error)
{
    if (check_header(path, error))
        return error->code;
    struct buffer uri CLEANUP(buffer_free) = BUFFER(4 * DATABASE_PATH_SIZE);
    append_uri(&uri, path);
    struct database *opened = calloc(1, sizeof *opened);
    if (!opened || uri.failed) {
        free(opened);
        return error_set(error, ERROR_NO_MEMORY, "no memory to open %s", path);
    }
    snprintf(opened->path, sizeof opened->path, "%s", path);
    database_configure_sqlite();
    int result = sqlite3_open_v2(buffer_text(&uri), &opened->handle,
                                 SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (result != SQLITE_OK) {
        database_sqlite_error(opened, result, error);
        database_close(opened);
        return error->code;
    }
    *database = opened;
    return ERROR_NONE;
}

int database_age_days(const struct database *database)
{
    struct stat status;
    time_t now = time(NULL);
    if (stat(database->path, &status) || status.st_mtime > now)
        return 0;
    return (int)((now - status.st_mtime) / (24 * 3600));
}

void database_forget(struct database *database)
{
    for (int i = 0; i < database->origin_room; i++)
        free(database->origins[i]);
    for (int i = 0; i < database->prior_room; i++)
        free((char *)database->priors[i].prior.reason);
    free(database->origins);
    free(database->priors);
}

void database_close(struct database *database)
{
    if (!database)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(database->statements[i]);
    sqlite3_close(database->handle);
    database_forget(database);
    free(database);
}

enum error_code database_statement(struct database *database, enum statement statement,
                                   sqlite3_stmt **prepared, struct error *error)
{
    sqlite3_stmt **kept = &database->statements[statement];
    error->code = ERROR_NONE;
    if (*kept) {
        sqlite3_reset(*kept);
    } else {
        int result = sqlite3_prepare_v3(database->handle, statement_texts[statement], -1,
                                        SQLITE_PREPARE_PERSISTENT, kept, NULL);
        if (result != SQLITE_OK)
            return database_sqlite_error(database, result, error);
    }
    *prepared = *kept;
    return ERROR_NONE;
}

enum error_code database_step(struct database *database, sqlite3_stmt *statement, bool *row,
                              struct error *error)
{
    int result = sqlite3_step(statement);
    *row = result == SQLITE_ROW;
    return *row || result == SQLITE_DONE ? ERROR_NONE : database_sqlite_error(database, result, error);
}

int64_t subsystem_key(uint32_t pci_id, uint32_t subsystem)
{
    uint64_t key = (uint64_t)pci_id << 32 | subsystem;
    int64_t number;
    memcpy(&number, &key, sizeof number);
    return number;
}

int column_count(sqlite3_stmt *statement, int column)
{
    static const int64_t max = 100 * 1000 * 1000;
    int64_t count = sqlite3_column_int64(statement, column);
    return (int)(count < 0 ? 0 : count > max ? max : count);
}

double column_real(sqlite3_stmt *statement, int column, double max)
{
    double number = sqlite3_column_double(statement, column);
    return number >= 0 ? fmin(number, max) : 0; /* not a number is not >= 0 */
}

const char *column_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text ? (const char *)text : "";
}

void copy_column(sqlite3_stmt *statement, int column, char *target, size_t size)
{
    const char *text = column_text(statement, column);
    size_t length = (size_t)sqlite3_column_bytes(statement, column);
    if (length >= size)
        length = size - 1;
    memcpy(target, text, length);
    target[length] = '\0';
}
