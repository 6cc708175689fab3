-- What most patients have. Chapter Z is left out: it says why somebody came, not what they have.
SELECT code, any_value(description) AS description, count(DISTINCT patient_id) AS patients
FROM hs.diagnoses
WHERE scenario_id = $scenario AND NOT starts_with(code, 'Z')
GROUP BY code
ORDER BY patients DESC, code
LIMIT $most
