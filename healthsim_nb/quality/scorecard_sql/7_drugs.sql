-- One row a patient: what was taken in the last thirty days.
CREATE OR REPLACE TEMP TABLE sc_drugs AS
SELECT
    m.patient_id AS id,
    bool_or(m.indication_code SIMILAR TO 'I1[0-35].*') AS for_pressure,
    bool_or(g.name = 'statin') AS statin,
    bool_or(m.indication_code SIMILAR TO 'E78.*') AS for_lipids,
    bool_or(m.indication_code SIMILAR TO 'E1[013].*') AS for_diabetes,
    count(DISTINCT m.rxnorm_code) FILTER (WHERE g.name IS DISTINCT FROM 'over-the-counter') AS drugs
FROM hs.medications AS m
LEFT JOIN sc_groups AS g ON g.kind = 'drug' AND starts_with(lower(m.name), g.prefix)
CROSS JOIN sc_period AS p
WHERE m.scenario_id = $scenario AND m.start_date <= p.last_day
    AND coalesce(m.end_date, DATE '9999-12-31') >= p.last_day - INTERVAL 30 DAY
GROUP BY m.patient_id;
