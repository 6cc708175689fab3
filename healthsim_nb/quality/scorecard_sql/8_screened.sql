-- One row a patient: the last day of each kind of screening that the record knows of.
CREATE OR REPLACE TEMP TABLE sc_screened AS
SELECT
    r.patient_id AS id,
    max(r.performed_time) FILTER (WHERE g.name = 'mammogram') AS mammogram,
    max(r.performed_time) FILTER (WHERE g.name = 'colonoscopy') AS colonoscopy,
    max(r.performed_time) FILTER (WHERE g.name = 'stool-test') AS stool_test,
    max(r.performed_time) FILTER (WHERE g.name = 'stool-dna') AS stool_dna,
    max(r.performed_time) FILTER (WHERE g.name = 'cervical-cytology') AS cytology
FROM hs.procedures AS r
JOIN sc_groups AS g ON g.kind = 'procedure' AND r.code = g.prefix
WHERE r.scenario_id = $scenario
GROUP BY r.patient_id;
