-- Which of the groups of codes.csv each code of the scenario's diagnoses belongs to.
CREATE OR REPLACE TEMP TABLE sc_codes AS
SELECT DISTINCT d.code, g.name
FROM (SELECT DISTINCT code FROM hs.diagnoses WHERE scenario_id = $scenario) AS d
JOIN sc_groups AS g ON g.kind = 'diagnosis' AND starts_with(d.code, g.prefix);
