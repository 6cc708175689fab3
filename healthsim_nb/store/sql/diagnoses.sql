-- What most patients have.
SELECT code, any_value(description) AS description, count(DISTINCT patient_id) AS patients
FROM hs.diagnoses
WHERE scenario_id = $scenario
GROUP BY code
ORDER BY patients DESC, code
LIMIT $most
