-- What most patients were prescribed.
SELECT name, count(DISTINCT patient_id) AS patients
FROM hs.medications
WHERE scenario_id = $scenario
GROUP BY name
ORDER BY patients DESC, name
LIMIT $most
