-- Version 3: copies found at scale. Flags: stale_speeches, matched 0 -> marks posted and compared with what shares
-- them; matched 2 -> compared again (see dedupe/postings.py); matched 1 -> clustered anew, since what it is linked
-- with has changed. lone 1: new, and settled by itself already; nothing is to be done where nothing is found like it.

-- What a speech is found again by (see dedupe/marks.py), 64-bit integers in the blob: marks, below zero the prints
-- of its paragraphs, and a sketch; 41, 25 and 80 of 4,000 letters (1,170 bytes). top: the marks are all there are
-- up to it. A new number is higher than all there are.
CREATE TABLE signatures (
    number INTEGER PRIMARY KEY,
    speech TEXT NOT NULL UNIQUE,
    marks INTEGER NOT NULL,
    top INTEGER NOT NULL,
    signature BLOB NOT NULL
);

-- Postings: 33 bits of a mark or a print, 4 of the rank of a speech that has it, then 26 of its number. One integer
-- that is its own key takes 12 bytes, and those of one mark lie side by side in the order of their ranks.
DROP TABLE marks;
CREATE TABLE marks (key INTEGER PRIMARY KEY);
CREATE TABLE prints (key INTEGER PRIMARY KEY);

-- numbers: the part of their numbers that differs; places: JSON list of those only one of them names.
DROP TABLE links;
CREATE TABLE links (
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    kind TEXT NOT NULL,
    jaccard REAL NOT NULL,
    containment REAL NOT NULL,
    numbers REAL NOT NULL,
    places TEXT NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX links_by_b ON links (b);

-- A person's word on two speeches, by any ids once given (a < b): the same, or not.
CREATE TABLE verdicts (a TEXT NOT NULL, b TEXT NOT NULL, same INTEGER NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE INDEX verdicts_by_b ON verdicts (b);

ALTER TABLE stale_speeches ADD COLUMN matched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stale_speeches ADD COLUMN lone INTEGER NOT NULL DEFAULT 0;
INSERT OR IGNORE INTO stale_speeches (speech) SELECT id FROM speeches;
