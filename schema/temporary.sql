-- SPDX-License-Identifier: GPL-2.0-or-later
-- What building a database needs beside its tables: run by db/builder_file.c after database.sql.

-- By what the reports on a GPU are counted, by which machine it has these keys.
CREATE TEMP TABLE gpu_key (pci_id INTEGER, share TEXT, chassis TEXT, prior INTEGER, class_key TEXT, chip_key TEXT,
  PRIMARY KEY (pci_id, share, chassis)) WITHOUT ROWID;
-- Which GPUs have reports on a part of them.
CREATE TEMP TABLE shared (pci_id INTEGER, share INTEGER, PRIMARY KEY (pci_id, share)) WITHOUT ROWID;
-- The blockers of a GPU, and the chip that they are counted for; the documented workarounds of each.
CREATE TEMP TABLE gpu_blocker (pci_id INTEGER, blocker TEXT, key TEXT, chip TEXT, PRIMARY KEY (pci_id, blocker)) WITHOUT ROWID;
CREATE TEMP TABLE blocker_fix (blocker TEXT, fix TEXT, PRIMARY KEY (blocker, fix)) WITHOUT ROWID;
-- Which fixes can cure a symptom.
CREATE TEMP TABLE symptom_fix (symptom TEXT, fix TEXT, PRIMARY KEY (symptom, fix)) WITHOUT ROWID;
-- Which reports name so many symptoms and fixes that these do not belong together, and which supersede another.
CREATE TEMP TABLE unclear (seq INTEGER PRIMARY KEY);
CREATE TEMP TABLE superseding (seq INTEGER PRIMARY KEY, replaced BLOB);
-- What sources have retracted.
CREATE TEMP TABLE retraction (id BLOB, source INTEGER);
-- What each source says of a price, and of which card.
CREATE TEMP TABLE stated_price (card INTEGER, condition TEXT, low INTEGER, high INTEGER, as_of TEXT, kind TEXT);
CREATE TEMP TABLE card_name (name TEXT PRIMARY KEY, card INTEGER) WITHOUT ROWID;
