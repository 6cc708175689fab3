-- The days that are covered, where no specification says so.
SELECT min(admission_time)::DATE, max(coalesce(discharge_time, admission_time))::DATE
FROM hs.encounters
WHERE scenario_id = $scenario
