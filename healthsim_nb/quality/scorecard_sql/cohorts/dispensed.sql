-- Who had a pharmacy benefit, one row a person and kind of benefit: years of it, and what was dispensed and kept.
-- Fills are claims that stay paid; `months` counts a supply of more than 34 days as two or three.
WITH covered AS (
    SELECT m.patient_id AS id, m.benefit_type AS benefit,
        sum(greatest(0, least(p.last_day, coalesce(m.coverage_end, p.last_day)) - greatest(p.since, m.coverage_start) + 1)) / 365.25 AS years
    FROM hs.rx_members AS m CROSS JOIN sc_period AS p
    WHERE m.scenario_id = $scenario AND m.coverage_start <= p.last_day AND coalesce(m.coverage_end, p.last_day) >= p.since
    GROUP BY ALL
), plan AS (
    SELECT DISTINCT patient_id AS id, plan_id, benefit_type AS benefit FROM hs.rx_members WHERE scenario_id = $scenario
), fill AS (
    SELECT c.patient_id AS id, c.plan_id, count(*) AS fills,
        sum(greatest(1, round(c.days_supply / 30))) AS months,
        count(*) FILTER (WHERE r.brand) AS brands,
        count(*) FILTER (WHERE r.specialty) AS specialty,
        count(*) FILTER (WHERE r.maintenance) AS steady,
        count(*) FILTER (WHERE r.maintenance AND c.days_supply > 83) AS quarters,
        sum(c.total_price::DOUBLE) AS price,
        sum(c.total_price::DOUBLE) FILTER (WHERE r.brand) AS brand_price,
        sum(c.total_price::DOUBLE) FILTER (WHERE r.specialty) AS specialty_price,
        sum(c.patient_pay::DOUBLE) AS own,
        sum(c.patient_pay::DOUBLE) FILTER (WHERE r.brand) AS brand_own,
        max(c.service_date) AS last_fill
    FROM hs.pharmacy_claims AS c
    JOIN sc_products AS r ON r.ndc = c.ndc
    CROSS JOIN sc_period AS p
    WHERE c.scenario_id = $scenario AND c.status = 'paid' AND c.transaction_code <> 'B2' AND c.service_date >= p.since
    GROUP BY c.patient_id, c.plan_id
), kept AS (
    SELECT f.id, l.benefit, sum(f.fills) AS fills, sum(f.months) AS months, sum(f.brands) AS brands, sum(f.specialty) AS specialty,
        sum(f.steady) AS steady, sum(f.quarters) AS quarters, sum(f.price) AS price,
        sum(f.price - coalesce(f.brand_price, 0)) AS generic_price, sum(f.brand_price) AS brand_price,
        sum(f.specialty_price) AS specialty_price, sum(f.own) AS own, sum(f.own - coalesce(f.brand_own, 0)) AS generic_own,
        sum(f.brand_own) AS brand_own, bool_or(f.last_fill >= p.last_year) AS this_year
    FROM fill AS f JOIN plan AS l ON l.id = f.id AND l.plan_id = f.plan_id CROSS JOIN sc_period AS p
    GROUP BY f.id, l.benefit
)
SELECT v.benefit, v.years, v.years * 12 AS member_months, q.sex, q.stratum, q.age_mid AS age, coalesce(f.fills, 0) AS fills, coalesce(f.months, 0) AS months,
    coalesce(f.brands, 0) AS brands, coalesce(f.specialty, 0) AS specialty, coalesce(f.steady, 0) AS steady,
    coalesce(f.quarters, 0) AS quarters, coalesce(f.price, 0) AS price, coalesce(f.generic_price, 0) AS generic_price,
    coalesce(f.brand_price, 0) AS brand_price, coalesce(f.specialty_price, 0) AS specialty_price, coalesce(f.own, 0) AS own,
    coalesce(f.generic_own, 0) AS generic_own, coalesce(f.brand_own, 0) AS brand_own, coalesce(f.this_year, FALSE) AS this_year
FROM covered AS v
JOIN sc_person AS q ON q.id = v.id
LEFT JOIN kept AS f ON f.id = v.id AND f.benefit = v.benefit
WHERE v.years > 0
