#include <stdio.h>

#include "probe/host_state.h"

bool read_config_file(struct host_state *host, const char *file, config_reader *read, void *context)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    enum root_result result = root_read(host->root, file, MAX_CONFIG_SIZE, &text);
    if (result != ROOT_OK && result != ROOT_TOO_LARGE)
        return false;
    read(host, (struct span){buffer_text(&text), text.length}, file, context);
    return true;
}

void each_config_file(struct host_state *host, const char *directory, const char *suffix, config_reader *read,
                      void *context)
{
    char path[512];
    int count;
    char **names = root_list(host->root, directory, MAX_CONFIG_FILES, &count);
    for (int i = 0; i < count; i++)
        if (span_ends(span_of(names[i]), suffix) &&
            snprintf(path, sizeof path, "%s/%s", directory, names[i]) < (int)sizeof path)
            read_config_file(host, path, read, context);
    root_free_names(names, count);
}
