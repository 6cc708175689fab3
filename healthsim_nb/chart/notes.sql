-- The notes of encounters, as text. Parameters: first and last patient, encounter (null: any), most,
-- and lists of phrases. Only what was known on the day is read, so that more months change no note.
WITH visits AS MATERIALIZED (
  SELECT e.id, e.patient_id, e.provider_id, e.class_code, e.type, e.discharge_disposition,
    e.admission_time, e.discharge_time, e.admission_time::DATE AS day,
    -- A number of the visit's own, to choose words by.
    (e.id % 1000003) * 7919 % 1000003 AS h,
    CASE WHEN regexp_matches(e.chief_complaint, '^[A-Z][a-z]')
      THEN lower(e.chief_complaint[1]) || e.chief_complaint[2:] ELSE e.chief_complaint END AS reason,
    p.given_name || ' ' || p.family_name || ', '
      || CASE WHEN e.admission_time::DATE < p.birth_date + INTERVAL 2 YEAR THEN 'infant'
         WHEN p.gender = 'F' THEN if(e.admission_time::DATE < p.birth_date + INTERVAL 18 YEAR, 'girl', 'woman')
         WHEN p.gender = 'M' THEN if(e.admission_time::DATE < p.birth_date + INTERVAL 18 YEAR, 'boy', 'man')
         ELSE 'patient' END
      || ' born ' || p.birth_date || ', MRN ' || p.mrn AS who
  FROM encounters e JOIN patients p ON e.patient_id = p.id
  WHERE e.patient_id BETWEEN $first AND $last AND ($encounter IS NULL OR e.id = $encounter)
  ORDER BY e.id LIMIT $most),
problems AS (
  SELECT encounter_id, string_agg('- ' || description || ' (' || code || ')'
    || if(onset_date < diagnosed_date, ', since ' || onset_date, ''), chr(10)
    ORDER BY type <> 'principal', id) AS lines
  FROM diagnoses SEMI JOIN visits ON encounter_id = visits.id GROUP BY encounter_id),
signs AS (
  SELECT encounter_id, any_value(concat_ws(', ',
    'blood pressure ' || systolic_bp || '/' || diastolic_bp || ' mm Hg', 'pulse ' || heart_rate,
    'breaths ' || respiratory_rate, 'temperature ' || temperature || ' °C',
    'oxygen saturation ' || spo2 || ' %', 'height ' || height_cm || ' cm',
    'weight ' || weight_kg || ' kg', 'body mass index ' || bmi)) AS line
  FROM vital_signs SEMI JOIN visits ON encounter_id = visits.id GROUP BY encounter_id),
measured AS (
  SELECT encounter_id, id, test_name, value_text,
    nullif(regexp_replace(unit, '^(\{.*\}|\[pH\])$', ''), '') AS shown, abnormal_flag, collected_time,
    regexp_replace(value_numeric::VARCHAR, '\.0$', '') AS number,
    lag(collected_time::DATE) OVER earlier AS day_before,
    lag(regexp_replace(value_numeric::VARCHAR, '\.0$', '')) OVER earlier AS before
  FROM (SELECT * FROM lab_results WHERE patient_id IN (SELECT patient_id FROM visits)
    QUALIFY row_number() OVER (PARTITION BY encounter_id, loinc_code ORDER BY id) = 1)
  WINDOW earlier AS (PARTITION BY patient_id, loinc_code ORDER BY collected_time, id)),
results AS (
  SELECT encounter_id, count(abnormal_flag) > 0 AS any_abnormal,
    string_agg('- ' || test_name || ' ' || coalesce(number || coalesce(' ' || shown, ''), value_text)
    || CASE abnormal_flag WHEN 'L' THEN ' (low)' WHEN 'H' THEN ' (high)'
       WHEN 'LL' THEN ' (critically low)' WHEN 'HH' THEN ' (critically high)' ELSE '' END
    || if(abnormal_flag IS NOT NULL AND before IS NOT NULL,
       ', ' || before || ' on ' || day_before, ''), chr(10)
    ORDER BY abnormal_flag IS NULL, id) AS lines
  FROM measured SEMI JOIN visits ON encounter_id = visits.id GROUP BY encounter_id),
taken AS (
  SELECT v.id AS encounter_id, string_agg(m.name || ', ' || m.frequency, '; ' ORDER BY m.id) AS line
  FROM visits v JOIN medications m ON m.patient_id = v.patient_id AND m.start_date < v.day
    AND (m.end_date IS NULL OR m.end_date >= v.day)
  GROUP BY v.id),
begun AS (
  SELECT encounter_id, string_agg('- Begin ' || name || ', ' || frequency || ', for '
    || indication_code, chr(10) ORDER BY id) AS lines
  FROM medications SEMI JOIN visits ON encounter_id = visits.id GROUP BY encounter_id),
reactions AS (
  SELECT v.id AS encounter_id, string_agg(substance || ' (' || concat_ws(', ', reaction, severity)
    || ')', '; ' ORDER BY a.id) AS line
  FROM visits v JOIN allergies a ON a.patient_id = v.patient_id AND a.recorded_date <= v.day
  GROUP BY v.id),
done AS (
  SELECT encounter_id, string_agg('- Done: ' || description, chr(10) ORDER BY id) AS lines
  FROM procedures SEMI JOIN visits ON encounter_id = visits.id
  WHERE code NOT IN ('90460', '90471') GROUP BY encounter_id),
shots AS (
  SELECT encounter_id, string_agg('- Given: ' || name
    || coalesce(', dose ' || dose_number, ''), chr(10) ORDER BY id) AS lines
  FROM immunizations SEMI JOIN visits ON encounter_id = visits.id GROUP BY encounter_id),
ordered AS (
  SELECT encounter_id, '- Ordered: ' || string_agg(description, ', ' ORDER BY id) AS line
  FROM orders SEMI JOIN visits ON encounter_id = visits.id
  WHERE order_type = 'lab' GROUP BY encounter_id),
pieces AS (
  SELECT v.*, problems.lines AS problems,
    'Allergies: ' || coalesce(reactions.line, $no_allergy[1 + h % len($no_allergy)]) AS allergies,
    'Takes: ' || coalesce(taken.line, $no_drug[1 + h // 3 % len($no_drug)]) AS taken,
    'Vital signs: ' || signs.line AS signs,
    if(any_abnormal, $abnormal[1 + h // 5 % len($abnormal)], $normal[1 + h // 5 % len($normal)])
      || chr(10) || results.lines AS results,
    concat_ws(chr(10), begun.lines, ordered.line, done.lines, shots.lines) AS plan,
    $no_plan[1 + h // 7 % len($no_plan)] AS no_plan,
    CASE discharge_disposition WHEN '20' THEN NULL WHEN '03' THEN 'to a nursing facility'
      WHEN '06' THEN 'home with home health care' ELSE 'home' END AS how
  FROM visits v
  LEFT JOIN problems ON problems.encounter_id = v.id LEFT JOIN signs ON signs.encounter_id = v.id
  LEFT JOIN results ON results.encounter_id = v.id LEFT JOIN taken ON taken.encounter_id = v.id
  LEFT JOIN begun ON begun.encounter_id = v.id LEFT JOIN reactions ON reactions.encounter_id = v.id
  LEFT JOIN done ON done.encounter_id = v.id LEFT JOIN shots ON shots.encounter_id = v.id
  LEFT JOIN ordered ON ordered.encounter_id = v.id),
written AS (
  SELECT *, 0 AS n, '11506-3' AS loinc_code, 'progress note' AS note_type,
    discharge_time AS authored_time,
    concat_ws(chr(10), 'Progress note, ' || day, who, '',
      replace(CASE WHEN class_code = 'VR' THEN $video[1 + h % len($video)]
        WHEN class_code = 'HH' THEN $home[1 + h % len($home)]
        WHEN type = 'preventive-visit' THEN $check[1 + h % len($check)]
        ELSE $office[1 + h % len($office)] END, '{reason}', reason),
      allergies, taken, signs, results, 'Assessment:', problems, 'Plan:',
      if(plan = '', '- ' || no_plan, plan)) AS text
  FROM pieces WHERE class_code IN ('AMB', 'VR', 'HH') AND discharge_time IS NOT NULL
  UNION ALL
  SELECT *, 0, '34111-5', 'emergency department note', discharge_time,
    concat_ws(chr(10), 'Emergency department note, ' || day, who, '',
      replace($emergency[1 + h % len($emergency)], '{reason}', reason),
      'Arrived at ' || strftime(admission_time, '%H:%M') || '.',
      allergies, taken, signs, results, 'Diagnoses:', problems,
      if(plan = '', no_plan, 'Treatment:' || chr(10) || plan),
      replace(replace($left[1 + h // 11 % len($left)], '{how}', how), '{time}',
        strftime(discharge_time, '%H:%M')))
  FROM pieces WHERE class_code = 'EMER' AND discharge_time IS NOT NULL
  UNION ALL
  SELECT *, 0, '34117-2', 'history and physical note', admission_time + INTERVAL 30 MINUTE,
    concat_ws(chr(10), 'Admission note, ' || day, who, '',
      replace($admission[1 + h % len($admission)], '{reason}', reason),
      allergies, taken, signs, 'Working diagnoses:', problems)
  FROM pieces WHERE class_code IN ('IMP', 'OBSENC')
  UNION ALL
  SELECT *, 1, '18842-5', 'discharge summary', discharge_time,
    concat_ws(chr(10), 'Discharge summary', who, '',
      'Admitted ' || day || ', discharged ' || discharge_time::DATE || '. Reason: ' || reason || '.',
      'Diagnoses:', problems, results, if(plan = '', NULL, 'Course and treatment:' || chr(10) || plan),
      'At admission took: ' || taken[8:], allergies,
      replace(if(how IS NULL, $died[1 + h // 11 % len($died)], $stay[1 + h // 11 % len($stay)]),
        '{how}', coalesce(how, '')))
  FROM pieces WHERE class_code IN ('IMP', 'OBSENC') AND discharge_time IS NOT NULL)
SELECT id * 512 + n AS id, patient_id, id AS encounter_id, loinc_code, note_type, authored_time,
  provider_id, text
FROM written
