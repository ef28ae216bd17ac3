/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_diagnosis.h"

#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"

/* ---- the lines ---- */

/* Of a line that is too long to be shown, the words around what matters. */
static void keep_text(struct log_event *event, const char *text, size_t length, size_t at)
{
    enum { BEFORE = 80 };
    size_t capacity = sizeof event->text;
    size_t start = 0;
    if (length > capacity && at > BEFORE)
        start = at - BEFORE < length - capacity ? at - BEFORE : length - capacity;
    const char *space = start ? memchr(text + start, ' ', at - start) : NULL;
    start = space ? (size_t)(space + 1 - text) : start;
    event->text_length = length - start < capacity ? length - start : capacity;
    memcpy(event->text, text + start, event->text_length);
}

static struct log_event *find_event(const struct log_boot *boot, const struct log_event *like)
{
    for (int i = 0; i < boot->count; i++) {
        struct log_event *event = &boot->events[i];
        if (event->address == like->address && event->fitting_count == like->fitting_count &&
            strcmp(event->code, like->code) == 0 && event->vendor == like->vendor &&
            event->driver == like->driver && memcmp(event->fitting, like->fitting, sizeof like->fitting) == 0)
            return event;
    }
    return NULL;
}

enum error_code log_boot_add(struct log_boot *boot, const int fitting[], int count, long line,
                             const char *text, size_t length, const struct symptom_details *details,
                             struct error *error)
{
    struct log_device device = log_describe_line(text, length);
    struct log_event event = {.address = device.address,
                              .fitting_count = count,
                              .vendor = device.vendor,
                              .driver = device.driver,
                              .line = line,
                              .last = line,
                              .count = 1,
                              .row = NO_ROW};
    memcpy(event.code, details->code, sizeof event.code);
    memcpy(event.fitting, fitting, (size_t)count * sizeof *fitting);
    log_devices_add(&boot->named, &device);
    struct log_event *known = find_event(boot, &event);
    if (known) {
        known->count += known->last != line; /* a long line is looked at in parts */
        known->last = line;
        return ERROR_NONE;
    }
    if (boot->count == MAX_EVENTS)
        return ERROR_NONE;
    if (!ARRAY_GROW(boot->events, boot->count))
        return error_set(error, ERROR_NO_MEMORY, "no memory for what the log shows");
    keep_text(&event, text, length, details->at);
    boot->events[boot->count++] = event;
    return ERROR_NONE;
}

void log_boot_free(struct log_boot *boot)
{
    free(boot->events);
    *boot = (struct log_boot){.count = 0};
}

/* ---- what they mean ---- */

static bool has_row_of(const struct log_boot *boot, const struct log_event *event,
                       const struct condition_words *ids)
{
    for (int i = 0; i < event->fitting_count; i++)
        if (condition_words_have(ids, boot->rows[event->fitting[i]].id))
            return true;
    return false;
}

/* Whether a line of these rows stands before or after the last line of an event. A line without an address
 * is about every device. */
static bool has_beside(const struct log_boot *boot, const struct log_event *event,
                       const struct condition_term *term)
{
    for (int i = 0; i < boot->count; i++) {
        const struct log_event *other = &boot->events[i];
        bool is_there = term->key == CONDITION_BEFORE ? other->line < event->last : other->last > event->last;
        bool is_about_it =
            other->address < 0 || event->address < 0 || log_slot(other->address) == log_slot(event->address);
        if (other != event && is_there && is_about_it && has_row_of(boot, other, &term->words))
            return true;
    }
    return false;
}

/* The vendor of all devices that a log speaks of, for a line that names none; NULL: there are several, or a
 * device of another address is known to be of it. */
static const char *find_only_vendor(const struct log_boot *boot, const struct log_event *event)
{
    const char *vendor = NULL;
    for (int i = 0; i < boot->named.count; i++) {
        const struct log_device *device = &boot->named.items[i];
        if (!device->vendor)
            continue;
        if ((vendor && strcmp(vendor, device->vendor) != 0) || (event->address >= 0 && device->address >= 0))
            return NULL;
        vendor = device->vendor;
    }
    return vendor;
}

static bool is_at_igpu(const struct log_boot *boot, const struct log_event *event)
{
    return log_slot(event->address) == 2 && !boot->is_guest;
}

/* What the machine has at the address of an event, which a guest has not. */
static struct log_device look_at_machine(const struct log_boot *boot, const struct log_event *event)
{
    struct log_device device = {.address = NO_ADDRESS};
    const struct log_machine *machine = boot->machine;
    if (!machine || boot->is_guest || event->address < 0 ||
        !machine->look(machine->context, event->address, event->driver, boot->kernel, &device))
        device = (struct log_device){.address = NO_ADDRESS};
    return device;
}

/* A fact about the device of an event; NULL: it is not known. What the line says comes before what the log
 * says, and that before what the machine has at this address. */
static const char *find_fact(const struct log_boot *boot, const struct log_event *event,
                             enum condition_key key)
{
    static const struct log_device nothing;
    const struct log_device *named = log_devices_find(&boot->named, event->address);
    struct log_device machine;
    named = named ? named : &nothing;
    switch (key) {
    case CONDITION_VENDOR:
        if (is_at_igpu(boot, event) || event->vendor || named->vendor)
            return is_at_igpu(boot, event) ? "intel" : event->vendor ? event->vendor : named->vendor;
        machine = look_at_machine(boot, event);
        return machine.vendor ? machine.vendor : find_only_vendor(boot, event);
    case CONDITION_DRIVER:
        if (event->driver || named->driver)
            return event->driver ? event->driver : named->driver;
        return look_at_machine(boot, event).driver;
    case CONDITION_CHIP:
        return look_at_machine(boot, event).chip;
    case CONDITION_VF:
        machine = look_at_machine(boot, event);
        if (machine.is_vf)
            return machine.is_vf == TRISTATE_YES ? "yes" : "no";
        return !is_at_igpu(boot, event) ? NULL : event->address & 7 ? "yes" : "no";
    case CONDITION_IGPU:
        return event->address < 0 ? NULL : is_at_igpu(boot, event) ? "yes" : "no";
    case CONDITION_SIDE:
        return boot->is_guest ? "guest" : NULL;
    case CONDITION_KERNEL:
        return boot->kernel[0] ? boot->kernel : NULL;
    default:
        return NULL;
    }
}

static enum tristate judge_row(const struct log_boot *boot, const struct log_event *event, int row)
{
    const struct symptom_condition *condition = &boot->rows[row].condition;
    enum tristate holds = TRISTATE_YES;
    for (int i = 0; i < condition->term_count; i++) {
        const struct condition_term *term = &condition->terms[i];
        enum tristate one = term->key == CONDITION_BEFORE || term->key == CONDITION_AFTER
                                ? tristate_of(has_beside(boot, event, term) != term->is_negated)
                                : condition_term_judge(term, find_fact(boot, event, term->key));
        if (one == TRISTATE_NO)
            return TRISTATE_NO;
        if (one == TRISTATE_UNKNOWN)
            holds = TRISTATE_UNKNOWN;
    }
    return holds;
}

void log_boot_judge(struct log_boot *boot)
{
    for (int i = 0; i < boot->count; i++) {
        struct log_event *event = &boot->events[i];
        for (int k = 0; k < event->fitting_count && event->row == NO_ROW; k++) {
            int row = event->fitting[k];
            enum tristate holds =
                boot->rows[row].fixable == FIXABLE_MARK ? TRISTATE_NO : judge_row(boot, event, row);
            if (holds == TRISTATE_YES)
                event->row = row;
            else if (holds == TRISTATE_UNKNOWN && event->alternative_count < MAX_OTHER_MEANINGS)
                event->alternatives[event->alternative_count++] = row;
        }
        if (event->row == NO_ROW && event->alternative_count)
            event->row = event->alternatives[--event->alternative_count];
    }
}

/* ---- what leads ---- */

/* Neither context nor harmless. */
static bool is_failure(const struct log_boot *boot, const struct log_event *event)
{
    return event->row != NO_ROW && boot->rows[event->row].fixable != FIXABLE_HARMLESS;
}

/* The only slot that failures name, for those that name none; NO_ADDRESS: there are several or none. */
static int64_t find_only_slot(const struct log_boot *boot)
{
    int64_t only = NO_ADDRESS;
    for (int i = 0; i < boot->count; i++) {
        int64_t slot = log_slot(boot->events[i].address);
        if (!is_failure(boot, &boot->events[i]) || slot < 0)
            continue;
        if (only >= 0 && only != slot)
            return NO_ADDRESS;
        only = slot;
    }
    return only;
}

/* The earliest failure of a group that is no mere effect, or else that is. */
static int find_earliest(const struct log_boot *boot, const int64_t slots[], int64_t slot)
{
    int effect = -1;
    for (int i = 0; i < boot->count; i++) {
        if (!is_failure(boot, &boot->events[i]) || slots[i] != slot)
            continue;
        if (!boot->rows[boot->events[i].row].condition.is_effect)
            return i;
        effect = effect < 0 ? i : effect;
    }
    return effect;
}

static int find_leader(const struct log_boot *boot, const int64_t slots[], int64_t slot)
{
    bool was[MAX_EVENTS] = {false};
    int leader = find_earliest(boot, slots, slot);
    for (int better = leader; better >= 0 && !was[better];) {
        was[leader = better] = true;
        const char *id = boot->rows[boot->events[leader].row].id;
        better = -1;
        for (int i = 0; i < boot->count && better < 0; i++) {
            if (!is_failure(boot, &boot->events[i]) || slots[i] != slot)
                continue;
            const struct symptom_row *row = &boot->rows[boot->events[i].row];
            if (condition_words_have(&row->condition.over, id) && strcmp(row->id, id) != 0)
                better = i;
        }
    }
    return leader;
}

int log_boot_lead(const struct log_boot *boot, int leaders[], int capacity, int groups[MAX_EVENTS])
{
    int64_t slots[MAX_EVENTS];
    int64_t only = find_only_slot(boot);
    int count = 0;
    for (int i = 0; i < boot->count; i++) {
        slots[i] = log_slot(boot->events[i].address);
        if (slots[i] < 0)
            slots[i] = only;
        groups[i] = -1;
    }
    for (int i = 0; i < boot->count && count < capacity; i++) {
        if (groups[i] >= 0 || !is_failure(boot, &boot->events[i]))
            continue;
        leaders[count] = find_leader(boot, slots, slots[i]);
        for (int k = i; k < boot->count; k++)
            if (slots[k] == slots[i] && is_failure(boot, &boot->events[k]))
                groups[k] = count;
        count++;
    }
    return count;
}
