/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays files through one fuzz target, as an ordinary program: each file named, or all files of each
 * directory. */

#include <errno.h>
#include <fts.h>

#include "tests/fuzz/fuzz.h"

static void die(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(2);
}

static void replay(const char *path, const char *name)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        die(path);
    long size = ftell(file);
    rewind(file);
    /* Exactly as large as the input, so that a sanitizer sees the first byte read past it. */
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    if (size < 0 || !data || fread(data, 1, (size_t)size, file) != (size_t)size)
        die(path);
    fclose(file);
    printf("# %s\n", path); /* says which file it was, should the target end the program */
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    printf("ok - %s\n", name);
    free(data);
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE|DIRECTORY...\n", argv[0]);
        return 2;
    }
    FTS *tree = fts_open(argv + 1, FTS_LOGICAL | FTS_NOCHDIR, compare_names);
    if (!tree)
        die(argv[1]);
    for (FTSENT *entry; (entry = fts_read(tree));) {
        if (entry->fts_info == FTS_F)
            replay(entry->fts_path, entry->fts_name);
        else if (entry->fts_info == FTS_NS || entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR)
            die(entry->fts_path);
    }
    fts_close(tree);
    return 0;
}
