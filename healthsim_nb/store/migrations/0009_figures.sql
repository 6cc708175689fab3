-- Statistics of large scenarios are kept until rows come or go.
CREATE TABLE hs.figures (
    scenario_id INTEGER NOT NULL,
    mark TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (scenario_id)
);
