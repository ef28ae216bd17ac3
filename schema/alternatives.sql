-- SPDX-License-Identifier: GPL-2.0-or-later
-- Chooses the cards to buy instead, once each GPU has its verdict: run by db/evidence.c.
CREATE TEMP TABLE card AS SELECT g.pci_id, d.name, g.usable, p.usd, p.as_of, p.line, p.place, g.chip
    FROM gpu g JOIN device d ON d.pci_id = g.pci_id LEFT JOIN price p ON p.pci_id = g.pci_id
    WHERE g.form_factor = 'desktop' AND g.display <> 'none' AND g.vbios = 'rom-bar' AND g.usable > 0.5;
-- Those with one chip, the priced ones first.
INSERT INTO alternative SELECT printf('%04x/%s', pci_id >> 16, chip), rank, pci_id, name, usable, usd, as_of
    FROM (SELECT *, row_number() OVER (PARTITION BY pci_id >> 16, chip ORDER BY usd IS NULL, usable DESC, line, place, pci_id) AS rank
        FROM card WHERE chip <> '')
    WHERE rank <= 12;
-- The first card of each line of the price list.
INSERT INTO alternative SELECT '', row_number() OVER (ORDER BY usd, line), pci_id, name, usable, usd, as_of
    FROM (SELECT *, row_number() OVER (PARTITION BY line ORDER BY place) AS first FROM card WHERE usd IS NOT NULL)
    WHERE first = 1;
