-- SPDX-License-Identifier: GPL-2.0-or-later
-- Drops the aliases of what is not a GPU, and those that are there twice, and indexes the others: run by db/builder_file.c
-- once all names and GPUs are in.
DELETE FROM alias WHERE pci_id NOT IN (SELECT pci_id FROM gpu)
  OR id NOT IN (SELECT min(id) FROM alias GROUP BY pci_id, revision, name);

-- The name that a report gives a GPU adds nothing if a list gives it, too; nor does it hold if a list gives it to another
-- ID alone, unless the lists have no product for this one.
WITH listed (name, pci_id) AS
  (SELECT substr(name, 1, instr(name || ' |', ' |') - 1), pci_id FROM alias WHERE source <> 'reports')
DELETE FROM alias WHERE source = 'reports' AND ((name, pci_id) IN listed
  OR (name IN (SELECT name FROM listed) AND pci_id IN (SELECT pci_id FROM listed WHERE name NOT LIKE '|%')));

-- A chip that is in no name (Sandy Bridge) is found all the same.
INSERT INTO alias SELECT NULL, '| ' || lower(chip), pci_id, -1, chip, form_factor, 'pci.ids' FROM gpu WHERE chip <> ''
  AND chip NOT IN (SELECT g.chip FROM alias a JOIN gpu g ON g.pci_id = a.pci_id
    WHERE instr(' ' || a.name || ' ', ' ' || lower(g.chip) || ' '));

UPDATE alias SET form_factor = (SELECT g.form_factor FROM gpu g WHERE g.pci_id = alias.pci_id) WHERE form_factor = 'unknown';
INSERT INTO alias_words (rowid, name) SELECT id, ' ' || name || ' ' FROM alias;
INSERT INTO alias_words (alias_words) VALUES ('optimize');
