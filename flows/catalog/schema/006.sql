-- Version 6: postings in pieces of up to 2,048 sorted integers, in a blob each (see pieces.py), since to keep each as
-- a row of its own made a speech cost the more the more there were. reader.py moves the rows.
ALTER TABLE marks RENAME TO marks_in_rows;
CREATE TABLE marks (first INTEGER PRIMARY KEY, keys BLOB NOT NULL);

ALTER TABLE prints RENAME TO prints_in_rows;
CREATE TABLE prints (first INTEGER PRIMARY KEY, keys BLOB NOT NULL);
