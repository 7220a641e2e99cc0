-- Version 2: lines learned from repetition. What is learned of a site is a function of its rows in site_pages
-- alone; learned_lines holds the answer, so that it is known which pages a change touches.
-- Flags: unlearned_pages -> in site_pages; stale_sites -> learned anew; stale_groups -> made anew.

-- What is kept of each page that has a site (see clean/site_lines.py), 64-bit integers in the blobs: 16 marks
-- and some 35 lines, 590 bytes a page (measured), 0.6 GB for a million pages beside 15 GB of the pages themselves.
-- The order of the key is that in which a sample is taken, so a large site is never read whole to learn from.
CREATE TABLE site_pages (
    site TEXT NOT NULL,
    rank INTEGER NOT NULL,
    page TEXT NOT NULL,
    work INTEGER NOT NULL,
    sketch BLOB NOT NULL,
    lines BLOB NOT NULL,
    PRIMARY KEY (site, rank, page)
) WITHOUT ROWID;

-- everywhere: 1 where the line goes wherever it stands, 0 where it goes at the edges of a page alone.
CREATE TABLE learned_lines (
    site TEXT NOT NULL,
    line INTEGER NOT NULL,
    everywhere INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (site, line)
) WITHOUT ROWID;

-- rank: the smallest of the pages that are new; above the sample's last they change nothing.
CREATE TABLE stale_sites (site TEXT PRIMARY KEY, rank INTEGER NOT NULL) WITHOUT ROWID;

-- Pages taken in by version 1.
CREATE TABLE unlearned_pages (page TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO unlearned_pages SELECT id FROM pages;

-- Why a group is to be made anew: its pages, or only the lines learned of its site.
ALTER TABLE stale_groups ADD COLUMN cause TEXT NOT NULL DEFAULT 'pages';
