-- Version 4: families. Groups of one title that lack pages may hold parts of one speech (see stitch/families.py);
-- from two such groups on, up to a bound, their speeches are made together (see families.py).
-- Flag: stale_families -> made anew, once all their groups are.

CREATE TABLE families (group_key TEXT PRIMARY KEY, family TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX families_by_family ON families (family);

-- cause: as that of stale_groups.
CREATE TABLE stale_families (family TEXT PRIMARY KEY, cause TEXT NOT NULL) WITHOUT ROWID;

-- Groups of earlier versions that lack pages are made anew, which tells what they have in common.
INSERT OR IGNORE INTO stale_groups (group_key)
    SELECT DISTINCT group_key FROM speeches WHERE json_array_length(CAST(tagged AS TEXT), '$.missing_pages') > 0;
