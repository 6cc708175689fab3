-- Who they are: ages at the start, sexes, deaths, and the years lived between the start and the end.
SELECT
    count(*) AS count,
    avg(age) AS age_mean,
    min(age) AS age_min,
    max(age) AS age_max,
    avg((age < 18)::INTEGER) AS age_0_17,
    avg((age BETWEEN 18 AND 44)::INTEGER) AS age_18_44,
    avg((age BETWEEN 45 AND 64)::INTEGER) AS age_45_64,
    avg((age >= 65)::INTEGER) AS age_65_on,
    avg((gender = 'F')::INTEGER) AS female,
    count(*) FILTER (deceased) AS deaths,
    sum(greatest(0, date_diff('day', since, least(coalesce(death_date, $until), $until)))) / 365.25
        AS years
FROM (
    SELECT
        *,
        CASE WHEN $start IS NOT NULL THEN greatest($start, birth_date) END AS since,
        date_sub('year', birth_date, since) AS age
    FROM hs.patients
    WHERE scenario_id = $scenario
)
