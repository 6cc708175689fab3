-- Planned hip and knee replacements of people of 65 and over, with the complications that CMS
-- counts: heart attack, pneumonia or sepsis within 7 days, bleeding, lung embolism or death within
-- 30, a mechanical fault or an infection of the joint within 90.
SELECT
    r.id, q.gender AS sex, q.gender AS stratum, date_sub('year', q.birth_date, r.performed_time::DATE) AS age,
    coalesce(q.death_date < r.performed_time + INTERVAL 30 DAY, FALSE) OR EXISTS (
        SELECT 1 FROM hs.diagnoses AS d
        WHERE d.scenario_id = $scenario AND d.patient_id = r.patient_id
            AND d.diagnosed_date >= r.performed_time::DATE
            AND CASE
                WHEN d.code SIMILAR TO '(I21|J1[2-8]|A4[01]|T81.44).*' THEN 7
                WHEN d.code SIMILAR TO '(I26|I82.4|L76|M96.8|T81.0|K92.2).*' THEN 30
                WHEN d.code SIMILAR TO '(T84|T81.4|M97).*' THEN 90
            END >= d.diagnosed_date - r.performed_time::DATE
    ) AS complicated
FROM hs.procedures AS r
JOIN hs.patients AS q ON q.id = r.patient_id AND q.scenario_id = r.scenario_id
JOIN sc_groups AS g ON g.kind = 'procedure' AND g.name = 'joint-replacement' AND starts_with(r.code, g.prefix)
CROSS JOIN sc_period AS p
WHERE r.scenario_id = $scenario AND r.performed_time >= p.since
    AND r.performed_time < p.last_day - INTERVAL 90 DAY
    AND NOT EXISTS (
        SELECT 1 FROM hs.diagnoses AS f
        WHERE f.scenario_id = $scenario AND f.encounter_id = r.encounter_id
            AND f.code SIMILAR TO '(S72|M84|C).*'
    )
