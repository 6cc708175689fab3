-- Claims as they were first sent to the payer that comes first, and why they were refused.
WITH plan AS (
    SELECT id, CASE
        WHEN market IN ('large-employer', 'small-employer', 'public-employer') THEN 'employer'
        WHEN market IN ('medicare-advantage', 'dual-advantage') THEN 'advantage'
        WHEN market IN ('medicaid', 'chip') THEN 'medicaid' ELSE market END AS market
    FROM hs.plans WHERE scenario_id = $scenario
), reason AS (
    SELECT l.claim_id, min_by(l.carc_code, l.line_number) AS carc
    FROM hs.claim_lines AS l WHERE l.scenario_id = $scenario AND l.status = 'denied'
    GROUP BY l.claim_id
)
SELECT
    l.market, c.status = 'denied' AS denied, c.in_network, q.stratum, q.age_mid AS age,
    CASE WHEN c.status = 'denied' THEN CASE
        WHEN r.carc IN ('16', '252', '4', '31', '29') THEN 'administrative'
        WHEN r.carc IN ('204', '96') THEN 'excluded'
        WHEN r.carc IN ('197', '198', '15', '243') THEN 'authorization'
        WHEN r.carc IN ('50', '55', '150', '151') THEN 'necessity'
        WHEN r.carc = '119' THEN 'limit' ELSE 'other' END END AS reason
FROM hs.claims AS c
JOIN plan AS l ON l.id = c.plan_id
JOIN sc_person AS q ON q.id = c.patient_id
CROSS JOIN sc_period AS p
LEFT JOIN reason AS r ON r.claim_id = c.id
WHERE c.scenario_id = $scenario AND c.payer_sequence = 1 AND c.frequency_code = '1' AND c.service_date >= p.since
