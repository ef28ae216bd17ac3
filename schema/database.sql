-- SPDX-License-Identifier: GPL-2.0-or-later
-- The database of passthru: derived, immutable, rebuilt as a whole by passthru-import from its sources.
--
-- The build takes comments out (schema/sql.awk). The last line of the comment in front of a table is what `passthru db
-- info` and docs/schema.md say of it. {group} stands for the words of that group of schema/vocabulary.tsv: they stand in
-- the table of that name, and a CHECK of words is done by `passthru db check` alone, as SQLite would read it at each start.
-- A PCI ID is a number, vendor << 16 | device, and a subsystem likewise: 0x10de1d16 is 10de:1d16. Confidences run from 0
-- to 1. References are checked by `passthru db check`: SQLite checks none unless it is asked to.
PRAGMA application_id = 0x50545255; -- "PTRU"
PRAGMA user_version = 6;

-- kind: pci.ids, amdgpu.ids, supported-gpus.json, nvidia-readme, modules.alias, reports, feed, the name of a table of
-- data/ (rules, facts, names, ranges, samples, subvendors, board-words, processors, chips, cards, prices, priors, codes,
-- symptoms, plan), additions (a user's own rows for one of them), or program, which built it.
-- The sources it was made from, with versions
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,      -- the file as it was named
    version TEXT,            -- as the file states it
    date TEXT,               -- as the file states it
    hash TEXT,               -- BLAKE2b-256 of the file's bytes, which a cached report file is named by; of a feed the
                             -- SHA-256 of its manifest
    cached INTEGER NOT NULL CHECK (cached IN (0, 1)), -- kept in the source cache beside the database
    records INTEGER NOT NULL,
    rejected INTEGER NOT NULL -- records that were malformed and left out
) STRICT;

-- The words that columns of this kind have, and what they mean
CREATE TABLE vocabulary (
    kind TEXT,
    word TEXT,
    meaning TEXT NOT NULL,
    PRIMARY KEY (kind, word)
) STRICT, WITHOUT ROWID;

-- All of pci.ids is kept: an IOMMU group holds any kind of device.
-- The vendors of pci.ids
CREATE TABLE vendor (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
-- origin is NULL where the name is that of the pci.ids that was read: data/names.tsv has newer ones.
-- The devices of pci.ids, and newer GPUs
CREATE TABLE device (
    pci_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    origin INTEGER REFERENCES origin
) STRICT;
-- The subsystems of pci.ids: the boards
CREATE TABLE subsystem (
    pci_id INTEGER,
    subsystem INTEGER,
    name TEXT NOT NULL,
    PRIMARY KEY (pci_id, subsystem)
) STRICT, WITHOUT ROWID;

-- text begins with the kind: rule, fact, list, names.tsv, ranges.tsv, subvendor.
-- Who states a value or a name
CREATE TABLE origin (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;

-- id is the order in the file, and the first row that fits a GPU holds; NULL fits any value. The shares add up to 1.
-- GPUs of one vendor and row are a class. From data/priors.tsv.
-- What the mechanism implies, without reports
CREATE TABLE prior (
    id INTEGER PRIMARY KEY,
    share TEXT CHECK (share IN ({share})),
    vendor INTEGER,
    form_factor TEXT CHECK (form_factor IN ({form_factor})),
    vbios TEXT CHECK (vbios IN ({vbios})),
    display TEXT CHECK (display IN ({display})),
    reset TEXT CHECK (reset IN ({reset})),
    chips TEXT, -- GLOB patterns, a comma between
    works REAL NOT NULL,
    works_with_workaround REAL NOT NULL,
    partial REAL NOT NULL,
    fails REAL NOT NULL,
    strength REAL NOT NULL, -- in reports
    reason TEXT NOT NULL
) STRICT;

-- chip is '' when the name does not say; usable is NULL when nothing is known.
-- The GPUs, and what is known of each
CREATE TABLE gpu (
    pci_id INTEGER PRIMARY KEY REFERENCES device,
    chip TEXT NOT NULL,
    is_gpu_origin INTEGER NOT NULL REFERENCES origin,
    is_gpu_confidence REAL NOT NULL,
    chip_origin INTEGER REFERENCES origin,
    chip_confidence REAL NOT NULL,
    form_factor TEXT NOT NULL CHECK (form_factor IN ({form_factor})),
    form_factor_origin INTEGER REFERENCES origin,
    form_factor_confidence REAL NOT NULL,
    display TEXT NOT NULL CHECK (display IN ({display})),
    display_origin INTEGER REFERENCES origin,
    display_confidence REAL NOT NULL,
    vbios TEXT NOT NULL CHECK (vbios IN ({vbios})),
    vbios_origin INTEGER REFERENCES origin,
    vbios_confidence REAL NOT NULL,
    reset TEXT NOT NULL CHECK (reset IN ({reset})),
    reset_origin INTEGER REFERENCES origin,
    reset_confidence REAL NOT NULL,
    prior INTEGER REFERENCES prior, -- NULL: the mechanism is not known
    usable REAL,                    -- the verdict's probability for the ID
    reports INTEGER NOT NULL,       -- on the ID, and counted in the verdict
    features INTEGER REFERENCES chip -- NULL: no row there fits
) STRICT;

-- id is the order in the file, and the first row that an ID is in holds. From data/ranges.tsv.
-- What the number says of a GPU that no list names
CREATE TABLE gpu_range (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    generation TEXT NOT NULL, -- 'GeForce RTX 50 series'
    origin INTEGER NOT NULL REFERENCES origin,
    chip TEXT NOT NULL,
    form_factor TEXT NOT NULL CHECK (form_factor IN ({form_factor})),
    form_factor_origin INTEGER REFERENCES origin,
    form_factor_confidence REAL NOT NULL,
    display TEXT NOT NULL CHECK (display IN ({display})),
    display_origin INTEGER REFERENCES origin,
    display_confidence REAL NOT NULL,
    vbios TEXT NOT NULL CHECK (vbios IN ({vbios})),
    vbios_origin INTEGER REFERENCES origin,
    vbios_confidence REAL NOT NULL,
    reset TEXT NOT NULL CHECK (reset IN ({reset})),
    reset_origin INTEGER REFERENCES origin,
    reset_confidence REAL NOT NULL,
    features INTEGER REFERENCES chip
) STRICT;

-- Many makers sell one ID as a card and as a laptop chip. -1 is any subsystem or revision; pci_id -1: what the maker of a
-- board usually makes, whose number is the first half of a subsystem that ends in 0000.
-- What a subsystem or a revision changes
CREATE TABLE gpu_variant (
    pci_id INTEGER,
    subsystem INTEGER,
    revision INTEGER,
    product TEXT NOT NULL, -- '' when only the form factor is known
    form_factor TEXT NOT NULL CHECK (form_factor IN ({form_factor})),
    confidence REAL NOT NULL,
    origin INTEGER NOT NULL REFERENCES origin,
    PRIMARY KEY (pci_id, subsystem, revision)
) STRICT, WITHOUT ROWID;

-- rank: from 1, the strongest; the value that won stands in gpu.
-- Values that were stated of a GPU and lost
CREATE TABLE annotation (
    pci_id INTEGER REFERENCES gpu,
    attribute TEXT CHECK (attribute IN ('is_gpu', 'chip', 'form_factor', 'display', 'vbios', 'reset')),
    rank INTEGER,
    value TEXT NOT NULL,
    confidence REAL NOT NULL,
    origin INTEGER NOT NULL REFERENCES origin,
    PRIMARY KEY (pci_id, attribute, rank)
) STRICT, WITHOUT ROWID;

-- From data/board-words.tsv. words: those of a kind, a | between them, each as the search writes it: lower case, a space
-- between letters and digits. A search needs all of them, so one row is faster than a row each.
-- Words in names of GPUs that are not the model
CREATE TABLE name_word (
    kind TEXT PRIMARY KEY CHECK (kind IN ({word_kind})),
    words TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- name: the words as the search writes them, a | and the chip's code name. revision -1: any. source: the kind of the
-- source, as in the table of sources, or subsystem: the name of a board in pci.ids.
-- Names by which people ask for GPUs
CREATE TABLE alias (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    pci_id INTEGER NOT NULL REFERENCES gpu,
    revision INTEGER NOT NULL,
    product TEXT NOT NULL, -- as it is written
    form_factor TEXT NOT NULL CHECK (form_factor IN ({form_factor})),
    source TEXT NOT NULL
) STRICT;
-- The rowid is that of the alias. A space stands before and after each name, so that " ti " finds the whole word.
-- The index of these names
CREATE VIRTUAL TABLE alias_words USING fts5 (name, content = '', columnsize = 0, tokenize = 'trigram');

-- id is the order in the file: a line means the first row that fits it. Several may have the same symptom.
-- From data/symptoms.tsv.
-- What failures look like in a log
CREATE TABLE symptom (
    id INTEGER PRIMARY KEY,
    symptom TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('guest', 'host', 'any')), -- whose log shows it
    fixable TEXT NOT NULL CHECK (fixable IN ({fixable})),
    words TEXT NOT NULL,   -- a line has one of them before the pattern is tried
    pattern TEXT NOT NULL, -- PCRE2
    condition TEXT NOT NULL, -- what else must be so; '-' is nothing (data/README.md)
    cause TEXT NOT NULL,
    next_step TEXT NOT NULL
) STRICT;
-- From data/codes.tsv: id is the order in the file, and the first row that fits a code holds.
-- What the code in a line means: the number of an Xid, of a Device Manager
CREATE TABLE symptom_code (
    id INTEGER PRIMARY KEY,
    symptom TEXT NOT NULL,
    code TEXT NOT NULL, -- * is anything
    cause TEXT NOT NULL,
    next_step TEXT NOT NULL
) STRICT;

-- From data/plan.tsv: id is the order in the file. Rows of one step whose condition holds make it together (core/plan.h).
-- What passthru plan tells to do
CREATE TABLE plan_step (
    id INTEGER PRIMARY KEY,
    step TEXT NOT NULL,
    condition TEXT NOT NULL, -- facts of the vocabulary, as are those of have
    have TEXT NOT NULL,      -- what makes it done
    title TEXT NOT NULL,
    why TEXT NOT NULL,
    parameters TEXT NOT NULL, -- of the kernel
    file TEXT NOT NULL,
    content TEXT NOT NULL,
    commands TEXT NOT NULL,
    verification TEXT NOT NULL,
    undo TEXT NOT NULL,
    reboot TEXT NOT NULL CHECK (reboot IN ('', 'yes'))
) STRICT;

-- Reports of attempts; body has all of each
CREATE TABLE report (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL, -- SHA-256 of the body
    pci_id INTEGER NOT NULL,
    subsystem INTEGER,
    chassis TEXT NOT NULL CHECK (chassis IN ({chassis})),
    outcome TEXT NOT NULL CHECK (outcome IN ({outcome})),
    sample TEXT NOT NULL CHECK (sample IN ({sample})), -- how it came to be known
    share TEXT NOT NULL CHECK (share IN ({share})), -- how much of the GPU was passed
    guest TEXT NOT NULL CHECK (guest IN ({guest})), -- what its guest_os is
    date TEXT NOT NULL, -- YYYY, YYYY-MM or YYYY-MM-DD; '' when it is not known
    public INTEGER NOT NULL CHECK (public IN (0, 1)), -- taken from a public page
    environment_failure INTEGER NOT NULL CHECK (environment_failure IN (0, 1)), -- the GPU is not to blame
    sender INTEGER NOT NULL, -- the same for reports that seem to come from one source
    source INTEGER NOT NULL REFERENCES source,
    body TEXT NOT NULL -- canonical JSON (RFC 8785)
) STRICT;
-- What was seen in an attempt
CREATE TABLE report_symptom (
    report INTEGER REFERENCES report,
    symptom TEXT, -- of the vocabulary, or other:...
    PRIMARY KEY (report, symptom)
) STRICT, WITHOUT ROWID;
-- What was tried in an attempt, in order
CREATE TABLE report_attempt (
    report INTEGER REFERENCES report,
    place INTEGER,
    fix TEXT NOT NULL, -- of the vocabulary, or other:...
    result TEXT NOT NULL CHECK (result IN ({result})),
    purpose TEXT, -- the symptom of the report that it was tried for, where that is known
    PRIMARY KEY (report, place)
) STRICT, WITHOUT ROWID;

-- How often attempts that came to be known so end so; reference: what is taken for the rate among all attempts; factor: what
-- a report weighs for that. core/report_weight.c makes the rows, and docs/verdict.md has the formulas.
-- How each kind of sample distorts
CREATE TABLE sample_rate (
    sample TEXT CHECK (sample IN ({sample})),
    outcome TEXT CHECK (outcome IN ({outcome})),
    reports REAL NOT NULL,
    rate REAL NOT NULL,
    reference REAL NOT NULL,
    factor REAL NOT NULL,
    PRIMARY KEY (sample, outcome)
) STRICT, WITHOUT ROWID;

-- level all (key ''), class (key vendor/prior), chip (key vendor/chip/form factor), id (key vvvv:dddd), subsystem (key
-- vvvv:dddd:ssss:ssss); of a part of a GPU all keys but that of a class end in /sr-iov or /vgpu. chassis '' has the reports
-- from all machines, guest '' those of all guests; a report without a guest is in the row of each with half its weight, and
-- is not counted there. Weights are in millionths of a new report that the tool sent, those of level all the reference. What
-- a maker states is counted up to the chip. schema/evidence.sql makes the rows.
-- A query costs the same with ten reports or a million.
-- Reports counted by level of knowledge
CREATE TABLE evidence (
    level TEXT CHECK (level IN ('all', 'class', 'chip', 'id', 'subsystem')),
    key TEXT,
    chassis TEXT CHECK (chassis IN ('', {chassis})),
    guest TEXT CHECK (guest IN ('', {guest})),
    works INTEGER NOT NULL,
    works_with_workaround INTEGER NOT NULL,
    partial INTEGER NOT NULL,
    fails INTEGER NOT NULL,
    weight_works INTEGER NOT NULL,
    weight_works_with_workaround INTEGER NOT NULL,
    weight_partial INTEGER NOT NULL,
    weight_fails INTEGER NOT NULL,
    environment_failures INTEGER NOT NULL, -- these weigh nothing
    latest TEXT NOT NULL,
    troubleshooting INTEGER NOT NULL, -- how many came to be known so; of an ID the statements, too
    showcase INTEGER NOT NULL,
    survey INTEGER NOT NULL,
    vendor_statement INTEGER NOT NULL,
    tool INTEGER NOT NULL,
    PRIMARY KEY (level, key, chassis, guest)
) STRICT, WITHOUT ROWID;
-- level id, chip and class: the fixes for what the key names. symptom: those for a symptom;
-- symptom-beside: those in reports that have it and others, and do not say for which, or that are not known to cure it. blocker-fix, key
-- vendor/blocker: the documented workarounds. blocker, the same key: how these did by chip, which stands in fix; '' is all
-- chips together. What helped most often comes first.
-- What was tried, and how often it helped
CREATE TABLE workaround (
    level TEXT CHECK (level IN ('id', 'chip', 'class', 'symptom', 'symptom-beside', 'blocker', 'blocker-fix')),
    key TEXT,
    rank INTEGER,
    fix TEXT NOT NULL,
    tried INTEGER NOT NULL,
    helped INTEGER NOT NULL,
    PRIMARY KEY (level, key, rank)
) STRICT, WITHOUT ROWID;

-- From data/chips.tsv: id is the order in the file, and the first row that fits a chip holds. '' is not known. encode, decode
-- and split are lists with commas, or none; cuda and rocm the last version that supports it, current or none.
-- What a chip can do, and which drivers it has
CREATE TABLE chip (
    id INTEGER PRIMARY KEY,
    vendor INTEGER NOT NULL,
    chip TEXT NOT NULL, -- a GLOB pattern
    generation TEXT NOT NULL,
    encode TEXT NOT NULL,
    decode TEXT NOT NULL,
    split TEXT NOT NULL,
    licence TEXT NOT NULL,
    macos TEXT NOT NULL,
    driver TEXT NOT NULL,
    security TEXT NOT NULL, -- current, legacy, ended YYYY-MM
    cuda TEXT NOT NULL,
    rocm TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
-- From data/cards.tsv. NULL and '' are not known.
-- Cards as they are sold
CREATE TABLE card (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    chip TEXT NOT NULL,
    released TEXT NOT NULL,
    vram_gib REAL,
    memory TEXT NOT NULL,
    bandwidth_gb_s REAL,
    board_power_w INTEGER,
    slots REAL,
    low_profile TEXT NOT NULL CHECK (low_profile IN ({low_profile})),
    cooling TEXT NOT NULL CHECK (cooling IN ({cooling})),
    power_connectors TEXT NOT NULL, -- none: it draws all from the slot
    outputs TEXT NOT NULL,
    length_mm INTEGER,
    bus TEXT NOT NULL,
    cuda_capability TEXT NOT NULL,
    fp32_tflops REAL,
    launch_usd INTEGER,
    sold TEXT NOT NULL CHECK (sold IN ({sold})),
    features INTEGER REFERENCES chip -- NULL: no row there fits
) STRICT;
-- revision -1 is any; place is the order in the file.
-- Which IDs and revisions a card has
CREATE TABLE card_id (
    pci_id INTEGER,
    revision INTEGER,
    card INTEGER REFERENCES card,
    place INTEGER NOT NULL,
    PRIMARY KEY (pci_id, revision, card)
) STRICT, WITHOUT ROWID;
-- From data/prices.tsv: over the sources of the twelve months before the newest one.
-- What cards cost, in US dollars
CREATE TABLE price (
    card INTEGER REFERENCES card,
    condition TEXT CHECK (condition IN ({condition})),
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    as_of TEXT NOT NULL, -- YYYY-MM, the newest
    kind TEXT NOT NULL CHECK (kind IN ({price_kind})),
    sources INTEGER NOT NULL, -- how many agree on that range
    old INTEGER NOT NULL CHECK (old IN (0, 1)), -- a year older than the newest price of all cards
    PRIMARY KEY (card, condition)
) STRICT, WITHOUT ROWID;

-- key vendor/chip: those with that chip; 'compute 40': for a card without outputs, those with so many GiB or more; '12': for
-- others likewise.
-- Cards to buy instead
CREATE TABLE alternative (
    key TEXT,
    rank INTEGER,
    pci_id INTEGER NOT NULL REFERENCES gpu,
    name TEXT NOT NULL,
    usable REAL NOT NULL,
    price_low INTEGER, -- NULL: not known
    price_high INTEGER,
    price_as_of TEXT,
    PRIMARY KEY (key, rank)
) STRICT, WITHOUT ROWID;
