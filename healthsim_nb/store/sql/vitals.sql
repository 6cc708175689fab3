-- The latest pressure and body mass index of each patient. Below 140/90: HEDIS, controlled.
SELECT
    count(*) AS patients,
    avg(systolic) AS systolic,
    avg(diastolic) AS diastolic,
    avg((systolic < 140 AND diastolic < 90)::INTEGER) AS below_140_90,
    avg(bmi) AS bmi
FROM (
    SELECT
        arg_max(systolic_bp, observation_time) AS systolic,
        arg_max(diastolic_bp, observation_time) AS diastolic,
        arg_max(bmi, observation_time) AS bmi
    FROM hs.vital_signs
    WHERE scenario_id = $scenario AND systolic_bp IS NOT NULL
    GROUP BY patient_id
)
