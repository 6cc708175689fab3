"""What must never occur, as SQL over the canonical tables: every query must return no row."""

from __future__ import annotations

CHRONIC_AND_VISITS = "encounters e JOIN patients p ON e.patient_id = p.id"

IMPOSSIBLE = {
    "a visit before birth": f"SELECT 1 FROM {CHRONIC_AND_VISITS} WHERE e.admission_time::DATE < p.birth_date",
    "a visit after death": f"SELECT 1 FROM {CHRONIC_AND_VISITS} WHERE e.admission_time::DATE > p.death_date",
    "a stay that ends after death": f"SELECT 1 FROM {CHRONIC_AND_VISITS} WHERE e.discharge_time::DATE > p.death_date",
    "an end before the beginning": "SELECT 1 FROM encounters WHERE discharge_time <= admission_time",
    "stays that overlap": """
        SELECT 1 FROM encounters a JOIN encounters b ON a.patient_id = b.patient_id AND a.id < b.id
        WHERE a.class_code = 'IMP' AND b.class_code = 'IMP'
          AND a.admission_time < coalesce(b.discharge_time, TIMESTAMP '9999-01-01')
          AND b.admission_time < coalesce(a.discharge_time, TIMESTAMP '9999-01-01')""",
    "an open visit that is called finished": "SELECT 1 FROM encounters WHERE (discharge_time IS NULL) <> (status = 'in-progress')",
    "a death in a stay whose patient lives on": """
        SELECT 1 FROM encounters e JOIN patients p ON e.patient_id = p.id
        WHERE e.discharge_disposition = '20' AND p.death_date IS DISTINCT FROM e.discharge_time::DATE""",
    "deceased without a date": "SELECT 1 FROM patients WHERE deceased <> (death_date IS NOT NULL)",
    "a person and a patient who differ": """
        SELECT 1 FROM patients p JOIN persons q ON p.person_id = q.id
        WHERE (p.birth_date, p.gender, p.family_name, p.death_date)
          IS DISTINCT FROM (q.birth_date, q.gender, q.family_name, q.death_date)""",
    "a visit without a diagnosis": "SELECT 1 FROM encounters WHERE id NOT IN (SELECT encounter_id FROM diagnoses)",
    "a visit without exactly one principal diagnosis": """
        SELECT 1 FROM diagnoses WHERE type = 'principal' GROUP BY encounter_id HAVING count(*) <> 1""",
    "the same diagnosis twice at a visit": "SELECT 1 FROM diagnoses GROUP BY encounter_id, code, onset_date HAVING count(*) > 1",
    "a diagnosis that began after it was made": "SELECT 1 FROM diagnoses WHERE onset_date > diagnosed_date",
    "a diagnosis that began before birth": """
        SELECT 1 FROM diagnoses d JOIN patients p ON d.patient_id = p.id WHERE d.onset_date < p.birth_date""",
    "a diagnosis over before it began": "SELECT 1 FROM diagnoses WHERE resolved_date < onset_date",
    "a diagnosis not on its visit's day": """
        SELECT 1 FROM diagnoses d JOIN encounters e ON d.encounter_id = e.id
        WHERE d.diagnosed_date <> e.admission_time::DATE OR d.patient_id <> e.patient_id""",
    "a drug without its indication at the visit": """
        SELECT 1 FROM medications m WHERE NOT EXISTS (
          SELECT 1 FROM diagnoses d WHERE d.encounter_id = m.encounter_id AND d.code = m.indication_code)""",
    "a drug that ends before it starts": "SELECT 1 FROM medications WHERE end_date < start_date",
    "a drug taken after death": """
        SELECT 1 FROM medications m JOIN patients p ON m.patient_id = p.id
        WHERE p.death_date IS NOT NULL AND (m.end_date IS NULL OR m.end_date > p.death_date)""",
    "the same drug open twice": """
        SELECT 1 FROM medications WHERE end_date IS NULL GROUP BY patient_id, rxnorm_code HAVING count(*) > 1""",
    "a drug not started on its visit's day": """
        SELECT 1 FROM medications m JOIN encounters e ON m.encounter_id = e.id
        WHERE m.start_date <> e.admission_time::DATE OR m.patient_id <> e.patient_id""",
    "a result without its order": """
        SELECT 1 FROM lab_results l LEFT JOIN orders o ON l.order_id = o.id
        WHERE o.id IS NULL OR o.encounter_id <> l.encounter_id OR o.patient_id <> l.patient_id""",
    "a lab order without a result": """
        SELECT 1 FROM orders WHERE order_type = 'lab' AND id NOT IN (SELECT order_id FROM lab_results)""",
    "a procedure order that was not done": """
        SELECT 1 FROM orders WHERE order_type = 'procedure' AND id NOT IN (SELECT order_id FROM procedures)""",
    "a specimen taken before the visit": """
        SELECT 1 FROM lab_results l JOIN encounters e ON l.encounter_id = e.id WHERE l.collected_time < e.admission_time""",
    "a result before its specimen": "SELECT 1 FROM lab_results WHERE resulted_time <= collected_time",
    "an A1c outside 3.5-18 %": "SELECT 1 FROM lab_results WHERE loinc_code = '4548-4' AND value_numeric NOT BETWEEN 3.5 AND 18",
    "a flag that contradicts its interval": """
        SELECT 1 FROM lab_results WHERE (abnormal_flag IN ('L', 'LL')) <> (value_numeric < reference_low)
          OR (abnormal_flag IN ('H', 'HH')) <> (value_numeric > reference_high)
          OR (abnormal_flag IS NULL AND (value_numeric < reference_low OR value_numeric > reference_high))""",
    "systolic not above diastolic": "SELECT 1 FROM vital_signs WHERE systolic_bp <= diastolic_bp OR diastolic_bp < 20",
    "a body mass index that is not weight by height": """
        SELECT 1 FROM vital_signs WHERE abs(bmi - weight_kg * 10000 / (height_cm * height_cm)) > 0.051""",
    "oxygen above 100 %": "SELECT 1 FROM vital_signs WHERE spo2 NOT BETWEEN 50 AND 100",
    "two sets of vital signs at a visit": "SELECT 1 FROM vital_signs GROUP BY encounter_id HAVING count(*) > 1",
    "a man's mammogram": """
        SELECT 1 FROM procedures r JOIN patients p ON r.patient_id = p.id WHERE r.code = '77067' AND p.gender = 'M'""",
    "a lipid panel that does not add up": """
        SELECT 1 FROM (SELECT order_id, max(value_numeric) FILTER (loinc_code = '2093-3') AS total,
            max(value_numeric) FILTER (loinc_code IN ('13457-7', '18262-6', '2089-1')) AS ldl,
            max(value_numeric) FILTER (loinc_code = '2085-9') AS hdl,
            max(value_numeric) FILTER (loinc_code = '2571-8') AS tg FROM lab_results GROUP BY order_id)
        WHERE total IS NOT NULL AND ldl IS NOT NULL AND abs(total - ldl - hdl - tg / 5) > 1""",
    "an MRN that is not eight digits of its own": """
        SELECT 1 FROM patients GROUP BY mrn HAVING count(*) > 1 OR NOT regexp_full_match(mrn, '[1-9][0-9]{7}')""",
    "an SSN that could be somebody's": """
        SELECT 1 FROM patients WHERE ssn IS NOT NULL AND NOT regexp_full_match(ssn, '9[0-9]{2}-[0-4][0-9]-[0-9]{4}')""",
    "a phone that could ring": """
        SELECT 1 FROM patients WHERE NOT regexp_matches(phone, '555.?01[0-9]{2}$')""",
    "a household in two places": """
        SELECT 1 FROM persons q JOIN patients p ON p.person_id = q.id
        GROUP BY q.household_id HAVING count(DISTINCT p.street_address) > 1 OR count(DISTINCT p.state) > 1""",
    "a provider who is not listed": """
        SELECT 1 FROM (SELECT provider_id AS id FROM encounters UNION SELECT prescriber_id FROM medications
          UNION SELECT primary_care_provider_id FROM patients) WHERE id NOT IN (SELECT id FROM providers)""",
    "a facility that is not listed": """
        SELECT 1 FROM (SELECT facility_id AS id FROM encounters UNION SELECT facility_id FROM providers)
        WHERE id NOT IN (SELECT id FROM facilities)""",
}
