-- People who are alive on the last day; age on that day.
SELECT * FROM sc_person WHERE alive
