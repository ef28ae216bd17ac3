#include <sys/stat.h>

#include "db/internal.h"
#include "tests/unit/database_fixture.h"

/* The database as a whole, to be spoilt. */
static size_t read_whole(char **bytes)
{
    struct stat status;
    FILE *file = fopen(database_path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    *bytes = malloc((size_t)status.st_size);
    assert_non_null(*bytes);
    assert_int_equal(fread(*bytes, 1, (size_t)status.st_size, file), status.st_size);
    fclose(file);
    return (size_t)status.st_size;
}

static void assert_opening(const void *bytes, size_t length, enum error_code code, const char *why)
{
    char path[SCRATCH_PATH_SIZE];
    struct database *opened = NULL;
    struct error error = {.message = ""};
    scratch_write(path, bytes, length);
    enum error_code found = database_open(path, &opened, &error);
    if (!found)
        database_close(opened);
    unlink(path);
    assert_int_equal(found, code);
    if (code) {
        assert_holds(error.message, why);
        assert_holds(error.message, path);
        assert_holds(error.next, "passthru import");
    }
}

static void test_what_is_no_database(void **state)
{
    char *bytes;
    size_t length = read_whole(&bytes);
    (void)state;
    assert_opening(bytes, length, ERROR_NONE, "");
    assert_opening("", 0, ERROR_FOREIGN_DATABASE, "no SQLite database");
    assert_opening("hello", 5, ERROR_FOREIGN_DATABASE, "no SQLite database");
    assert_opening(bytes, 99, ERROR_FOREIGN_DATABASE, "no SQLite database");
    assert_opening(bytes, 100, ERROR_DATABASE_DAMAGED, "cut short");
    assert_opening(bytes, length - 1, ERROR_DATABASE_DAMAGED, "cut short");
    assert_opening(bytes, length / 2, ERROR_DATABASE_DAMAGED, "cut short");
    bytes[63] ^= 1;
    assert_opening(bytes, length, ERROR_DATABASE_VERSION, "schema version");
    bytes[63] ^= 1;
    bytes[68] ^= 1;
    assert_opening(bytes, length, ERROR_FOREIGN_DATABASE, "another program");
    bytes[68] ^= 1;
    bytes[0] ^= 1;
    assert_opening(bytes, length, ERROR_FOREIGN_DATABASE, "no SQLite database");
    free(bytes);
}

static void test_no_file(void **state)
{
    struct database *opened;
    struct error error;
    (void)state;
    assert_int_equal(database_open("/nonexistent/passthru.db", &opened, &error), ERROR_NO_DATABASE);
    assert_holds(error.next, "passthru import");
    assert_int_not_equal(database_open("/", &opened, &error), ERROR_NONE);
    database_close(NULL);
}

/* Whichever page is filled with rubbish: an answer or an error, never a crash, and the check finds it. */
static void test_damaged_pages(void **state)
{
    char *bytes;
    size_t length = read_whole(&bytes);
    size_t page = (size_t)(unsigned char)bytes[16] << 8 | (unsigned char)bytes[17];
    (void)state;
    for (size_t at = page; at < length; at += page) {
        char path[SCRATCH_PATH_SIZE];
        struct database *opened;
        struct device device;
        struct error error = {.code = ERROR_NONE};
        struct pci_id id = pci_id_from_number(MX330);
        uint32_t ids[4];
        int count;
        int total;
        char *kept = exact_copy(bytes + at, page);
        memset(bytes + at, 0xa5, page);
        scratch_write(path, bytes, length);
        memcpy(bytes + at, kept, page);
        free(kept);
        if (database_open(path, &opened, &error) == ERROR_NONE) {
            enum error_code found = database_find_device(opened, &id, &device, &error);
            enum error_code searched = database_search(opened, "mx330", ids, 4, &count, &total, &error);
            assert_true(found == ERROR_NONE || found == ERROR_DATABASE_DAMAGED);
            assert_true(searched == ERROR_NONE || searched == ERROR_DATABASE_DAMAGED);
            assert_int_equal(database_check(opened, &error), ERROR_DATABASE_DAMAGED);
            database_close(opened);
        }
        unlink(path);
    }
    free(bytes);
}

static void execute(const char *path, const char *sql)
{
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
}

/* A report that its index does not know is no fault of any page. */
static void test_index_without_a_report(void **state)
{
    char *bytes;
    size_t length = read_whole(&bytes);
    char path[SCRATCH_PATH_SIZE];
    struct database *opened;
    struct error error = {.code = ERROR_NONE};
    (void)state;
    scratch_write(path, bytes, length);
    free(bytes);
    /* Written while the index is not in the schema. */
    execute(path, "PRAGMA writable_schema = ON; CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name ="
                  " 'report_of_device'; DELETE FROM sqlite_schema WHERE name = 'report_of_device';");
    execute(path, "UPDATE report SET date = '1999-01-01' WHERE seq = (SELECT max(seq) FROM report);");
    execute(path,
            "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept; DROP TABLE kept;");
    ASSERT_DONE(database_open(path, &opened, &failure));
    assert_int_equal(database_check(opened, &error), ERROR_DATABASE_DAMAGED);
    assert_holds(error.message, "missing from index");
    database_close(opened);
    unlink(path);
}

static void test_unfinished_builder(void **state)
{
    struct builder *builder;
    struct error error;
    (void)state;
    ASSERT_DONE(builder_create(new_path, &builder, &failure));
    assert_int_equal(access(new_path, F_OK), 0);
    builder_free(builder);
    assert_int_equal(access(new_path, F_OK), -1);
    assert_int_equal(access(database_path, F_OK), 0);
    builder_free(NULL);
    assert_int_not_equal(builder_create("/nonexistent/x.db", &builder, &error), ERROR_NONE);
    assert_holds(error.message, "/nonexistent/x.db");
}

/* Without a single GPU or report it is a database all the same. */
static void test_empty_database(void **state)
{
    char path[SCRATCH_PATH_SIZE + 40];
    struct builder *builder;
    struct database *opened;
    struct database_counts counts;
    struct error error;
    struct device device;
    struct pci_id id = pci_id_from_number(MX330);
    (void)state;
    snprintf(path, sizeof path, "%s/empty.db", folder);
    ASSERT_DONE(builder_create(new_path, &builder, &failure));
    ASSERT_DONE(builder_complete(builder, &failure));
    ASSERT_DONE(builder_publish(builder, path, &failure));
    builder_free(builder);
    assert_int_equal(access(new_path, F_OK), -1);
    ASSERT_DONE(database_open(path, &opened, &failure));
    ASSERT_DONE(database_check(opened, &failure));
    ASSERT_DONE(database_count(opened, &counts, &failure));
    assert_int_equal(counts.devices + counts.gpus + counts.reports, 0);
    assert_int_equal(database_find_device(opened, &id, &device, &error), ERROR_NOT_FOUND);
    database_close(opened);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_database), cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_damaged_pages),       cmocka_unit_test(test_index_without_a_report),
        cmocka_unit_test(test_unfinished_builder),  cmocka_unit_test(test_empty_database),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
