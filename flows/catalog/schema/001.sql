-- Version 1. Flags say what is still to be done, so that a run that was killed is caught up by the next:
-- stale_groups -> stitched and tagged; stale_speeches -> compared and clustered; revision -> indexed.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- A dump file taken in. path is absolute and printable, file the name as first given.
CREATE TABLE dumps (
    path TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    seen_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    run TEXT NOT NULL
) WITHOUT ROWID;

-- A page after the clean stage (record: JSON), and its own bytes (raw: deflated), to do it all again.
CREATE TABLE pages (
    id TEXT PRIMARY KEY,
    group_key TEXT NOT NULL,
    record BLOB NOT NULL,
    raw BLOB NOT NULL,
    run TEXT NOT NULL
);
CREATE INDEX pages_by_group ON pages (group_key);

-- Where a page was found; the same bytes may lie in many places.
CREATE TABLE sources (
    page TEXT NOT NULL,
    dump TEXT NOT NULL,
    file TEXT NOT NULL,
    offset INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (page, dump, file, offset)
) WITHOUT ROWID;

CREATE TABLE rejects (
    number INTEGER PRIMARY KEY,
    dump TEXT NOT NULL,
    reason TEXT NOT NULL,
    record BLOB NOT NULL,
    run TEXT NOT NULL
);
CREATE INDEX rejects_by_dump ON rejects (dump);

CREATE TABLE stale_groups (group_key TEXT PRIMARY KEY) WITHOUT ROWID;

-- tagged: the speech by itself (JSON). settled: with what its cluster adds.
CREATE TABLE speeches (
    id TEXT PRIMARY KEY,
    group_key TEXT NOT NULL,
    tagged BLOB NOT NULL,
    settled BLOB,
    cluster TEXT,
    canonical INTEGER,
    variants INTEGER,
    revision INTEGER,
    run TEXT NOT NULL
);
CREATE INDEX speeches_by_group ON speeches (group_key);
CREATE INDEX speeches_by_cluster ON speeches (cluster);
CREATE INDEX speeches_by_revision ON speeches (revision);

-- Any id once given is a page's id; it resolves to the speech that holds the page today.
CREATE TABLE speech_pages (page TEXT PRIMARY KEY, speech TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX speech_pages_by_speech ON speech_pages (speech);

-- Sampled shingles of a speech, and the pairs found alike through them (a < b).
CREATE TABLE marks (mark INTEGER NOT NULL, speech TEXT NOT NULL, PRIMARY KEY (mark, speech)) WITHOUT ROWID;
CREATE INDEX marks_by_speech ON marks (speech);
CREATE TABLE links (
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    kind TEXT NOT NULL,
    jaccard REAL NOT NULL,
    containment REAL NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX links_by_b ON links (b);
CREATE TABLE stale_speeches (speech TEXT PRIMARY KEY) WITHOUT ROWID;

-- What an engine may hold: the revision it confirmed, or -1 where it has not confirmed any.
CREATE TABLE indexed (
    engine TEXT NOT NULL,
    speech TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (engine, speech)
) WITHOUT ROWID;

CREATE TABLE runs (id TEXT PRIMARY KEY, started TEXT NOT NULL, report BLOB) WITHOUT ROWID;
