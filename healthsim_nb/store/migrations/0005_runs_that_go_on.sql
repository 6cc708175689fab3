-- Runs that keep checkpoints, and go on after they were interrupted.
ALTER TABLE hs.runs ALTER COLUMN scenario_id DROP NOT NULL;
ALTER TABLE hs.runs ADD COLUMN checkpoint_interval INTEGER;
