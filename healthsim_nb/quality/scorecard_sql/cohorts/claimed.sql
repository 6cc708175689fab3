-- Claims as they were first sent to the payer that comes first, and why they were refused: one row a person, kind of
-- plan and whether the provider is in its network.
WITH plan AS (
    SELECT id, CASE
        WHEN market IN ('large-employer', 'small-employer', 'public-employer') THEN 'employer'
        WHEN market IN ('medicare-advantage', 'dual-advantage') THEN 'advantage'
        WHEN market IN ('medicaid', 'chip') THEN 'medicaid' ELSE market END AS market
    FROM hs.plans WHERE scenario_id = $scenario
), sent AS (
    SELECT c.patient_id, c.plan_id, c.in_network, count(*) AS sent
    FROM hs.claims AS c CROSS JOIN sc_period AS p
    WHERE c.scenario_id = $scenario AND c.payer_sequence = 1 AND c.frequency_code = '1' AND c.service_date >= p.since
    GROUP BY c.patient_id, c.plan_id, c.in_network
), reason AS (
    SELECT l.claim_id, min_by(l.carc_code, l.line_number) AS carc
    FROM hs.claim_lines AS l WHERE l.scenario_id = $scenario AND l.status = 'denied'
    GROUP BY l.claim_id
), refused AS (
    SELECT c.patient_id, c.plan_id, c.in_network, count(*) AS denied,
        count(*) FILTER (WHERE r.carc IN ('16', '252', '4', '31', '29')) AS administrative,
        count(*) FILTER (WHERE r.carc IN ('204', '96')) AS excluded,
        count(*) FILTER (WHERE r.carc IN ('197', '198', '15', '243')) AS consent,
        count(*) FILTER (WHERE r.carc IN ('50', '55', '150', '151')) AS necessity,
        count(*) FILTER (WHERE r.carc = '119') AS above_limit
    FROM (
        SELECT id, patient_id, plan_id, in_network FROM hs.claims AS c CROSS JOIN sc_period AS p
        WHERE c.scenario_id = $scenario AND c.payer_sequence = 1 AND c.frequency_code = '1' AND c.service_date >= p.since
            AND c.status = 'denied'
    ) AS c
    LEFT JOIN reason AS r ON r.claim_id = c.id
    GROUP BY c.patient_id, c.plan_id, c.in_network
), counted AS (
    SELECT s.patient_id, l.market, s.in_network, sum(s.sent) AS sent, coalesce(sum(r.denied), 0) AS denied,
        coalesce(sum(r.administrative), 0) AS administrative, coalesce(sum(r.excluded), 0) AS excluded,
        coalesce(sum(r.consent), 0) AS consent, coalesce(sum(r.necessity), 0) AS necessity, coalesce(sum(r.above_limit), 0) AS above_limit
    FROM sent AS s
    JOIN plan AS l ON l.id = s.plan_id
    LEFT JOIN refused AS r ON r.patient_id = s.patient_id AND r.plan_id = s.plan_id AND r.in_network IS NOT DISTINCT FROM s.in_network
    GROUP BY s.patient_id, l.market, s.in_network
)
SELECT s.*, q.stratum, q.age_mid AS age FROM counted AS s JOIN sc_person AS q ON q.id = s.patient_id
