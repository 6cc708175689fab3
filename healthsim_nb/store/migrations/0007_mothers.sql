-- Children who are born during a scenario know their mothers.
ALTER TABLE hs.patients ADD COLUMN mother_id BIGINT;
