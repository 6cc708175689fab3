-- Proportion of days covered as the Pharmacy Quality Alliance measures it: adults with two fills of a class or more in the
-- last year, at least 91 days from the first to the end; people on insulin are left out of the drugs for diabetes.
WITH fill AS (
    SELECT c.patient_id AS id, r.adherence AS class, c.service_date AS day, c.days_supply AS days
    FROM hs.pharmacy_claims AS c JOIN sc_products AS r ON r.ndc = c.ndc CROSS JOIN sc_period AS p
    WHERE c.scenario_id = $scenario AND c.status = 'paid' AND c.transaction_code <> 'B2' AND c.service_date >= p.last_year
        AND r.adherence IS NOT NULL
), taken AS (
    SELECT f.id, f.class, p.last_day - min(f.day) + 1 AS period, count(DISTINCT f.day) AS fills,
        sum(least(f.days, p.last_day - f.day + 1)) AS supplied
    FROM fill AS f CROSS JOIN sc_period AS p GROUP BY f.id, f.class, p.last_day
), benefit AS (
    SELECT m.patient_id AS id, max_by(m.benefit_type, m.coverage_start) AS benefit
    FROM hs.rx_members AS m WHERE m.scenario_id = $scenario GROUP BY m.patient_id
)
SELECT t.class, b.benefit, least(1, t.supplied / t.period) AS covered, q.stratum, q.age
FROM taken AS t JOIN sc_person AS q ON q.id = t.id JOIN benefit AS b ON b.id = t.id
WHERE t.fills >= 2 AND t.period >= 91 AND q.alive AND q.age >= 18 AND t.class <> 'insulin'
    AND NOT (t.class = 'diabetes' AND EXISTS (SELECT 1 FROM taken AS i WHERE i.id = t.id AND i.class = 'insulin'))
