-- SPDX-License-Identifier: GPL-2.0-or-later
-- Drops the reports of a new database that do not count, once all are in, and counts the others by how they came to be
-- known: run by db/evidence.c before evidence.sql, in one transaction.

-- ---- which reports count -------------------------------------------------------------------------------------------
-- Sorting takes as much memory as the cache may; what is more goes to a temporary file.
PRAGMA cache_size = -2500;
-- A query gets its reports from this index, newest first.
CREATE INDEX report_of_device ON report (pci_id, date DESC, id);
CREATE INDEX temp.retraction_of_id ON retraction (id, source);
CREATE TEMP TABLE dropped (seq INTEGER PRIMARY KEY, reason TEXT NOT NULL);

-- A report is retracted where it came from: other sources may have it still.
INSERT INTO dropped SELECT r.seq, 'retracted' FROM report r INDEXED BY report_of_device
    WHERE r.id IN (SELECT id FROM retraction)
    AND EXISTS (SELECT 1 FROM retraction t WHERE t.id = r.id AND t.source = r.source);

-- A report that another one of the same ID and source replaces. A chain drops all but its end, whatever came first. A
-- cycle cannot be: an id is the hash of what names the other one.
CREATE TEMP TABLE replaced (id BLOB, pci_id INTEGER, source INTEGER, PRIMARY KEY (id, pci_id, source)) WITHOUT ROWID;
INSERT OR IGNORE INTO replaced SELECT s.replaced, r.pci_id, r.source FROM superseding s CROSS JOIN report r ON r.seq = s.seq
    WHERE r.seq NOT IN (SELECT seq FROM dropped);
CREATE TEMP TABLE found AS SELECT r.seq, r.id, r.pci_id, r.source FROM report r INDEXED BY report_of_device
    WHERE r.id IN (SELECT id FROM replaced)
    AND EXISTS (SELECT 1 FROM replaced p WHERE p.id = r.id AND p.pci_id = r.pci_id AND p.source = r.source);
INSERT OR IGNORE INTO dropped SELECT seq, 'superseded' FROM found;

-- Of a report that came in twice the first one stays.
INSERT INTO dropped SELECT r.seq, 'duplicate'
    FROM (SELECT pci_id, date, id, min(seq) AS first FROM report INDEXED BY report_of_device
        WHERE seq NOT IN (SELECT seq FROM dropped) GROUP BY pci_id, date, id HAVING count(*) > 1) twice
    JOIN report r INDEXED BY report_of_device ON r.pci_id = twice.pci_id AND r.date = twice.date AND r.id = twice.id
    WHERE r.seq > twice.first AND r.seq NOT IN (SELECT seq FROM dropped);

CREATE TEMP TABLE dropped_of_source AS SELECT r.source, d.reason, count(*) AS count
    FROM dropped d JOIN report r ON r.seq = d.seq GROUP BY r.source, d.reason;
UPDATE source SET records = records - (SELECT sum(count) FROM dropped_of_source WHERE source = source.id)
    WHERE id IN (SELECT source FROM dropped_of_source);
-- Of the program itself: how many reports were there twice.
UPDATE source SET rejected = (SELECT coalesce(sum(count), 0) FROM dropped_of_source WHERE reason = 'duplicate')
    WHERE kind = 'program';
-- Reports that were to replace one that is not there, or not of this ID and source.
INSERT INTO dropped_of_source SELECT r.source, 'without effect', count(DISTINCT r.id)
    FROM superseding s CROSS JOIN report r ON r.seq = s.seq
    WHERE r.seq NOT IN (SELECT seq FROM dropped WHERE reason = 'retracted')
    AND (s.replaced, r.pci_id, r.source) NOT IN (SELECT id, pci_id, source FROM found)
    AND (s.replaced, r.source) NOT IN (SELECT id, source FROM retraction) GROUP BY r.source;
DELETE FROM report_symptom WHERE report IN (SELECT seq FROM dropped);
DELETE FROM report_attempt WHERE report IN (SELECT seq FROM dropped);
DELETE FROM report WHERE seq IN (SELECT seq FROM dropped);

-- ---- what is left: what its weight follows from ----------------------------------------------------------------------
-- place: of the reports of one sender on an ID those about the GPU come first, then the newest. All that are not here are the
-- first: most senders have sent one report, and a sort of their numbers alone is a small part of one of whole reports.
CREATE TEMP TABLE further (seq INTEGER PRIMARY KEY, place INTEGER NOT NULL);
INSERT INTO further SELECT seq, place FROM (SELECT seq, row_number() OVER
            (PARTITION BY pci_id, share, sender ORDER BY environment_failure, date DESC, id) AS place
        FROM report NOT INDEXED WHERE sender IN (SELECT sender FROM report GROUP BY sender HAVING count(*) > 1))
    WHERE place > 1;

-- The month that one dated report in a hundred is of, or newer: ages are counted from there, never from the clock, so that
-- a build can be repeated. Not the newest of all: one wrong date would age all others.
CREATE TEMP TABLE newest AS SELECT coalesce(max(month), 0) AS month FROM
    (SELECT month, sum(sum(count)) OVER (ORDER BY month DESC) AS newer, sum(sum(count)) OVER () AS dated
        FROM (SELECT report_month(date) AS month, count(*) AS count FROM report INDEXED BY report_of_device GROUP BY date)
        WHERE month >= 0 GROUP BY month)
    WHERE newer * 100 >= dated;

-- What the tool saw fail for a reason outside the GPU says nothing of what GPUs do. Source 0 is the bundled data, 1 all files that a user imported, however they are cut, and each feed is one.
CREATE TEMP TABLE sample_count AS
    SELECT CASE WHEN s.kind = 'feed' THEN s.id WHEN s.cached THEN 1 ELSE 0 END AS source, sample, outcome,
        sum(count) AS count
    FROM (SELECT source, sample, outcome, count(*) AS count FROM report NOT INDEXED
        WHERE sample <> 'tool' OR NOT environment_failure GROUP BY source, sample, outcome) c
    JOIN source s ON s.id = c.source GROUP BY 1, 2, 3;

-- What is taken for the rates of all attempts, in millionths of a report: core/report_weight.c computes it.
CREATE TEMP TABLE reference (weight_works INTEGER, weight_works_with_workaround INTEGER, weight_partial INTEGER,
    weight_fails INTEGER);
