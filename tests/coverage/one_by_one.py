"""The rules of cost sharing line by line, in plain Python: what the wave is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field

from healthsim_nb.coverage.wavefront import (
    COINSURANCE,
    COORDINATED,
    COPAY,
    FIRST,
    LATE_COPAY,
    MEDICAID,
    SUPPLEMENT,
    WHOLE,
)


@dataclass
class Used:
    """What has been counted so far, by account."""

    member_deductible: dict[int, int] = field(default_factory=dict)
    member_most: dict[int, int] = field(default_factory=dict)
    family_deductible: dict[int, int] = field(default_factory=dict)
    family_most: dict[int, int] = field(default_factory=dict)
    visits: dict[int, int] = field(default_factory=dict)


def share(line, limits, used):
    """Return deductible, copay and coinsurance as if nobody else paid."""
    deductible_left = max(
        0,
        min(
            limits["member_deductible"][line["member"]]
            - used.member_deductible.get(line["member"], 0),
            limits["family_deductible"][line["family"]]
            - used.family_deductible.get(line["family"], 0),
        ),
    )
    deductible = copay = coinsurance = 0
    if line["how"] in (COINSURANCE, LATE_COPAY):
        deductible = min(line["allowed"], deductible_left)
    rest = line["allowed"] - deductible
    if line["how"] in (COPAY, LATE_COPAY):
        copay = min(line["copay"], rest)
    if line["how"] == COINSURANCE:
        coinsurance = (rest * line["rate"] + WHOLE // 2) // WHOLE
    room = max(
        0,
        min(
            limits["member_most"][line["member"]] - used.member_most.get(line["member"], 0),
            limits["family_most"][line["family"]] - used.family_most.get(line["family"], 0),
        ),
    )
    while deductible + copay + coinsurance > room:
        over = deductible + copay + coinsurance - room
        if coinsurance:
            coinsurance -= min(over, coinsurance)
        elif copay:
            copay -= min(over, copay)
        else:
            deductible -= over
    return deductible, copay, coinsurance


def second(line, own, before):
    """Return what a later payer leaves and pays, after what the one before left."""
    left, earlier = sum(before[:3]), before[3] + before[4]
    if line["method"] == COORDINATED:
        pays = min(line["allowed"] - sum(own), left)
    elif line["method"] == MEDICAID:
        pays = min(max(line["allowed"] - earlier, 0), left)
        return 0, 0, 0, pays, earlier
    elif line["method"] == SUPPLEMENT:
        pays = left
    else:
        pays = left - before[0]
        return left - pays, 0, 0, pays, earlier
    owes = left - pays
    if line["method"] == COORDINATED:
        owes = min(owes, sum(own))
    deductible = min(own[0], owes)
    copay = min(own[1], owes - deductible)
    return deductible, copay, owes - deductible - copay, pays, earlier


def one_line(line, limits, used, results):
    """Return deductible, copay, coinsurance, paid, paid before, refused of a line."""
    if line["reverses"] >= 0:
        first = results[line["reverses"]]
        if line["visits"] >= 0 and not first[5]:
            used.visits[line["visits"]] -= 1
        return (*(-x for x in first[:5]), False)
    if line["visits"] >= 0:
        seen = used.visits.get(line["visits"], 0)
        if seen >= limits["visits"][line["visits"]]:
            return 0, 0, 0, 0, 0, True
        used.visits[line["visits"]] = seen + 1
    own = share(line, limits, used)
    if line["after"] >= 0 and line["method"] != FIRST:
        return (*second(line, own, results[line["after"]]), False)
    return (*own, line["allowed"] - sum(own), 0, False)


def one_by_one(lines, limits):
    """Return deductible, copay, coinsurance, paid, paid before, refused of each line."""
    used, results = Used(), []
    for line in lines:
        result = one_line(line, limits, used, results)
        results.append(result)
        for account, key, amount in (
            (used.member_deductible, "member", result[0]),
            (used.member_most, "member", sum(result[:3])),
            (used.family_deductible, "family", result[0]),
            (used.family_most, "family", sum(result[:3])),
        ):
            account[line[key]] = account.get(line[key], 0) + amount
    return results
