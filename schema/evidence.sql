-- SPDX-License-Identifier: GPL-2.0-or-later
-- Counts the reports of a new database, once all are in: run by db/evidence.c in one transaction.
--
-- An example: a GPU has three reports. One of 2026 that the tool sent weighs 1; one of 2018 taken from a public page
-- weighs 0.5 for its age, and half of that for being public; a second one from the same page a quarter of the one before
-- it. They count in five rows of `evidence`: of all GPUs, of those with the same mechanism (class), of those with the same
-- chip, of this ID, and where they name it of its subsystem; in class, chip and ID also by the kind of machine.

-- ---- which reports count -------------------------------------------------------------------------------------------
-- Sorting takes as much memory as the cache may; what is more goes to a temporary file.
PRAGMA cache_size = -4000;
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
INSERT OR IGNORE INTO replaced SELECT r.supersedes, r.pci_id, r.source FROM superseding s CROSS JOIN report r ON r.seq = s.seq
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
    AND (r.supersedes, r.pci_id, r.source) NOT IN (SELECT id, pci_id, source FROM found)
    AND (r.supersedes, r.source) NOT IN (SELECT id, source FROM retraction) GROUP BY r.source;
DELETE FROM report_symptom WHERE report IN (SELECT seq FROM dropped);
DELETE FROM report_attempt WHERE report IN (SELECT seq FROM dropped);
DELETE FROM report WHERE seq IN (SELECT seq FROM dropped);

-- ---- outcomes ------------------------------------------------------------------------------------------------------
-- The month that one dated report in a hundred is of, or newer: ages are counted from there, never from the clock, so that
-- a build can be repeated. Not the newest of all: one wrong date would age all others.
CREATE TEMP TABLE newest AS SELECT coalesce(max(month), 0) AS month FROM
    (SELECT month, sum(sum(count)) OVER (ORDER BY month DESC) AS newer, sum(sum(count)) OVER () AS dated
        FROM (SELECT report_month(date) AS month, count(*) AS count FROM report GROUP BY date)
        WHERE month >= 0 GROUP BY month)
    WHERE newer * 100 >= dated;

-- What each report weighs, and the machine that it is about: where it names none, the one that such a GPU is in. The reports
-- are sorted, not looked up by an index one after the other: their bodies lie between them.
CREATE TEMP TABLE weighed AS
    SELECT r.pci_id, r.subsystem, r.outcome, r.public, r.environment_failure, r.date,
        CASE WHEN r.chassis <> 'unknown' THEN r.chassis WHEN g.form_factor = 'mobile' THEN 'laptop'
            WHEN g.form_factor IN ('desktop', 'server') THEN g.form_factor ELSE 'unknown' END AS chassis,
        CASE r.environment_failure WHEN 1 THEN 0
            ELSE report_weight(report_month(r.date), (SELECT month FROM newest), r.public,
                row_number() OVER (PARTITION BY r.pci_id, r.sender ORDER BY r.date DESC, r.id)) END AS weight
    FROM report r NOT INDEXED LEFT JOIN gpu g ON g.pci_id = r.pci_id;

-- By device, board and machine.
CREATE TEMP TABLE counted AS
    SELECT pci_id, subsystem, chassis, sum(outcome = 'works') AS works,
        sum(outcome = 'works-with-workaround') AS works_with_workaround, sum(outcome = 'partial') AS partial,
        sum(outcome = 'fails') AS fails, sum(weight * (outcome = 'works')) AS weight_works,
        sum(weight * (outcome = 'works-with-workaround')) AS weight_works_with_workaround,
        sum(weight * (outcome = 'partial')) AS weight_partial, sum(weight * (outcome = 'fails')) AS weight_fails,
        sum(public) AS public, sum(environment_failure) AS environment_failures, max(date) AS latest
    FROM weighed GROUP BY pci_id, subsystem, chassis;

-- gpu_key has the keys of each GPU, and those that a machine settles where the ID is sold both ways.
INSERT INTO evidence
    WITH at_level (level, key, by_chassis, row) AS (
        SELECT 'all', '', 0, c.rowid FROM counted c JOIN gpu g ON g.pci_id = c.pci_id
        UNION ALL SELECT 'class', k.class_key, 1, c.rowid FROM counted c
            JOIN gpu_key k ON k.pci_id = c.pci_id AND k.chassis IN ('', c.chassis)
        UNION ALL SELECT 'chip', k.chip_key, 1, c.rowid FROM counted c
            JOIN gpu_key k ON k.pci_id = c.pci_id AND k.chassis IN ('', c.chassis) WHERE k.chip_key <> ''
        UNION ALL SELECT 'id', printf('%04x:%04x', pci_id >> 16, pci_id & 0xffff), 1, rowid FROM counted
        UNION ALL SELECT 'subsystem', printf('%04x:%04x:%04x:%04x', pci_id >> 16, pci_id & 0xffff, subsystem >> 16,
            subsystem & 0xffff), 0, rowid FROM counted WHERE subsystem IS NOT NULL)
    SELECT l.level, l.key, CASE apart.chassis WHEN 1 THEN c.chassis ELSE '' END, sum(works), sum(works_with_workaround),
        sum(partial), sum(fails), sum(weight_works), sum(weight_works_with_workaround), sum(weight_partial),
        sum(weight_fails), sum(public), sum(environment_failures), max(latest)
    FROM at_level l JOIN counted c ON c.rowid = l.row
    JOIN (SELECT 0 AS chassis UNION ALL SELECT 1) apart
        ON apart.chassis = 0 OR (l.by_chassis AND c.chassis <> 'unknown')
    GROUP BY 1, 2, 3;

-- The first prior that fits the mechanism, which is the same for all GPUs of a class.
CREATE TEMP TABLE class_prior AS SELECT k.class_key, (SELECT p.id FROM prior p WHERE p.form_factor IN ('-', g.form_factor)
        AND p.display IN ('-', g.display) AND p.vbios IN ('-', g.vbios) AND p.reset IN ('-', g.reset)
        ORDER BY p.id LIMIT 1) AS prior
    FROM (SELECT class_key, min(pci_id) AS pci_id FROM gpu_key WHERE chassis = '' GROUP BY class_key) k
    JOIN gpu g ON g.pci_id = k.pci_id;

-- ---- what was tried ------------------------------------------------------------------------------------------------
CREATE TEMP TABLE attempt AS SELECT a.report, r.pci_id, a.fix, a.result IN ('fixed', 'helped') AS helped
    FROM report_attempt a JOIN report r ON r.seq = a.report;
CREATE TEMP TABLE device_fix AS SELECT pci_id, fix, count(*) AS tried, sum(helped) AS helped FROM attempt GROUP BY pci_id, fix;
CREATE TEMP TABLE fix_count (level TEXT, key TEXT, fix TEXT, tried INTEGER, helped INTEGER);
INSERT INTO fix_count SELECT 'id', printf('%04x:%04x', pci_id >> 16, pci_id & 0xffff), fix, tried, helped FROM device_fix;
INSERT INTO fix_count SELECT 'chip', k.chip_key, d.fix, sum(d.tried), sum(d.helped)
    FROM device_fix d JOIN gpu_key k ON k.pci_id = d.pci_id AND k.chassis = '' WHERE k.chip_key <> '' GROUP BY k.chip_key, d.fix;
INSERT INTO fix_count SELECT 'class', k.class_key, d.fix, sum(d.tried), sum(d.helped)
    FROM device_fix d JOIN gpu_key k ON k.pci_id = d.pci_id AND k.chassis = '' GROUP BY k.class_key, d.fix;
INSERT INTO fix_count SELECT 'symptom', s.symptom, a.fix, count(*), sum(a.helped)
    FROM attempt a JOIN report_symptom s ON s.report = a.report
    WHERE s.symptom NOT LIKE 'other:%' AND a.report NOT IN (SELECT seq FROM unclear) GROUP BY s.symptom, a.fix;
-- A report counts once for each blocker of its GPU, however many workarounds were tried.
CREATE TEMP TABLE blocker_try AS SELECT b.key, b.chip, max(a.helped) AS helped
    FROM attempt a JOIN gpu_blocker b ON b.pci_id = a.pci_id JOIN blocker_fix f ON f.blocker = b.blocker AND f.fix = a.fix
    GROUP BY a.report, b.key;
INSERT INTO fix_count SELECT 'blocker', key, chip, count(*), sum(helped) FROM blocker_try GROUP BY key, chip;
INSERT INTO fix_count SELECT 'blocker', key, '', count(*), sum(helped) FROM blocker_try GROUP BY key;
INSERT INTO fix_count SELECT 'blocker-fix', b.key, a.fix, count(*), sum(a.helped)
    FROM attempt a JOIN gpu_blocker b ON b.pci_id = a.pci_id JOIN blocker_fix f ON f.blocker = b.blocker AND f.fix = a.fix
    GROUP BY b.key, a.fix;
-- Nobody reads more than so many of one GPU, for one symptom or blocker.
INSERT INTO workaround
    SELECT level, key, rank, fix, tried, helped
    FROM (SELECT *, row_number() OVER (PARTITION BY level, key ORDER BY helped DESC, tried DESC, fix) AS rank FROM fix_count)
    WHERE rank <= CASE level WHEN 'symptom' THEN 64 WHEN 'blocker' THEN 25 ELSE 16 END;
