#include "importer/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "db/database.h"
#include "importer/data_files.h"
#include "importer/feed_cache.h"
#include "importer/line_reader.h"
#include "importer/owner.h"
#include "importer/pci_ids.h"
#include "importer/rebuild_internal.h"
#include "importer/symptoms.h"

static const char *const system_pci_ids[] = {"/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"};

static void say_nothing(void *context, const char *file, long line, const char *message)
{
    (void)context;
    (void)file;
    (void)line;
    (void)message;
}

/* ---- pci.ids ---- */

static enum error_code on_vendor(void *context, uint16_t vendor, const char *name, struct error *error)
{
    struct rebuild *work = context;
    snprintf(work->vendor, sizeof work->vendor, "%s", name);
    return builder_add_vendor(work->builder, vendor, name, error);
}

/* The values that were stated and lost. */
static enum error_code add_losers(struct rebuild *work, uint32_t pci_id, struct error *error)
{
    int place = 0;
    for (int attribute = 0; attribute < ATTRIBUTE_COUNT; attribute++) {
        const struct statement *statements = work->annotation->statements[attribute];
        for (int rank = 1; rank < work->annotation->counts[attribute]; rank++)
            if (builder_add_annotation(work->builder, pci_id, (enum attribute)attribute, place++,
                                       statements[rank].value, statements[rank].confidence,
                                       statements[rank].source + 1, error))
                return error->code;
    }
    return ERROR_NONE;
}

static enum error_code on_device(void *context, uint32_t pci_id, const char *name, struct error *error)
{
    struct rebuild *work = context;
    struct pci_id id = pci_id_from_number(pci_id);
    int origins[ATTRIBUTE_COUNT];
    bool is_new;
    if (builder_add_device(work->builder, pci_id, name, error))
        return error->code;
    struct product_hint hint;
    work->open_gpu = 0;
    if (rebuild_add_products(work, &id, name, &hint, error))
        return error->code;
    hint.claimed_by_driver = driver_claims_have(work->claims, pci_id);
    annotator_resolve_with_hint(work->annotator, &id, name, &hint, work->annotation);
    if (!work->annotation->is_gpu)
        return ERROR_NONE;
    /* Origins are numbered from 1. */
    for (int i = 0; i < ATTRIBUTE_COUNT; i++)
        origins[i] = work->annotation->counts[i] ? work->annotation->statements[i][0].source + 1 : 0;
    buffer_clear(&work->words);
    text_append_search_words(&work->words, name, strlen(name), ' ');
    buffer_append_byte(&work->words, ' ');
    text_append_search_words(&work->words, work->vendor, strlen(work->vendor), ' ');
    if (builder_add_gpu(work->builder, &work->annotation->gpu, origins, buffer_text(&work->words), &is_new,
                        error))
        return error->code;
    work->summary->gpus += is_new;
    if (gpu_form_factor(&work->annotation->gpu) == FORM_FACTOR_EITHER) {
        work->open_gpu = pci_id;
        snprintf(work->open_gpu_name, sizeof work->open_gpu_name, "%s", name);
    }
    return is_new ? add_losers(work, pci_id, error) : ERROR_NONE;
}

static enum error_code on_subsystem(void *context, uint32_t pci_id, uint32_t subsystem, const char *name,
                                    struct error *error)
{
    struct rebuild *work = context;
    struct product product = {pci_id, subsystem, -1, PRODUCTS_SUBSYSTEMS, 0, ""};
    if (builder_add_subsystem(work->builder, pci_id, subsystem, name, error))
        return error->code;
    if (work->open_gpu != pci_id || strlen(name) >= sizeof product.name)
        return ERROR_NONE;
    struct pci_id id = pci_id_from_number(pci_id);
    struct annotation said;
    memcpy(product.name, name, strlen(name) + 1);
    return rebuild_add_product(work, &id, work->open_gpu_name, &product, &said, error);
}

static enum error_code on_class(void *context, int base, int sub, int interface, const char *name,
                                struct error *error)
{
    struct rebuild *work = context;
    return builder_add_class(work->builder, base, sub, interface, name, error);
}

/* A list that is cut short would take away what people could look up before. */
static enum error_code check_wholeness(const struct rebuild *work, const char *shown,
                                       const struct pci_ids_summary *summary, struct error *error)
{
    if (work->request->force)
        return ERROR_NONE;
    if (!summary->classes || !summary->ended_whole)
        error_set(error, ERROR_BAD_INPUT, "%s: is cut short: %s", shown,
                  summary->classes ? "its last line has no end"
                                   : "the list of device classes at its end is missing");
    else if (summary->devices * 2 < work->old_devices)
        error_set(error, ERROR_BAD_INPUT, "%s: has %ld devices, fewer than half of the %ld in use", shown,
                  summary->devices, work->old_devices);
    if (error->code)
        error_next(error, "fetch the file again, or import it all the same with --force");
    return error->code;
}

static enum error_code read_pci_ids(struct rebuild *work, const char *path, const char *shown,
                                    const char *hash, bool cached, bool is_new, struct error *error)
{
    const struct pci_ids_visitor visitor = {work, on_vendor, on_device, on_subsystem, on_class};
    struct pci_ids_summary summary;
    int64_t source;
    if (builder_add_source(work->builder, "pci.ids", shown, &source, error) ||
        pci_ids_read(path, shown, &visitor, &summary, work->problems, error) ||
        (is_new && check_wholeness(work, shown, &summary, error)))
        return error->code;
    work->summary->devices = summary.devices;
    snprintf(work->summary->pci_ids_version, sizeof work->summary->pci_ids_version, "%s", summary.version);
    return builder_complete_source(work->builder, source, summary.version, summary.date, hash, cached,
                                   summary.devices, 0, error);
}

/* The version that a pci.ids states at its head, "" when it does not. */
static void peek_version(const char *path, char version[32])
{
    struct line_reader *lines;
    struct error error = {.code = ERROR_NONE};
    const char *line;
    size_t length;
    version[0] = '\0';
    if (line_reader_open(path, 1024, &lines, &error))
        return;
    while (!version[0] && line_reader_number(lines) < 20 &&
           line_reader_next(lines, &line, &length, &error) == LINE_OK)
        sscanf(line, "# Version: %31[0-9.]", version);
    line_reader_close(lines);
}

/* The newest of the cached list, the system's and the one that the installed database was built from. */
static enum error_code read_known_pci_ids(struct rebuild *work, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    char version[32] = "";
    bool cached = source_cache_list(work->cache, SOURCE_PCI_IDS, path);
    if (cached)
        peek_version(path, version);
    bool found = cached;
    char installed[DATABASE_PATH_SIZE];
    rebuild_data_path(work, "pci.ids", installed);
    const char *const places[] = {system_pci_ids[0], system_pci_ids[1], installed};
    struct error resumed;
    if (owner_suspend(error))
        return error->code;
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        char other[32];
        if (access(places[i], R_OK))
            continue;
        peek_version(places[i], other);
        if (found && strcmp(other, version) <= 0)
            continue;
        snprintf(path, sizeof path, "%s", places[i]);
        snprintf(version, sizeof version, "%s", other);
        cached = false;
        found = true;
    }
    /* What is cached belongs to the owner, and is read as such. */
    if (cached && owner_resume(error))
        return error->code;
    if (found)
        read_pci_ids(work, path, path, NULL, cached, !cached, error);
    if (owner_resume(&resumed) && !error->code)
        *error = resumed;
    if (found)
        return error->code;
    error_set(error, ERROR_BAD_INPUT, "no pci.ids on this machine");
    return error_next(error, "install the package pci.ids (Debian) or hwdata (Fedora, Arch), or name a file:"
                             " passthru import FILE");
}

/* ---- the project's own data ---- */

void rebuild_data_path(const struct rebuild *work, const char *name, char path[DATABASE_PATH_SIZE])
{
    snprintf(path, DATABASE_PATH_SIZE, "%.4000s/%s", work->request->data_folder, name);
}

static enum error_code record_table(struct rebuild *work, const char *kind, const char *path,
                                    struct table_summary table, struct error *error)
{
    int64_t source;
    char version[16];
    snprintf(version, sizeof version, "%d", (int)table.version);
    if (builder_add_source(work->builder, kind, path, &source, error))
        return error->code;
    return builder_complete_source(work->builder, source, version, NULL, NULL, false, table.rows, 0, error);
}

static enum error_code load_tables(struct rebuild *work, struct error *error)
{
    char rules[DATABASE_PATH_SIZE];
    char facts[DATABASE_PATH_SIZE];
    char priors[DATABASE_PATH_SIZE];
    char prices[DATABASE_PATH_SIZE];
    char subvendors[DATABASE_PATH_SIZE];
    char uses[DATABASE_PATH_SIZE];
    char symptoms[DATABASE_PATH_SIZE];
    struct table_summary subvendors_table;
    struct table_summary priors_table;
    struct table_summary prices_table;
    struct table_summary uses_table;
    struct table_summary symptoms_table;
    rebuild_data_path(work, "rules.tsv", rules);
    rebuild_data_path(work, "facts.tsv", facts);
    rebuild_data_path(work, "priors.tsv", priors);
    rebuild_data_path(work, "prices.tsv", prices);
    rebuild_data_path(work, "subvendors.tsv", subvendors);
    rebuild_data_path(work, "uses.tsv", uses);
    rebuild_data_path(work, "symptoms.tsv", symptoms);
    if (annotator_load(rules, facts, &work->annotator, error) ||
        priors_read(priors, work->builder, &priors_table, error) ||
        prices_read(prices, work->builder, &prices_table, error) ||
        uses_read(uses, work->builder, &uses_table, error) ||
        symptoms_read(symptoms, work->builder, &symptoms_table, error) ||
        record_table(work, "rules", rules, annotator_rules(work->annotator), error) ||
        record_table(work, "facts", facts, annotator_facts(work->annotator), error) ||
        record_table(work, "priors", priors, priors_table, error) ||
        record_table(work, "prices", prices, prices_table, error) ||
        record_table(work, "uses", uses, uses_table, error) ||
        record_table(work, "symptoms", symptoms, symptoms_table, error))
        return error->code;
    const char *kind;
    for (int i = 0; (kind = annotator_source_kind(work->annotator, i)); i++)
        if (builder_add_origin(work->builder, kind, annotator_source_text(work->annotator, i), error))
            return error->code;
    struct variant_fact fact;
    for (int i = 0; annotator_variant_fact(work->annotator, i, &fact); i++) {
        const struct gpu_variant variant = {fact.pci_id,      fact.subsystem,  fact.revision,  "",
                                            fact.form_factor, fact.confidence, fact.source + 1};
        if (builder_add_variant(work->builder, &variant, error))
            return error->code;
    }
    if (subvendors_read(subvendors, work->builder, &subvendors_table, error))
        return error->code;
    return record_table(work, "subvendors", subvendors, subvendors_table, error);
}

static enum error_code read_files(struct rebuild *work, struct error *error)
{
    bool pci_ids_read_already = false;
    for (int i = 0; i < work->request->file_count; i++) {
        const struct incoming_source *incoming = &work->incoming[i];
        if (incoming->kind != SOURCE_PCI_IDS)
            continue;
        const char *shown = work->request->files[i].shown;
        if (pci_ids_read_already)
            return error_set(error, ERROR_USAGE, "%s is a second pci.ids: give one at a time", shown);
        if (read_pci_ids(work, incoming->path, shown, incoming->hash, true, true, error))
            return error->code;
        pci_ids_read_already = true;
    }
    if (!pci_ids_read_already && read_known_pci_ids(work, error))
        return error->code;
    return rebuild_read_reports(work, error);
}

/* ---- all together ---- */

static enum error_code receive_files(struct rebuild *work, struct error *error)
{
    const struct rebuild_request *request = work->request;
    work->incoming = calloc((size_t)request->file_count + 1, sizeof *work->incoming);
    work->new_sources = calloc((size_t)request->file_count + 1, sizeof *work->new_sources);
    if (!work->incoming || !work->new_sources)
        return error_set(error, ERROR_NO_MEMORY, "no memory for %d files", request->file_count);
    for (int i = 0; i < request->file_count; i++) {
        const struct rebuild_file *file = &request->files[i];
        if (source_cache_receive(work->cache, file->path, file->shown, &work->incoming[i], error))
            return error->code;
        if (file->kind_known)
            work->incoming[i].kind = file->kind;
    }
    return ERROR_NONE;
}

/* A report that was there already, or was taken back, is not counted as one more. */
static void forget_dropped(struct rebuild *work)
{
    work->summary->reports -=
        builder_duplicates(work->builder, ALL_SOURCES) + builder_retracted(work->builder, ALL_SOURCES);
    for (int i = 0; i < work->summary->feed_count; i++) {
        struct rebuild_feed *feed = &work->summary->feeds[i];
        feed->retracted = builder_retracted(work->builder, feed->source);
        feed->reports -= builder_duplicates(work->builder, feed->source) + feed->retracted;
    }
    for (int i = 0; i < work->request->file_count; i++)
        if (work->new_sources[i])
            work->summary->new_reports -= builder_duplicates(work->builder, work->new_sources[i]);
}

/* Frees what building has made, all but the incoming files. */
static void free_build(struct rebuild *work)
{
    builder_free(work->builder);
    annotator_free(work->annotator);
    product_list_free(work->products);
    driver_claims_free(work->claims);
    work->builder = NULL;
    work->annotator = NULL;
    work->products = NULL;
    work->claims = NULL;
}

enum error_code rebuild_as_starter(struct rebuild *work, rebuild_step *step, struct error *error)
{
    struct error resumed;
    if (owner_suspend(error))
        return error->code;
    enum error_code code = step(work, error);
    if (owner_resume(&resumed) && !code)
        *error = resumed;
    return error->code;
}

static enum error_code build(struct rebuild *work, struct error *error)
{
    char path[DATABASE_PATH_SIZE];
    snprintf(path, sizeof path, "%.4090s.new", work->request->database_path);
    if (work->continues)
        work->misfits = builder_continue(path, work->request->database_path, &work->builder, error);
    else
        work->misfits = builder_create(path, &work->builder, error);
    if (error->code)
        return error->code;
    if (rebuild_as_starter(work, load_tables, error) || rebuild_load_lists(work, error) ||
        read_files(work, error) || rebuild_record_program(work, error))
        return error->code;
    return builder_complete(work->builder, error);
}

/* Goes on from the old database where it can; whatever fails on that way, the database is built from its
 * sources. */
static enum error_code build_somehow(struct rebuild *work, struct error *error)
{
    work->continues = rebuild_can_continue(work);
    if (!work->continues)
        return build(work, error);
    struct problems before = *work->problems;
    if (!build(work, error) ||
        (!work->misfits && error->code != ERROR_DATABASE_DAMAGED && error->code != ERROR_SYSTEM))
        return error->code;
    free_build(work);
    *work->problems = before;
    *work->summary = (struct rebuild_summary){.devices = 0};
    work->continues = false;
    work->bundled.source = 0;
    error->code = ERROR_NONE;
    return build(work, error);
}

static enum error_code build_and_publish(struct rebuild *work, struct error *error)
{
    if (rebuild_look_at_old(work, error) || receive_files(work, error) || build_somehow(work, error))
        return error->code;
    forget_dropped(work);
    work->summary->refused = work->problems->refused;
    for (int i = 0; i < work->request->file_count; i++)
        if (source_cache_keep(work->cache, &work->incoming[i], error))
            return error->code;
    if (rebuild_keep_feeds(work, error))
        return error->code;
    return builder_publish(work->builder, work->request->database_path, error);
}

enum error_code rebuild(const struct rebuild_request *request, struct rebuild_summary *summary,
                        struct problems *problems, struct error *error)
{
    struct rebuild work = {.request = request,
                           .summary = summary,
                           .problems = problems,
                           .quiet = {.tell = say_nothing},
                           .words = BUFFER(4096)};
    *summary = (struct rebuild_summary){.devices = 0};
    database_allow_threads();
    work.annotation = malloc(sizeof *work.annotation);
    if (!work.annotation)
        return error_set(error, ERROR_NO_MEMORY, "no memory to rebuild the database");
    work.cache = request->cache;
    if (work.cache || !source_cache_open(request->database_path, request->waiting, &work.cache, error))
        build_and_publish(&work, error);
    for (int i = 0; work.incoming && i < request->file_count; i++)
        if (work.incoming[i].path[0])
            unlink(work.incoming[i].path);
    free_build(&work);
    rebuild_forget_old(&work);
    if (!request->cache)
        source_cache_close(work.cache);
    free(work.annotation);
    free(work.incoming);
    free(work.new_sources);
    buffer_free(&work.words);
    return error->code;
}
