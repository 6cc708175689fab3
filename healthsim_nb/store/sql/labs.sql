-- The latest result of each patient, of four tests that matter, or that most results are of.
WITH common AS (
    SELECT loinc_code
    FROM hs.lab_results
    WHERE scenario_id = $scenario AND value_numeric IS NOT NULL
    GROUP BY loinc_code
    ORDER BY
        -- A1c, LDL, eGFR, glucose
        coalesce(list_position(['4548-4', '13457-7', '98979-8', '2345-7'], loinc_code), 9),
        count(*) DESC,
        loinc_code
    LIMIT $most
),
latest AS (
    SELECT
        loinc_code,
        any_value(test_name) AS test_name,
        any_value(unit) AS unit,
        arg_max(value_numeric, collected_time) AS value
    FROM hs.lab_results
    WHERE scenario_id = $scenario
        AND value_numeric IS NOT NULL
        AND loinc_code IN (SELECT loinc_code FROM common)
    GROUP BY loinc_code, patient_id
)
SELECT
    loinc_code,
    any_value(test_name) AS test_name,
    any_value(unit) AS unit,
    count(*) AS patients,
    avg(try_cast(value AS DECIMAL(28, 6))) AS mean,
    -- HEDIS: controlled below 8 %, poor control above 9 %; ADA: most adults below 7 %.
    CASE loinc_code WHEN '4548-4' THEN avg((value < 7)::INTEGER) END AS below_7,
    CASE loinc_code WHEN '4548-4' THEN avg((value > 9)::INTEGER) END AS above_9
FROM latest
GROUP BY loinc_code
ORDER BY
    coalesce(list_position(['4548-4', '13457-7', '98979-8', '2345-7'], loinc_code), 9),
    patients DESC,
    loinc_code
