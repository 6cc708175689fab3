-- Hospital stays and emergency visits that a first payer paid for: what was allowed for the house and the visit's clinicians.
WITH plan AS (
    SELECT id, CASE
        WHEN market IN ('large-employer', 'small-employer', 'public-employer') THEN 'employer'
        WHEN market IN ('medicare-advantage', 'dual-advantage') THEN 'advantage'
        WHEN market IN ('medicaid', 'chip') THEN 'medicaid' ELSE market END AS market
    FROM hs.plans WHERE scenario_id = $scenario
)
SELECT
    l.market, e.class_code = 'IMP' AS stay, max(q.stratum) AS stratum, max(q.age_mid) AS age,
    sum(c.total_allowed) FILTER (WHERE left(c.bill_type, 3) IN ('011', '013')) AS house,
    sum(c.total_allowed) FILTER (WHERE coalesce(c.place_of_service, '') <> '41' AND coalesce(left(c.bill_type, 2), '') NOT IN ('02', '03', '07')) AS everything
FROM hs.claims AS c
JOIN hs.encounters AS e ON e.id = c.encounter_id AND e.scenario_id = c.scenario_id
JOIN plan AS l ON l.id = c.plan_id
JOIN sc_person AS q ON q.id = c.patient_id
CROSS JOIN sc_period AS p
WHERE c.scenario_id = $scenario AND c.payer_sequence = 1 AND c.status = 'paid' AND c.service_date >= p.since
    AND e.class_code IN ('IMP', 'EMER')
GROUP BY c.encounter_id, l.market, e.class_code
HAVING house > 0
