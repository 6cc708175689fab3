-- People who are alive on the last day, and whether they had a dose against influenza in the year.
SELECT q.*, i.id IS NOT NULL AS influenza
FROM sc_person AS q LEFT JOIN (
    SELECT DISTINCT i.patient_id AS id FROM hs.immunizations AS i CROSS JOIN sc_period AS p
    WHERE i.scenario_id = $scenario
        AND i.cvx_code IN ('88', '111', '135', '140', '141', '144', '149', '150', '155', '158',
            '161', '168', '171', '185', '186', '197', '205', '320', '333')
        AND i.status = 'completed' AND i.administered_date >= p.last_year
) AS i ON i.id = q.id
WHERE q.alive
