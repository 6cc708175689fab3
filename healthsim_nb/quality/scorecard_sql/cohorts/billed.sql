-- What pharmacies sent: one row a person and kind of benefit. `first`: claims that follow no other; `back`: fills that
-- were taken back; `new`: first fills.
WITH plan AS (
    SELECT DISTINCT patient_id AS id, plan_id, benefit_type AS benefit FROM hs.rx_members WHERE scenario_id = $scenario
), sent AS (
    SELECT c.patient_id AS id, c.plan_id,
        count(*) FILTER (WHERE c.original_claim_id IS NULL) AS first,
        count(*) FILTER (WHERE c.original_claim_id IS NULL AND c.status = 'rejected') AS refused,
        count(*) FILTER (WHERE c.original_claim_id IS NULL AND c.reject_code = '79') AS soon,
        count(*) FILTER (WHERE c.original_claim_id IS NULL AND c.reject_code = '75') AS consent,
        count(*) FILTER (WHERE c.status <> 'rejected' AND c.transaction_code <> 'B2') AS filled,
        count(*) FILTER (WHERE c.status = 'reversed' AND c.transaction_code <> 'B2') AS back,
        count(*) FILTER (WHERE c.status <> 'rejected' AND c.transaction_code <> 'B2' AND c.fill_number = 0) AS new
    FROM hs.pharmacy_claims AS c CROSS JOIN sc_period AS p
    WHERE c.scenario_id = $scenario AND c.service_date >= p.since
    GROUP BY c.patient_id, c.plan_id
), kept AS (
    SELECT s.id, l.benefit, sum(first) AS first, sum(refused) AS refused, sum(soon) AS soon, sum(consent) AS consent,
        sum(filled) AS filled, sum(back) AS back, sum(new) AS new
    FROM sent AS s JOIN plan AS l ON l.id = s.id AND l.plan_id = s.plan_id GROUP BY s.id, l.benefit
)
SELECT s.*, q.stratum, q.age_mid AS age FROM kept AS s JOIN sc_person AS q ON q.id = s.id
