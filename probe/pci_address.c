#include <stdio.h>
#include <string.h>

#include "probe/pci.h"

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* `digits` hexadecimal digits and the byte `end` behind them. Moves *text behind that, or returns -1. */
static int parse_part(const char **text, int digits, char end)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        int digit = hex_digit((*text)[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    if ((*text)[digits] != end)
        return -1;
    *text += digits + 1;
    return value;
}

bool pci_address_parse(const char *text, struct pci_address *address)
{
    int domain = strlen(text) == 12 ? parse_part(&text, 4, ':') : 0;
    int bus = domain < 0 ? -1 : parse_part(&text, 2, ':');
    int slot = bus < 0 ? -1 : parse_part(&text, 2, '.');
    int function = slot < 0 ? -1 : parse_part(&text, 1, '\0');
    if (function < 0 || slot > 31 || function > 7)
        return false;
    *address = (struct pci_address){(uint16_t)domain, (uint8_t)bus, (uint8_t)slot, (uint8_t)function};
    return true;
}

char *pci_address_print(const struct pci_address *address, char text[PCI_ADDRESS_TEXT_SIZE])
{
    snprintf(text, PCI_ADDRESS_TEXT_SIZE, "%04x:%02x:%02x.%x", address->domain, address->bus, address->slot,
             address->function & 0xfU);
    return text;
}
