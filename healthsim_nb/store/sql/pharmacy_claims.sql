-- What was dispensed and paid.
SELECT
    count(*) AS count,
    sum(total_price) AS price,
    sum(plan_paid) AS paid,
    avg((status = 'rejected')::INTEGER) AS rejected
FROM hs.pharmacy_claims
WHERE scenario_id = $scenario
