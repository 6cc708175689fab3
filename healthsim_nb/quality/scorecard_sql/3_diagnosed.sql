-- One row a patient: the groups of diagnoses that encounters of the period record.
CREATE OR REPLACE TEMP TABLE sc_diagnosed AS
SELECT d.patient_id AS id, list(DISTINCT c.name) AS has
FROM hs.diagnoses AS d
JOIN sc_codes AS c USING (code)
CROSS JOIN sc_period AS p
WHERE d.scenario_id = $scenario AND d.diagnosed_date BETWEEN p.since AND p.last_day
GROUP BY d.patient_id;
