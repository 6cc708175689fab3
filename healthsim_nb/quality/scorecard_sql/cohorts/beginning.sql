-- Everybody on the first day; age on that day.
SELECT * REPLACE (age_first AS age) FROM sc_person WHERE from_first
