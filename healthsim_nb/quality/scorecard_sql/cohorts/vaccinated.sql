-- People who are alive on the last day, and whether they had a dose against influenza in the year.
SELECT q.*, EXISTS (
    SELECT 1 FROM hs.immunizations AS i, sc_period AS p
    WHERE i.scenario_id = $scenario AND i.patient_id = q.id
        AND i.cvx_code IN ('88', '111', '135', '140', '141', '144', '149', '150', '155', '158',
            '161', '168', '171', '185', '186', '197', '205', '320', '333')
        AND i.status = 'completed' AND i.administered_date >= p.last_year
) AS influenza
FROM sc_person AS q WHERE alive
