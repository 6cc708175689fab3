-- Requests for prior authorization that were decided.
SELECT
    CASE WHEN n.market IN ('medicare-advantage', 'dual-advantage') THEN 'advantage'
        WHEN n.market IN ('medicaid', 'chip') THEN 'medicaid' ELSE n.market END AS market,
    a.status = 'denied' OR a.appeal_outcome IS NOT NULL OR a.status = 'partial' AS denied,
    a.appeal_date IS NOT NULL AS appealed, a.appeal_outcome = 'overturned' AS overturned,
    q.stratum, q.age_mid AS age
FROM hs.authorizations AS a
JOIN (
    SELECT member_id, arg_min(plan_id, start_date) AS plan_id FROM hs.coverage_spans
    WHERE scenario_id = $scenario AND priority = 1 GROUP BY member_id
) AS s ON s.member_id = a.member_id
JOIN hs.plans AS n ON n.id = s.plan_id AND n.scenario_id = $scenario
JOIN sc_person AS q ON q.id = a.patient_id
WHERE a.scenario_id = $scenario AND a.decision_date IS NOT NULL
