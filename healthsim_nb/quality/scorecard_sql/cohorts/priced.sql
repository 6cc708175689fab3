-- Lines of original Medicare in offices, with what was allowed for one of them.
SELECT l.procedure_code AS code, l.allowed_amount / l.units AS allowed, q.stratum, q.age_mid AS age
FROM hs.claim_lines AS l
JOIN hs.claims AS c ON c.id = l.claim_id AND c.scenario_id = l.scenario_id
JOIN hs.plans AS n ON n.id = c.plan_id AND n.scenario_id = c.scenario_id
JOIN sc_person AS q ON q.id = c.patient_id
CROSS JOIN sc_period AS p
WHERE l.scenario_id = $scenario AND l.status = 'paid' AND l.place_of_service = '11'
    AND l.procedure_code IN ('99213', '99214', '93306', '17000', '20610', '90834')
    AND n.market = 'original-medicare' AND c.payer_sequence = 1 AND c.status = 'paid' AND l.service_date >= p.since
