-- What was done in a workspace, entry by entry.
CREATE TABLE hs.history_entries (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    scenario TEXT,
    inputs TEXT NOT NULL,
    result TEXT NOT NULL,
    status TEXT NOT NULL,
    row_count BIGINT,
    started_by TEXT NOT NULL,
    began_at TIMESTAMP NOT NULL,
    seconds DOUBLE NOT NULL,
    PRIMARY KEY (id)
);
