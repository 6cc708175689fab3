-- The days that are looked at: the last two years of the scenario, or all of it.
CREATE OR REPLACE TEMP TABLE sc_period AS
SELECT
    $start::DATE AS first_day,
    $until::DATE AS last_day,
    greatest($start::DATE, ($until::DATE + INTERVAL 1 DAY - INTERVAL 24 MONTH)::DATE) AS since,
    greatest($start::DATE, ($until::DATE + INTERVAL 1 DAY - INTERVAL 12 MONTH)::DATE) AS last_year,
    date_diff('month', $start::DATE, $until::DATE) + 1 AS months;
