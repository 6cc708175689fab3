-- One row a patient: the last vital signs that were taken at an office visit of the period.
CREATE OR REPLACE TEMP TABLE sc_vitals AS
SELECT
    v.patient_id AS id,
    arg_max(v.systolic_bp, v.observation_time) AS systolic,
    arg_max(v.diastolic_bp, v.observation_time) AS diastolic,
    arg_max(v.bmi, v.observation_time) AS bmi,
    arg_max(v.weight_kg, v.observation_time) AS weight,
    arg_max(v.height_cm, v.observation_time) AS height
FROM hs.vital_signs AS v
JOIN hs.encounters AS e ON e.id = v.encounter_id AND e.scenario_id = v.scenario_id
CROSS JOIN sc_period AS p
WHERE v.scenario_id = $scenario AND e.class_code = 'AMB' AND e.admission_time >= p.since
GROUP BY v.patient_id;
