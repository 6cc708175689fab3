-- What was charged, allowed and paid.
SELECT
    count(*) AS count,
    sum(total_charge) AS charged,
    sum(total_allowed) AS allowed,
    sum(total_paid) AS paid,
    avg((status = 'denied')::INTEGER) AS denied
FROM hs.claims
WHERE scenario_id = $scenario
