-- Whose patient each member is: the clinician of primary care with most of the year's visits; of equals the one who was
-- seen last, then the one with the lower id. Members are those whom the plan of a market covers first and who have a
-- risk score of the year.
WITH covered AS (
    SELECT m.id AS member_id, m.patient_id,
        sum(least(make_date($year, 12, 31), coalesce(s.end_date, make_date($year, 12, 31)))
            - greatest(make_date($year, 1, 1), s.start_date) + 1) / 365.25 AS years
    FROM hs.coverage_spans AS s
    JOIN hs.plans AS p ON p.id = s.plan_id AND p.scenario_id = s.scenario_id
    JOIN hs.members AS m ON m.id = s.member_id AND m.scenario_id = s.scenario_id
    WHERE s.scenario_id = $scenario AND s.priority = 1 AND p.market = $market
        AND s.start_date <= make_date($year, 12, 31)
        AND coalesce(s.end_date, make_date($year, 12, 31)) >= make_date($year, 1, 1)
    GROUP BY ALL
), visits AS (
    SELECT e.patient_id, e.provider_id, count(*) AS visits, max(e.admission_time) AS last_seen
    FROM hs.encounters AS e
    JOIN hs.providers AS d ON d.id = e.provider_id AND d.scenario_id = e.scenario_id
    WHERE e.scenario_id = $scenario AND e.class_code IN ('AMB', 'VR') AND year(e.admission_time) = $year
        AND d.specialty IN ('family-medicine', 'internal-medicine', 'pediatrics', 'family-nurse-practitioner')
    GROUP BY ALL
), chosen AS (
    SELECT patient_id, provider_id, visits FROM visits
    QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY visits DESC, last_seen DESC, provider_id) = 1
), spent AS (
    SELECT c.member_id, sum(c.total_paid)::DOUBLE AS paid
    FROM hs.claims AS c JOIN hs.plans AS p ON p.id = c.plan_id AND p.scenario_id = c.scenario_id
    WHERE c.scenario_id = $scenario AND p.market = $market AND c.payer_sequence = 1 AND c.status = 'paid'
        AND year(c.service_date) = $year
    GROUP BY ALL
), gaps AS (
    SELECT member_id, count(*) AS measures, count(*) FILTER (WHERE status = 'closed') AS met
    FROM hs.care_gaps WHERE scenario_id = $scenario AND measurement_year = $year AND NOT excluded
    GROUP BY ALL
)
SELECT v.member_id, v.patient_id, q.state, h.provider_id, h.visits, v.years, r.score,
    coalesce(b.paid, 0) AS paid, coalesce(g.measures, 0) AS measures, coalesce(g.met, 0) AS met
FROM covered AS v
JOIN hs.patients AS q ON q.id = v.patient_id AND q.scenario_id = $scenario
JOIN hs.risk_scores AS r ON r.member_id = v.member_id AND r.scenario_id = $scenario AND r.score_year = $year
LEFT JOIN chosen AS h ON h.patient_id = v.patient_id
LEFT JOIN spent AS b ON b.member_id = v.member_id
LEFT JOIN gaps AS g ON g.member_id = v.member_id
ORDER BY v.member_id
