-- Claims as they were first sent to the payer that comes first, and why they were refused: one row a person, kind of
-- plan and whether the provider is in its network.
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
), sent AS (
    SELECT
        c.patient_id, l.market, c.in_network, count(*) AS sent,
        count(*) FILTER (WHERE c.status = 'denied') AS denied,
        count(*) FILTER (WHERE c.status = 'denied' AND r.carc IN ('16', '252', '4', '31', '29')) AS administrative,
        count(*) FILTER (WHERE c.status = 'denied' AND r.carc IN ('204', '96')) AS excluded,
        count(*) FILTER (WHERE c.status = 'denied' AND r.carc IN ('197', '198', '15', '243')) AS consent,
        count(*) FILTER (WHERE c.status = 'denied' AND r.carc IN ('50', '55', '150', '151')) AS necessity,
        count(*) FILTER (WHERE c.status = 'denied' AND r.carc = '119') AS above_limit
    FROM hs.claims AS c
    JOIN plan AS l ON l.id = c.plan_id
    CROSS JOIN sc_period AS p
    LEFT JOIN reason AS r ON r.claim_id = c.id
    WHERE c.scenario_id = $scenario AND c.payer_sequence = 1 AND c.frequency_code = '1' AND c.service_date >= p.since
    GROUP BY ALL
)
SELECT s.*, q.stratum, q.age_mid AS age FROM sent AS s JOIN sc_person AS q ON q.id = s.patient_id
