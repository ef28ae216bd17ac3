/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/private_text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/macros.h"

static const char hex_digits[] = "0123456789abcdefABCDEF";

/* ASCII alone, whatever the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || is_upper(c);
}

static bool is_word(char c)
{
    return is_digit(c) || is_letter(c) || (c & 0x80);
}

/* Each of these returns the length of what starts at `text`, 0: it is something else. */

/* Groups of so many hexadecimal digits, with one and the same separator between them. */
static size_t match_groups(const char *text, const unsigned char sizes[], size_t count,
                           const char *separators)
{
    const char *at = text;
    char separator = '\0';
    for (size_t i = 0; i < count; i++) {
        if (i) {
            if (!*at || !strchr(separators, *at) || (separator && *at != separator))
                return 0;
            separator = *at++;
        }
        if (strspn(at, hex_digits) != sizes[i])
            return 0;
        at += sizes[i];
    }
    return is_word(*at) || (separator && *at == separator) ? 0 : (size_t)(at - text);
}

static size_t match_mac(const char *text)
{
    static const unsigned char six[] = {2, 2, 2, 2, 2, 2};
    static const unsigned char three[] = {4, 4, 4};
    size_t length = match_groups(text, six, sizeof six, ":-.");
    return length ? length : match_groups(text, three, sizeof three, ".");
}

static size_t match_uuid(const char *text)
{
    static const unsigned char sizes[] = {8, 4, 4, 4, 12};
    return match_groups(text, sizes, sizeof sizes, "-_");
}

static size_t match_long_hex(const char *text)
{
    size_t length = strspn(text, hex_digits);
    return length >= 32 && !is_word(text[length]) ? length : 0;
}

static bool is_mail_char(char c)
{
    return is_word(c) || (c && strchr("._+-", c));
}

static size_t match_mail(const char *text)
{
    const char *at = text;
    while (is_mail_char(*at))
        at++;
    /* "3840x2160@60": a refresh rate. */
    if (at == text || *at != '@' || !is_letter(at[1]))
        return 0;
    for (at++; is_mail_char(*at);)
        at++;
    return (size_t)(at - text);
}

/* RFC 791: four numbers up to 255 without leading zeroes. */
static size_t match_ipv4(const char *text, bool is_version)
{
    const char *at = text;
    int parts[4];
    for (int i = 0; i < 4; i++) {
        int digits = 0;
        if (i && *at++ != '.')
            return 0;
        for (parts[i] = 0; is_digit(*at) && digits < 4; digits++)
            parts[i] = parts[i] * 10 + (*at++ - '0');
        if (!digits || parts[i] > 255 || (digits > 1 && at[-digits] == '0'))
            return 0;
    }
    if (is_word(*at) || (*at == '.' && is_digit(at[1])) || !parts[0])
        return 0;
    bool is_private = (parts[0] == 192 && parts[1] == 168) ||
                      (parts[0] == 172 && parts[1] >= 16 && parts[1] < 32) || parts[0] == 127;
    return is_version && !is_private ? 0 : (size_t)(at - text);
}

/* RFC 4291, 2.2: eight groups, or fewer with one "::". A PCI ID with its subsystem has four and no "::". */
static size_t match_ipv6(const char *text)
{
    const char *at = text;
    int groups = 0;
    int gaps = 0;
    size_t longest = 0;
    for (;;) {
        size_t digits = strspn(at, hex_digits);
        if (digits > 4 || is_word(at[digits]))
            return 0;
        groups += digits > 0;
        longest = digits > longest ? digits : longest;
        at += digits;
        if (*at != ':')
            break;
        gaps += at[1] == ':';
        at += at[1] == ':' ? 2 : 1;
    }
    bool full = groups == 8 && !gaps;
    bool shortened = groups >= 2 && groups < 8 && gaps == 1 && longest >= 3;
    return full || shortened ? (size_t)(at - text) : 0;
}

static size_t match_home(const char *text)
{
    static const char *const parents[] = {"/home/", "/Users/", "\\Users\\", "/var/home/"};
    for (size_t i = 0; i < ARRAY_SIZE(parents); i++) {
        size_t length = strlen(parents[i]);
        if (strncasecmp(text, parents[i], length) == 0 && is_word(text[length])) {
            while (is_mail_char(text[length]))
                length++;
            return length;
        }
    }
    return 0;
}

/* "serial number: X", "S/N X", "Service Tag X": the word after it must have a digit, as a serial port has
 * not. */
static size_t match_labelled_serial(const char *text)
{
    static const char *const labels[] = {"serial number", "serial no", "serial",      "s/n",
                                         "sn:",           "sn=",       "service tag", "asset tag",
                                         "product key",   "machine-id"};
    for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
        size_t label = strlen(labels[i]);
        if (strncasecmp(text, labels[i], label) != 0)
            continue;
        const char *at = text + label;
        at += strspn(at, " .:=#\"'");
        if (at == text + label && text[label - 1] != ':' && text[label - 1] != '=')
            continue;
        if (strncasecmp(at, "is ", 3) == 0)
            at += 3;
        size_t length = 0;
        bool has_digit = false;
        for (; is_word(at[length]) || (at[length] == '-' && is_word(at[length + 1])); length++)
            has_digit |= is_digit(at[length]);
        if (has_digit && length >= 5 && strncasecmp(at, "0x", 2) != 0)
            return (size_t)(at - text) + length;
    }
    return 0;
}

/* Twelve and more capitals and digits that keep changing, as no model name does. */
static size_t match_bare_serial(const char *text)
{
    size_t length = 0;
    int digits = 0;
    int changes = 0;
    for (; is_digit(text[length]) || is_upper(text[length]); length++) {
        digits += is_digit(text[length]);
        changes += length && is_digit(text[length]) != is_digit(text[length - 1]);
    }
    bool looks_so = length >= 12 && digits >= 4 && (int)length - digits >= 3 && changes >= 3;
    return looks_so && !is_word(text[length]) && text[length] != '_' ? length : 0;
}

static enum private_shape match(const char *text, bool is_version, size_t *length)
{
    if ((*length = match_uuid(text)))
        return PRIVATE_UUID;
    if ((*length = match_mac(text)))
        return PRIVATE_MAC;
    if ((*length = match_long_hex(text)))
        return PRIVATE_LONG_HEX;
    if ((*length = match_mail(text)))
        return PRIVATE_MAIL;
    if ((*length = match_ipv4(text, is_version)) || (*length = match_ipv6(text)))
        return PRIVATE_IP_ADDRESS;
    if ((*length = match_labelled_serial(text)) || (*length = match_bare_serial(text)))
        return PRIVATE_SERIAL;
    return PRIVATE_NONE;
}

enum private_shape private_text_find(const char *text, bool is_version, size_t *start, size_t *length)
{
    size_t found = 0;
    for (const char *at = text; *at; at++) {
        enum private_shape shape = PRIVATE_NONE;
        bool begins = at == text || !is_word(at[-1]);
        bool goes_on = at > text + 1 && at[-1] == '.' && is_digit(at[-2]); /* a longer version number */
        if ((found = match_home(at)))
            shape = PRIVATE_HOME;
        else if (begins && !goes_on && (is_word(*at) || *at == ':'))
            shape = match(at, is_version, &found);
        if (!shape)
            continue;
        if (start) {
            *start = (size_t)(at - text);
            *length = found;
        }
        return shape;
    }
    return PRIVATE_NONE;
}

const char *private_shape_name(enum private_shape shape)
{
    static const char *const names[] = {
        [PRIVATE_NONE] = "nothing",
        [PRIVATE_MAC] = "a MAC address",
        [PRIVATE_UUID] = "a UUID",
        [PRIVATE_LONG_HEX] = "a machine ID or another long hexadecimal number",
        [PRIVATE_MAIL] = "an e-mail address or a user and host name",
        [PRIVATE_IP_ADDRESS] = "an IP address",
        [PRIVATE_HOME] = "a path with a user name",
        [PRIVATE_SERIAL] = "a serial number",
    };
    return names[shape];
}

static bool is_everybodys(const char *name)
{
    static const char *const common[] = {
        "root",   "user",     "admin",   "administrator", "localhost", "localdomain", "proxmox", "unraid",
        "tower",  "truenas",  "freenas", "debian",        "ubuntu",    "fedora",      "arch",    "archlinux",
        "linux",  "nixos",    "kali",    "server",        "desktop",   "laptop",      "host",    "home",
        "guest",  "computer", "windows", "workstation",   "virt",      "libvirt",     "qemu",    "nvidia",
        "gentoo", "manjaro",  "gaming",  "test",          "none",      "homelab",     "opensuse"};
    for (size_t i = 0; i < ARRAY_SIZE(common); i++)
        if (strcasecmp(common[i], name) == 0)
            return true;
    return false;
}

bool private_name_stands_in(const char *text, const char *name)
{
    size_t length = strlen(name);
    if (length < 4 || is_everybodys(name))
        return false;
    for (const char *at = text; *at; at++)
        if ((at == text || !is_word(at[-1])) && strncasecmp(at, name, length) == 0 && !is_word(at[length]))
            return true;
    return false;
}
