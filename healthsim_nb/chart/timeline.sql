-- All that is on record of one patient, a row each. Parameter: patient.
WITH reasons AS (
  SELECT e.id, e.class_code, e.type, e.admission_time, e.discharge_time, e.chief_complaint,
    any_value(d.description) AS problem,
    e.admission_time::DATE >= p.birth_date + INTERVAL 18 YEAR AS adult
  FROM encounters e JOIN patients p ON e.patient_id = p.id LEFT JOIN diagnoses d ON d.encounter_id = e.id AND d.type = 'principal'
  WHERE e.patient_id = $patient GROUP BY ALL),
named AS (
  SELECT code, any_value(description) AS description FROM diagnoses
  WHERE patient_id = $patient GROUP BY code)
SELECT 'condition' AS kind, arg_max(d.code, d.id) AS code, arg_max(d.description, d.id) AS what,
  d.onset_date AS begins, max(d.resolved_date) AS ends,
  'first noted ' || min(d.diagnosed_date) || ': ' || arg_min(r.chief_complaint, d.id) AS why,
  NULL::DOUBLE AS value, NULL AS unit, NULL::DOUBLE AS low, NULL::DOUBLE AS high, NULL AS flag,
  arg_min(d.encounter_id, d.id) AS encounter_id
FROM diagnoses d JOIN reasons r ON r.id = d.encounter_id
WHERE d.patient_id = $patient AND d.code NOT LIKE 'Z%'
GROUP BY d.code[1:3], d.onset_date
UNION ALL
SELECT 'drug', rxnorm_code, m.name, start_date, end_date,
  coalesce(n.description, indication_code) || '; ' || frequency, NULL, NULL, NULL, NULL, status,
  encounter_id
FROM medications m LEFT JOIN named n ON n.code = m.indication_code WHERE patient_id = $patient
UNION ALL
SELECT 'encounter', class_code, type, admission_time::DATE, discharge_time::DATE,
  chief_complaint || coalesce('; ' || problem, ''), NULL, NULL, NULL, NULL, NULL, id
FROM reasons
UNION ALL
SELECT 'procedure', p.code, p.description, performed_time::DATE, NULL, r.chief_complaint,
  NULL, NULL, NULL, NULL, NULL, encounter_id
FROM procedures p JOIN reasons r ON r.id = p.encounter_id
WHERE patient_id = $patient AND p.code NOT IN ('90460', '90471')
UNION ALL
SELECT 'vaccine', cvx_code, name || coalesce(', dose ' || dose_number, ''), administered_date, NULL,
  'schedule', NULL, NULL, NULL, NULL, NULL, encounter_id
FROM immunizations WHERE patient_id = $patient
UNION ALL
SELECT 'allergy', code, substance, recorded_date, NULL, concat_ws(', ', reaction, severity),
  NULL, NULL, NULL, NULL, category, encounter_id
FROM allergies WHERE patient_id = $patient
UNION ALL
SELECT 'result', l.loinc_code, l.test_name, collected_time::DATE, NULL, any_value(o.description),
  any_value(value_numeric), any_value(unit), any_value(reference_low), any_value(reference_high),
  any_value(abnormal_flag), l.encounter_id
FROM lab_results l JOIN orders o ON l.order_id = o.id
WHERE l.patient_id = $patient AND value_numeric IS NOT NULL
GROUP BY l.encounter_id, l.loinc_code, l.test_name, collected_time::DATE
UNION ALL
SELECT 'sign', '8480-6', 'Systolic blood pressure', observation_time::DATE, NULL, chief_complaint,
  systolic_bp, 'mm[Hg]', NULL, if(adult, 129, NULL), NULL, encounter_id
FROM vital_signs v JOIN reasons r ON r.id = v.encounter_id
WHERE patient_id = $patient AND systolic_bp IS NOT NULL
UNION ALL
SELECT 'sign', '39156-5', 'Body mass index', observation_time::DATE, NULL, chief_complaint,
  bmi, 'kg/m2', if(adult, 18.5, NULL), if(adult, 24.9, NULL), NULL, encounter_id
FROM vital_signs v JOIN reasons r ON r.id = v.encounter_id
WHERE patient_id = $patient AND bmi IS NOT NULL
UNION ALL
SELECT 'death', NULL, 'Death', death_date, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM patients WHERE id = $patient AND death_date IS NOT NULL
ORDER BY begins, kind, what, encounter_id
