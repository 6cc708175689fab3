-- Visits and stays by class.
SELECT class_code, count(*) AS count
FROM hs.encounters
WHERE scenario_id = $scenario
GROUP BY class_code
ORDER BY count DESC, class_code
