-- The scenario's entry in the registry.
SELECT
    name,
    description,
    template,
    request,
    specification,
    created_at,
    coalesce((SELECT list(tag ORDER BY tag) FROM hs.scenario_tags WHERE scenario_id = id), []) AS tags
FROM hs.scenarios
WHERE id = $scenario
