-- Everybody for as long as they lived in the period; age in its middle.
SELECT * REPLACE (age_mid AS age) FROM sc_person WHERE years > 0
