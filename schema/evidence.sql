-- SPDX-License-Identifier: GPL-2.0-or-later
-- Counts the reports of a new database that drop_reports.sql has left: run by db/evidence.c once it has filled sample_rate
-- and reference.
--
-- An example: a GPU has three reports. One of 2026 that the tool sent weighs 1; one that failed, of 2010 and from a thread of
-- troubles, weighs 0.55 for that kind of sample, half for being public, and half of that for its age; a second one from the
-- same page a quarter of the one before it. They count in four rows of `evidence`: of those with the same mechanism (class),
-- of those with the same chip, of this ID, and where they name it of its subsystem; in the first three also by the kind of
-- machine and by the guest.

-- ---- outcomes ------------------------------------------------------------------------------------------------------
-- By device, board, machine and guest. The machine is the one that such a GPU is in, where a report names none. The reports are
-- sorted, not looked up by an index one after the other: their bodies lie between them.
CREATE TEMP TABLE counted AS
    SELECT pci_id, subsystem, share, chassis, guest, sample = 'vendor-statement' AS is_statement,
        CASE share WHEN 'whole' THEN '' ELSE '/' || share END AS suffix, sum(outcome = 'works') AS works,
        sum(outcome = 'works-with-workaround') AS works_with_workaround, sum(outcome = 'partial') AS partial,
        sum(outcome = 'fails') AS fails, sum(weight * (outcome = 'works')) AS weight_works,
        sum(weight * (outcome = 'works-with-workaround')) AS weight_works_with_workaround,
        sum(weight * (outcome = 'partial')) AS weight_partial, sum(weight * (outcome = 'fails')) AS weight_fails,
        sum(environment_failure) AS environment_failures, max(date) AS latest,
        sum(sample = 'troubleshooting') AS troubleshooting, sum(sample = 'showcase') AS showcase,
        sum(sample = 'survey') AS survey, sum(sample = 'vendor-statement') AS vendor_statement, sum(sample = 'tool') AS tool
    FROM (SELECT r.pci_id, r.subsystem, r.share, r.sample, r.outcome, r.guest, r.environment_failure, r.date,
            CASE WHEN r.chassis <> 'unknown' THEN r.chassis WHEN g.form_factor = 'mobile' THEN 'laptop'
                WHEN g.form_factor IN ('desktop', 'server') THEN g.form_factor ELSE 'unknown' END AS chassis,
            CASE r.environment_failure WHEN 1 THEN 0 ELSE report_weight(report_month(r.date), (SELECT month FROM newest),
                r.public, coalesce(p.place, 1), f.factor) END AS weight
        FROM report r NOT INDEXED CROSS JOIN sample_rate f ON f.sample = r.sample AND f.outcome = r.outcome
        LEFT JOIN gpu g ON g.pci_id = r.pci_id LEFT JOIN further p ON p.seq = r.seq)
    GROUP BY pci_id, subsystem, share, chassis, guest, is_statement;

-- In which rows a report with this guest is: that of all guests and its own; without a guest in all four for a half, where
-- it is not counted.
CREATE TEMP TABLE guest_row AS
    SELECT value AS own, '' AS guest, 1 AS counts, 1 AS divisor FROM json_each(json_array({guest}))
    UNION ALL SELECT value, value, 1, 1 FROM json_each(json_array({guest})) WHERE value <> 'unknown'
    UNION ALL SELECT 'unknown', value, 0, 2 FROM json_each(json_array({guest})) WHERE value <> 'unknown';

-- gpu_key has the keys of each GPU, and those that a machine settles where the ID is sold both ways. What is of one key,
-- machine and guest is added up before it is put into all its rows.
CREATE TEMP TABLE keyed AS
    WITH at_level (level, key, attempts, row) AS (
        SELECT 'class', k.class_key, 1, c.rowid FROM counted c
            JOIN gpu_key k ON k.pci_id = c.pci_id AND k.share = c.share AND k.chassis IN ('', c.chassis)
        UNION ALL SELECT 'chip', k.chip_key, 1, c.rowid FROM counted c
            JOIN gpu_key k ON k.pci_id = c.pci_id AND k.share = c.share AND k.chassis IN ('', c.chassis) WHERE k.chip_key <> ''
        UNION ALL SELECT 'id', printf('%04x:%04x%s', pci_id >> 16, pci_id & 0xffff, suffix), NOT is_statement, rowid FROM counted
        UNION ALL SELECT 'subsystem', printf('%04x:%04x:%04x:%04x%s', pci_id >> 16, pci_id & 0xffff, subsystem >> 16,
            subsystem & 0xffff, suffix), NOT is_statement, rowid FROM counted WHERE subsystem IS NOT NULL)
    SELECT l.level, l.key, c.chassis, c.guest, sum(works * attempts) AS works,
        sum(works_with_workaround * attempts) AS works_with_workaround, sum(partial * attempts) AS partial,
        sum(fails * attempts) AS fails, sum(weight_works * attempts) AS weight_works,
        sum(weight_works_with_workaround * attempts) AS weight_works_with_workaround,
        sum(weight_partial * attempts) AS weight_partial, sum(weight_fails * attempts) AS weight_fails,
        sum(environment_failures * attempts) AS environment_failures, max(latest) AS latest,
        sum(troubleshooting) AS troubleshooting, sum(showcase) AS showcase, sum(survey) AS survey,
        sum(vendor_statement) AS vendor_statement, sum(tool) AS tool
    FROM at_level l JOIN counted c ON c.rowid = l.row GROUP BY 1, 2, 3, 4;
INSERT INTO evidence
    SELECT k.level, k.key, CASE apart.chassis WHEN 1 THEN k.chassis ELSE '' END, g.guest, sum(works * counts),
        sum(works_with_workaround * counts), sum(partial * counts), sum(fails * counts), sum(weight_works / divisor),
        sum(weight_works_with_workaround / divisor), sum(weight_partial / divisor), sum(weight_fails / divisor),
        sum(environment_failures * counts), max(latest), sum(troubleshooting * counts), sum(showcase * counts),
        sum(survey * counts), sum(vendor_statement * counts), sum(tool * counts)
    FROM keyed k
    JOIN (SELECT 0 AS chassis UNION ALL SELECT 1) apart
        ON apart.chassis = 0 OR (k.level <> 'subsystem' AND k.chassis <> 'unknown')
    JOIN guest_row g ON g.own = k.guest AND (k.level <> 'subsystem' OR g.guest = '')
    GROUP BY 1, 2, 3, 4;
INSERT INTO evidence
    SELECT 'all', '', '', '', sum(works), sum(works_with_workaround), sum(partial), sum(fails), r.weight_works,
        r.weight_works_with_workaround, r.weight_partial, r.weight_fails, sum(environment_failures), max(latest),
        sum(troubleshooting), sum(showcase), sum(survey), sum(vendor_statement), sum(tool)
    FROM counted c JOIN gpu g ON g.pci_id = c.pci_id, reference r GROUP BY 1;

-- ---- what was tried ------------------------------------------------------------------------------------------------
CREATE TEMP TABLE attempt AS SELECT a.report, r.pci_id, r.share, a.fix, a.result IN ('fixed', 'helped') AS helped, a.purpose
    FROM report_attempt a JOIN report r ON r.seq = a.report;
CREATE TEMP TABLE device_fix AS SELECT pci_id, share, fix, count(*) AS tried, sum(helped) AS helped FROM attempt
    GROUP BY pci_id, share, fix;
CREATE TEMP TABLE fix_count (level TEXT, key TEXT, fix TEXT, tried INTEGER, helped INTEGER);
INSERT INTO fix_count SELECT 'id', printf('%04x:%04x%s', pci_id >> 16, pci_id & 0xffff,
        CASE share WHEN 'whole' THEN '' ELSE '/' || share END), fix, tried, helped FROM device_fix;
INSERT INTO fix_count SELECT 'chip', k.chip_key, d.fix, sum(d.tried), sum(d.helped)
    FROM device_fix d JOIN gpu_key k ON k.pci_id = d.pci_id AND k.share = d.share AND k.chassis = ''
    WHERE k.chip_key <> '' GROUP BY k.chip_key, d.fix;
INSERT INTO fix_count SELECT 'class', k.class_key, d.fix, sum(d.tried), sum(d.helped)
    FROM device_fix d JOIN gpu_key k ON k.pci_id = d.pci_id AND k.share = d.share AND k.chassis = ''
    GROUP BY k.class_key, d.fix;
-- A fix is for the symptom that it was tried for, or that its report has alone, if it is known to cure it or nothing is. What
-- was tried for one of several, and nobody knows for which, is counted beside, and so is what was done besides.
CREATE TEMP TABLE symptom_count (report INTEGER PRIMARY KEY, count INTEGER);
INSERT INTO symptom_count SELECT report, count(*) FROM report_symptom
    WHERE report NOT IN (SELECT seq FROM unclear) GROUP BY report;
INSERT INTO fix_count SELECT level, symptom, fix, count(*), sum(helped) FROM (
        SELECT 'symptom' AS level, purpose AS symptom, fix, helped FROM attempt WHERE purpose IS NOT NULL
        UNION ALL SELECT iif(n.count = 1 AND ((s.symptom, a.fix) IN (SELECT symptom, fix FROM symptom_fix)
            OR s.symptom NOT IN (SELECT symptom FROM symptom_fix)), 'symptom', 'symptom-beside'), s.symptom, a.fix, a.helped
        FROM attempt a JOIN symptom_count n ON n.report = a.report JOIN report_symptom s ON s.report = a.report
        WHERE a.purpose IS NULL)
    WHERE symptom NOT LIKE 'other:%' GROUP BY level, symptom, fix;
-- A report counts once for each blocker of its GPU, however many workarounds were tried.
CREATE TEMP TABLE blocker_try AS SELECT b.key, b.chip, max(a.helped) AS helped
    FROM attempt a JOIN gpu_blocker b ON b.pci_id = a.pci_id AND a.share = 'whole'
    JOIN blocker_fix f ON f.blocker = b.blocker AND f.fix = a.fix
    GROUP BY a.report, b.key;
INSERT INTO fix_count SELECT 'blocker', key, chip, count(*), sum(helped) FROM blocker_try GROUP BY key, chip;
INSERT INTO fix_count SELECT 'blocker', key, '', count(*), sum(helped) FROM blocker_try GROUP BY key;
INSERT INTO fix_count SELECT 'blocker-fix', b.key, a.fix, count(*), sum(a.helped)
    FROM attempt a JOIN gpu_blocker b ON b.pci_id = a.pci_id AND a.share = 'whole'
    JOIN blocker_fix f ON f.blocker = b.blocker AND f.fix = a.fix
    GROUP BY b.key, a.fix;
-- Nobody reads more than so many of one GPU, for one symptom or blocker.
INSERT INTO workaround
    SELECT level, key, rank, fix, tried, helped
    FROM (SELECT *, row_number() OVER (PARTITION BY level, key ORDER BY helped DESC, tried DESC, fix) AS rank FROM fix_count)
    WHERE rank <= CASE level WHEN 'symptom' THEN 64 WHEN 'symptom-beside' THEN 64 WHEN 'blocker' THEN 25 ELSE 16 END;
