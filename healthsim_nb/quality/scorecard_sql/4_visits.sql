-- One row a patient: encounters of the period, and of its last twelve months.
CREATE OR REPLACE TEMP TABLE sc_visits AS
SELECT
    e.patient_id AS id,
    count(*) FILTER (WHERE class_code = 'AMB') AS office,
    count(*) FILTER (WHERE class_code = 'VR') AS video,
    count(*) FILTER (WHERE class_code = 'EMER') AS emergency,
    count(*) FILTER (WHERE class_code = 'IMP') AS stays,
    bool_or(class_code = 'AMB' AND admission_time >= p.last_year) AS office_year,
    bool_or(class_code = 'VR' AND admission_time >= p.last_year) AS video_year,
    bool_or(class_code = 'EMER' AND admission_time >= p.last_year) AS emergency_year,
    bool_or(class_code = 'IMP' AND admission_time >= p.last_year) AS stay_year
FROM hs.encounters AS e
CROSS JOIN sc_period AS p
WHERE e.scenario_id = $scenario AND e.admission_time >= p.since
    AND e.admission_time < p.last_day + INTERVAL 1 DAY
GROUP BY e.patient_id;
