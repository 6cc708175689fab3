-- One row a patient, with all that the targets ask of patients. Ages are in completed years:
-- `age_first` on the first day, `age` on the last, `age_mid` in the middle of the period.
CREATE OR REPLACE TEMP TABLE sc_person AS
SELECT
    q.id, q.gender AS sex, q.race, q.ethnicity, q.state, q.line_of_business AS payer,
    s.marital_status AS marital, s.smoking_status AS smoking,
    date_sub('year', q.birth_date, p.first_day) AS age_first,
    date_sub('year', q.birth_date, p.last_day) AS age,
    greatest(0, date_sub('year', q.birth_date, p.since + ((p.last_day - p.since) // 2)::INTEGER)) AS age_mid,
    q.birth_date <= p.first_day AS from_first,
    coalesce(q.death_date > p.last_day, TRUE) AS alive,
    coalesce(q.death_date BETWEEN p.since AND p.last_day, FALSE) AS died,
    greatest(0, least(p.last_day + 1, coalesce(q.death_date, DATE '9999-12-31'))
        - greatest(p.since, q.birth_date)) / 365.25 AS years,
    coalesce(list_contains(d.has, 'diabetes'), FALSE) AS has_diabetes,
    coalesce(list_contains(d.has, 'hypertension'), FALSE) AS has_hypertension,
    coalesce(list_contains(d.has, 'asthma'), FALSE) AS has_asthma,
    coalesce(list_contains(d.has, 'copd'), FALSE) AS has_copd,
    coalesce(list_contains(d.has, 'heart-failure'), FALSE) AS has_heart_failure,
    coalesce(list_contains(d.has, 'coronary-heart-disease'), FALSE) AS has_coronary_heart_disease,
    coalesce(list_contains(d.has, 'atrial-fibrillation'), FALSE) AS has_atrial_fibrillation,
    concat(q.gender, least(coalesce(len(d.has), 0), 2)) AS stratum,
    coalesce(v.office, 0) AS office, coalesce(v.video, 0) AS video,
    coalesce(v.emergency, 0) AS emergency, coalesce(v.stays, 0) AS stays,
    coalesce(v.office_year, FALSE) AS office_year, coalesce(v.video_year, FALSE) AS video_year,
    coalesce(v.emergency_year, FALSE) AS emergency_year,
    coalesce(v.stay_year, FALSE) AS stay_year,
    t.systolic, t.diastolic, t.bmi, t.weight, t.height,
    l.a1c, l.glucose, l.cholesterol, l.ldl, l.hdl, l.triglycerides, l.egfr, l.uacr, l.hemoglobin,
    coalesce(m.for_pressure, FALSE) AS for_pressure, coalesce(m.statin, FALSE) AS statin,
    coalesce(m.for_lipids, FALSE) AS for_lipids, coalesce(m.for_diabetes, FALSE) AS for_diabetes,
    coalesce(m.drugs, 0) AS drugs,
    coalesce(c.mammogram >= p.last_day - INTERVAL 27 MONTH, FALSE) AS mammogram,
    coalesce(c.colonoscopy >= p.last_day - INTERVAL 10 YEAR, FALSE)
        OR coalesce(c.stool_test >= p.last_year, FALSE)
        OR coalesce(c.stool_dna >= p.last_day - INTERVAL 3 YEAR, FALSE) AS colorectal,
    coalesce(c.cytology >= p.last_day - INTERVAL 3 YEAR, FALSE) AS cytology
FROM hs.patients AS q
CROSS JOIN sc_period AS p
LEFT JOIN hs.persons AS s ON s.id = q.person_id AND s.scenario_id = q.scenario_id
LEFT JOIN sc_diagnosed AS d ON d.id = q.id
LEFT JOIN sc_visits AS v ON v.id = q.id
LEFT JOIN sc_vitals AS t ON t.id = q.id
LEFT JOIN sc_labs AS l ON l.id = q.id
LEFT JOIN sc_drugs AS m ON m.id = q.id
LEFT JOIN sc_screened AS c ON c.id = q.id
WHERE q.scenario_id = $scenario;
