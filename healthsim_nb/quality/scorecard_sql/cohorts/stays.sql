-- Hospital stays that ended in the period, with what came within thirty days of them; the last
-- thirty days of the period are left out, because nobody knows yet.
SELECT
    e.id, q.sex, q.sex AS stratum, date_sub('year', b.birth_date, e.admission_time::DATE) AS age,
    date_diff('day', e.admission_time, e.discharge_time) AS days,
    e.discharge_disposition = '20' AS died,
    coalesce(b.death_date < e.admission_time + INTERVAL 30 DAY, FALSE) AS died_30,
    coalesce(lead(e.admission_time) OVER stay < e.discharge_time + INTERVAL 30 DAY, FALSE)
        AS again_30,
    d.principal, d.has
FROM hs.encounters AS e
JOIN sc_person AS q ON q.id = e.patient_id
JOIN hs.patients AS b ON b.id = e.patient_id AND b.scenario_id = e.scenario_id
JOIN (
    SELECT encounter_id, max(code) FILTER (WHERE x.type = 'principal') AS principal,
        list(DISTINCT code) AS has
    FROM hs.diagnoses AS x
    JOIN hs.encounters AS i ON i.id = x.encounter_id AND i.scenario_id = x.scenario_id
    WHERE x.scenario_id = $scenario AND i.class_code = 'IMP'
    GROUP BY encounter_id
) AS d ON d.encounter_id = e.id
CROSS JOIN sc_period AS p
WHERE e.scenario_id = $scenario AND e.class_code = 'IMP' AND e.admission_time >= p.since
    AND e.discharge_time < p.last_day - INTERVAL 30 DAY
WINDOW stay AS (PARTITION BY e.patient_id ORDER BY e.admission_time)
