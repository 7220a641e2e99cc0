-- Version 5: a person's word, and what a change of rules leaves to be done.
-- Flags: stale_pages -> made again from their own bytes.

-- What a person took out of the archive: dump files by path, pages by id, nothing of their text.
-- word: what it was called by, and is undone by.
CREATE TABLE forgotten (
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    word TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (kind, what)
) WITHOUT ROWID;

-- The dump files that hold a page forgotten by its id: to be read again if it may come back.
CREATE TABLE forgotten_places (
    page TEXT NOT NULL,
    dump TEXT NOT NULL,
    PRIMARY KEY (page, dump)
) WITHOUT ROWID;

-- What a person put right in the speech that holds a page. value: see flows/person/corrections.py, NULL where it can't be
-- known. other: the id that a verdict (field same, value yes or no) is about. Of two words the later counts.
CREATE TABLE corrections (
    number INTEGER PRIMARY KEY,
    page TEXT NOT NULL,
    field TEXT NOT NULL,
    other TEXT NOT NULL DEFAULT '',
    value TEXT,
    reason TEXT NOT NULL,
    told TEXT NOT NULL,
    UNIQUE (page, field, other)
);

CREATE TABLE stale_pages (page TEXT PRIMARY KEY) WITHOUT ROWID;

-- Names of record fields that a run was given (JSON); a page is made again with those of the run that took it in.
CREATE TABLE run_fields (run TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID;

-- How the speeches were before a refresh began, as hashes, to tell at its end what changed.
CREATE TABLE before_refresh (
    speech TEXT PRIMARY KEY,
    whole INTEGER,
    level INTEGER,
    region INTEGER,
    date INTEGER,
    cluster TEXT
) WITHOUT ROWID;

CREATE INDEX site_pages_by_page ON site_pages (page);
CREATE INDEX sources_by_dump ON sources (dump);

-- An archive of an earlier version may hold bytes of rows that it deleted (see words.py).
INSERT INTO meta SELECT 'scrub', '1' WHERE EXISTS (SELECT 1 FROM pages);
