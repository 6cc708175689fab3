-- One row a patient: the last result of each test that office visits of the period asked for.
CREATE OR REPLACE TEMP TABLE sc_labs AS
SELECT
    l.patient_id AS id,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '4548-4') AS a1c,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '2345-7') AS glucose,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '2093-3') AS cholesterol,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '13457-7') AS ldl,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '2085-9') AS hdl,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '2571-8') AS triglycerides,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '98979-8') AS egfr,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '9318-7') AS uacr,
    arg_max(value_numeric, l.collected_time) FILTER (WHERE loinc_code = '718-7') AS hemoglobin
FROM hs.lab_results AS l
JOIN hs.encounters AS e ON e.id = l.encounter_id AND e.scenario_id = l.scenario_id
CROSS JOIN sc_period AS p
WHERE l.scenario_id = $scenario AND e.class_code = 'AMB' AND e.admission_time >= p.since
    AND l.loinc_code IN ('4548-4', '2345-7', '2093-3', '13457-7', '2085-9', '2571-8', '98979-8',
        '9318-7', '718-7')
GROUP BY l.patient_id;
