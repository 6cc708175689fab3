"""Medical lines and lines of drugs in one stream, plainly: they move the same accounts."""

from __future__ import annotations

from tests.coverage.one_by_one import Used, one_line

from .one_at_a_time import Counter

ACCOUNTS = {
    "member_deductible": "deductible",
    "member_most": "most",
    "family_deductible": "family_deductible",
    "family_most": "family_most",
}
"""What medical lines and drugs call the same."""


def one_stream(medical, drugs, order, limits, visits, pairs):
    """Return the results of medical lines and of drugs.

    Parameters
    ----------
    order
        Pairs of kind (0 medical, 1 drug) and number of the line.
    limits
        Of all accounts, by the names that drugs have for them.
    """
    counter = Counter(drugs, limits, *pairs)
    left = counter.payer.limits
    # What is left goes down with every line: nothing else is remembered of accounts.
    amounts = {name: left[known] for name, known in ACCOUNTS.items()} | {"visits": visits}
    used, results = Used(), [None] * len(medical)
    for kind, number in order:
        if kind:
            counter.decide(number)
            continue
        line = medical[number]
        result = results[number] = one_line(line, amounts, used, results)
        for name, cents in (("deductible", result[0]), ("most", sum(result[:3]))):
            left[name][line["member"]] -= cents
            left[f"family_{name}"][line["family"]] -= cents
    return results, counter
