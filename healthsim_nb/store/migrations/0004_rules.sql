-- Rules by their own ids, as SELECTs; nothing has written to the table before, so it is made anew.
DROP TABLE hs.rules;
CREATE TABLE hs.rules (
    id TEXT NOT NULL,
    sql TEXT,
    table_name TEXT,
    severity TEXT,
    protects TEXT,
    source TEXT,
    confidence DOUBLE,
    enabled BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (id)
);
