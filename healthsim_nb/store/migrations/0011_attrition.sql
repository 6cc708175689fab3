-- How many were simulated and how many kept, where patients are chosen by what happens to them.
ALTER TABLE hs.runs ADD COLUMN attrition TEXT;
