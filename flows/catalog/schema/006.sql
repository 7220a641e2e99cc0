-- Version 6: postings in pieces of up to 2,048 sorted integers, in a blob each (see pieces.py), since to keep each as
-- a row of its own made a speech cost the more the more there were. packed: a function of the migration's.
ALTER TABLE marks RENAME TO marks_in_rows;
CREATE TABLE marks (first INTEGER PRIMARY KEY, keys BLOB NOT NULL);
INSERT INTO marks SELECT min(key), packed(key) FROM
    (SELECT key, (row_number() OVER (ORDER BY key) - 1) / 1024 AS piece FROM marks_in_rows) GROUP BY piece;
DROP TABLE marks_in_rows;

ALTER TABLE prints RENAME TO prints_in_rows;
CREATE TABLE prints (first INTEGER PRIMARY KEY, keys BLOB NOT NULL);
INSERT INTO prints SELECT min(key), packed(key) FROM
    (SELECT key, (row_number() OVER (ORDER BY key) - 1) / 1024 AS piece FROM prints_in_rows) GROUP BY piece;
DROP TABLE prints_in_rows;
