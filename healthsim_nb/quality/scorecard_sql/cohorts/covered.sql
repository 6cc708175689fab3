-- People for as long as a plan covered them first, one row a person and kind of plan; age in the middle of the period.
-- Money is what was allowed for services of the same days. The last ninety days are left out: their claims still come in.
WITH days AS (
    SELECT p.since AS first_day, p.last_day - 90 AS last_day FROM sc_period AS p
), plan AS (
    SELECT id, plan_type, CASE
        WHEN market IN ('large-employer', 'small-employer', 'public-employer') THEN 'employer'
        WHEN market IN ('medicare-advantage', 'dual-advantage') THEN 'advantage'
        WHEN market IN ('medicaid', 'chip') THEN 'medicaid' ELSE market END AS market
    FROM hs.plans WHERE scenario_id = $scenario
), covered AS (
    SELECT s.member_id, l.market, max(l.plan_type) AS plan_type,
        sum(greatest(0, least(d.last_day, coalesce(s.end_date, d.last_day)) - greatest(d.first_day, s.start_date) + 1)) / 30.4375 AS months
    FROM hs.coverage_spans AS s JOIN plan AS l ON l.id = s.plan_id CROSS JOIN days AS d
    WHERE s.scenario_id = $scenario AND s.priority = 1 AND s.start_date <= d.last_day
        AND coalesce(s.end_date, d.last_day) >= d.first_day
    GROUP BY ALL
), bill AS (
    SELECT c.member_id, c.plan_id, count(*) AS claims,
        sum(c.total_allowed::DOUBLE) FILTER (WHERE c.status = 'paid') AS allowed,
        sum(c.patient_responsibility::DOUBLE) FILTER (WHERE c.status = 'paid') AS own,
        sum(c.total_allowed::DOUBLE) FILTER (WHERE c.status = 'paid' AND c.bill_type >= '011' AND c.bill_type < '012') AS inpatient,
        sum(c.total_allowed::DOUBLE) FILTER (WHERE c.status = 'paid' AND c.bill_type >= '013' AND c.bill_type < '015') AS outpatient,
        sum(c.total_allowed::DOUBLE) FILTER (WHERE c.status = 'paid' AND c.bill_type >= '021' AND c.bill_type < '022') AS nursing,
        sum(c.total_allowed::DOUBLE) FILTER (WHERE c.status = 'paid' AND c.bill_type >= '034' AND c.bill_type < '035') AS at_home,
        sum(c.total_allowed::DOUBLE) FILTER (WHERE c.status = 'paid' AND c.claim_type = 'professional'
            AND c.place_of_service NOT IN ('12', '41')) AS clinicians
    FROM hs.claims AS c CROSS JOIN days AS d
    WHERE c.scenario_id = $scenario AND c.payer_sequence = 1 AND c.service_date BETWEEN d.first_day AND d.last_day
    GROUP BY c.member_id, c.plan_id
), billed AS (
    SELECT c.member_id, l.market, sum(claims) AS claims, sum(allowed) AS allowed, sum(own) AS own, sum(inpatient) AS inpatient,
        sum(outpatient) AS outpatient, sum(nursing) AS nursing, sum(at_home) AS at_home, sum(clinicians) AS clinicians
    FROM bill AS c JOIN plan AS l ON l.id = c.plan_id GROUP BY c.member_id, l.market
), second AS (
    SELECT DISTINCT s.member_id FROM hs.coverage_spans AS s JOIN plan AS l ON l.id = s.plan_id
    WHERE s.scenario_id = $scenario AND s.priority = 2 AND l.market = 'medicaid'
)
SELECT
    v.market, v.plan_type, v.months, v.months / 12 AS years, q.stratum, q.age_mid AS age, w.member_id IS NOT NULL AS dual,
    coalesce(b.claims, 0) AS claims, coalesce(b.allowed, 0) AS allowed, coalesce(b.own, 0) AS own,
    coalesce(b.inpatient, 0) AS inpatient, coalesce(b.outpatient, 0) AS outpatient, coalesce(b.nursing, 0) AS nursing,
    coalesce(b.at_home, 0) AS at_home, coalesce(b.clinicians, 0) AS clinicians
FROM covered AS v
JOIN hs.members AS m ON m.id = v.member_id AND m.scenario_id = $scenario
JOIN sc_person AS q ON q.id = m.patient_id
LEFT JOIN billed AS b ON b.member_id = v.member_id AND b.market = v.market
LEFT JOIN second AS w ON w.member_id = v.member_id
WHERE v.months > 0
