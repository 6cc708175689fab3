-- Which run goes on from which: extend, add, resume.
ALTER TABLE hs.runs ADD COLUMN parent_run_key INTEGER;
