-- Notes on runs and patients, widget inputs by notebook, outputs that outlive their scenario.
-- Nothing has ever been written into the last two, so they are made anew.
ALTER TABLE hs.notes ADD COLUMN run_key INTEGER;
ALTER TABLE hs.notes ADD COLUMN patient_id BIGINT;
DROP TABLE hs.widget_state;
CREATE TABLE hs.widget_state (
    notebook TEXT NOT NULL,
    widget TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (notebook, widget, field)
);
DROP TABLE hs.outputs;
CREATE TABLE hs.outputs (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    number INTEGER,
    scenario TEXT NOT NULL,
    format TEXT NOT NULL,
    what TEXT NOT NULL,
    path TEXT NOT NULL,
    files INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (id)
);
