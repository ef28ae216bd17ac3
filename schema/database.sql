-- The database of passthru: derived, immutable, rebuilt as a whole by passthru-import from its sources.
-- Words (form factors, outcomes and so on) are those of schema/vocabulary.tsv, written from its enums. There are no CHECKs:
-- every reader would parse them at each start. Every build and `passthru db check` look at them (db/inspect.c).
-- PCI IDs are numbers, vendor << 16 | device; a subsystem likewise. Confidences run from 0 to 1. What is `in` another
-- table is that table's row number; SQLite would check no such reference here, and every reader would parse it.
PRAGMA application_id = 0x50545255; -- "PTRU"
PRAGMA user_version = 2;

-- What was imported, from where, in which version.
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    -- pci.ids, amdgpu.ids, supported-gpus.json, nvidia-readme, modules.alias, reports, or a table of data/ (rules,
    -- facts, subvendors, prices, priors, uses, symptoms), a feed, or the program that built it. No CHECK: each
    -- start of each reader would parse the list.
    kind TEXT NOT NULL,
    name TEXT NOT NULL,      -- the file as it was named
    version TEXT,            -- as the file states it
    date TEXT,               -- as the file states it
    hash TEXT,               -- BLAKE2b-256 of the file's bytes; a cached report file is named by it
    cached INTEGER NOT NULL, -- kept in the source cache beside the database
    records INTEGER NOT NULL,
    refused INTEGER NOT NULL -- records that were malformed and left out
) STRICT;

-- All of pci.ids: an IOMMU group holds any kind of device.
-- A key that is one number is the rowid itself: that is built twice as fast as WITHOUT ROWID.
CREATE TABLE vendor (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE device (pci_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE subsystem (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT; -- id: pci_id << 32 | subsystem
CREATE TABLE class (
    base INTEGER NOT NULL,
    sub INTEGER NOT NULL,       -- -1: the base class itself
    interface INTEGER NOT NULL, -- -1: the subclass itself
    name TEXT NOT NULL,
    PRIMARY KEY (base, sub, interface)
) STRICT, WITHOUT ROWID;

-- Who says so: a rule of data/rules.tsv, a line of data/facts.tsv or data/subvendors.tsv, a product list.
CREATE TABLE origin (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, -- rule, fact, list or subvendor
    text TEXT NOT NULL
) STRICT;

-- What the mechanism implies, from data/priors.tsv.
CREATE TABLE prior (
    id INTEGER PRIMARY KEY,    -- the order in the file: the first one that fits holds
    form_factor TEXT NOT NULL, -- '-': any
    vbios TEXT NOT NULL,
    display TEXT NOT NULL,
    reset TEXT NOT NULL,
    works REAL NOT NULL,
    works_with_workaround REAL NOT NULL,
    partial REAL NOT NULL,
    fails REAL NOT NULL,
    strength REAL NOT NULL, -- in reports
    reason TEXT NOT NULL
) STRICT;

-- One row for each device that is a GPU, with the resolved annotation.
CREATE TABLE gpu (
    pci_id INTEGER PRIMARY KEY,
    chip TEXT NOT NULL, -- '' when the name does not tell
    is_gpu_origin INTEGER NOT NULL, -- in origin
    is_gpu_confidence REAL NOT NULL,
    chip_origin INTEGER, -- in origin
    chip_confidence REAL NOT NULL,
    form_factor TEXT NOT NULL,
    form_factor_origin INTEGER, -- in origin
    form_factor_confidence REAL NOT NULL,
    display TEXT NOT NULL,
    display_origin INTEGER, -- in origin
    display_confidence REAL NOT NULL,
    vbios TEXT NOT NULL,
    vbios_origin INTEGER, -- in origin
    vbios_confidence REAL NOT NULL,
    reset TEXT NOT NULL,
    reset_origin INTEGER, -- in origin
    reset_confidence REAL NOT NULL,
    prior INTEGER, -- in prior; NULL: the mechanism is not known
    all_evidence INTEGER, -- rows of evidence, for all chassis; NULL: no report
    class_evidence INTEGER,
    chip_evidence INTEGER,
    id_evidence INTEGER,
    usable REAL -- the verdict's probability for the ID as such; NULL: unknown
) STRICT;

-- What a subsystem or a revision changes: many makers sell one ID as a card and as a laptop chip. -1 is any.
CREATE TABLE gpu_variant (
    pci_id INTEGER NOT NULL,
    subsystem INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    product TEXT NOT NULL, -- '' when only the form factor is known
    form_factor TEXT NOT NULL,
    confidence REAL NOT NULL,
    origin INTEGER NOT NULL, -- in origin
    PRIMARY KEY (pci_id, subsystem, revision)
) STRICT, WITHOUT ROWID;

-- What the maker of a board usually makes: it settles an ID that is sold both ways.
CREATE TABLE subvendor (
    id INTEGER PRIMARY KEY,
    form_factor TEXT NOT NULL,
    confidence REAL NOT NULL,
    origin INTEGER NOT NULL -- in origin
) STRICT;

-- The values that were stated about a GPU and lost; the one that won stands in gpu. `id` is pci_id << 8 and the place
-- among the losers of a GPU: in the order of their attributes, and within one from the strongest.
CREATE TABLE annotation (
    id INTEGER PRIMARY KEY,
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    confidence REAL NOT NULL,
    origin INTEGER NOT NULL -- in origin
) STRICT;

-- The search words of each GPU: device name, vendor name, subsystem names. The rowid is the PCI ID.
CREATE VIRTUAL TABLE gpu_words USING fts5 (words, content = '', columnsize = 0, tokenize = 'ascii');

-- What a failure looks like in a log: the fields of a line of data/symptoms.tsv, separated by tabs, all but the
-- example. They are read one and all, and each column would cost the start of every reader. `id` is the order in the
-- file: causes before what follows from them. What was tried stands in the table workaround, level 'symptom', by word.
CREATE TABLE symptom (id INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;

CREATE TABLE report (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL, -- SHA-256 of the canonical JSON
    pci_id INTEGER NOT NULL,
    subsystem INTEGER,
    chassis TEXT NOT NULL,
    outcome TEXT NOT NULL,
    date TEXT NOT NULL, -- '' when it is not known
    public INTEGER NOT NULL, -- 1: taken from a public page
    outside INTEGER NOT NULL, -- 1: it failed for a reason outside the GPU, by the symptoms environment_symptom
    sender INTEGER NOT NULL, -- the same for reports that seem to come from one source
    source INTEGER NOT NULL, -- in source
    attempts TEXT NOT NULL, -- what was tried, one a line: the result, a space, the fix
    symptoms TEXT NOT NULL, -- what it was tried for, a word a line; '' where nothing was tried
    body TEXT NOT NULL -- the canonical JSON
) STRICT;
-- An index report_of_device is made when all reports are in (db/report_counts.c): a query gets its reports from it
-- newest first, and one pass over it counts them all.
-- Outcomes by level of knowledge, so that a query costs the same with ten reports or a million.
-- level: all (key ''), class (key vendor/form factor/vbios/display/reset), chip (key vendor/chip/form factor), id (key
-- vvvv:dddd), subsystem (key vvvv:dddd:ssss:ssss). chassis '' has the reports from all machines.
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    level TEXT NOT NULL,
    key TEXT NOT NULL,
    chassis TEXT NOT NULL,
    works INTEGER NOT NULL, -- how many reports
    works_with_workaround INTEGER NOT NULL,
    partial INTEGER NOT NULL,
    fails INTEGER NOT NULL,
    weight_works INTEGER NOT NULL, -- what they weigh together, in millionths of a new report that the tool sent
    weight_works_with_workaround INTEGER NOT NULL,
    weight_partial INTEGER NOT NULL,
    weight_fails INTEGER NOT NULL,
    public INTEGER NOT NULL,  -- how many of them are from public pages
    outside INTEGER NOT NULL, -- how many failed for a reason outside the GPU, and weigh nothing
    latest TEXT NOT NULL,
    UNIQUE (level, key, chassis)
) STRICT;
-- What was tried. level id and chip: the fixes for what the key names. level path, key vendor/fix: how a fix did by chip.
CREATE TABLE workaround (
    level TEXT NOT NULL,
    key TEXT NOT NULL,
    rank INTEGER NOT NULL, -- what helped most often first
    fix TEXT NOT NULL,
    tried INTEGER NOT NULL,
    helped INTEGER NOT NULL,
    PRIMARY KEY (level, key, rank)
) STRICT, WITHOUT ROWID;

-- Cards to buy instead: those with a chip (key vendor/chip), and under the key '' the ones of the price list. Cards of
-- one name may stand here more than once.
CREATE TABLE alternative (
    key TEXT NOT NULL,
    rank INTEGER NOT NULL, -- priced and usable ones first; the price list from the cheapest
    pci_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    usable REAL NOT NULL,
    price_usd INTEGER, -- NULL: not known
    price_as_of TEXT,
    PRIMARY KEY (key, rank)
) STRICT, WITHOUT ROWID;

-- Approximate prices of used cards, from data/prices.tsv.
CREATE TABLE price (
    pci_id INTEGER PRIMARY KEY,
    usd INTEGER NOT NULL,
    as_of TEXT NOT NULL,
    line INTEGER NOT NULL, -- the IDs of one line of prices.tsv are one product
    place INTEGER NOT NULL -- the order within the line
) STRICT, WITHOUT ROWID;

-- Which chips are good for which use, from data/uses.tsv: the first row that fits a chip holds.
CREATE TABLE chip_use (
    id INTEGER PRIMARY KEY, -- the order in the file
    vendor INTEGER NOT NULL,
    chip TEXT NOT NULL, -- a GLOB pattern
    use TEXT NOT NULL,
    suits INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
