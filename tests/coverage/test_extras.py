"""What comes with a visit is billed, by whoever gives it."""

from __future__ import annotations

import numpy as np

from healthsim_nb.coverage.extras import extras
from healthsim_nb.coverage.prices import price_list


def test_every_extra_has_a_price() -> None:
    prices = price_list()
    priced = [
        e.price or int(prices.office[e.service]) or int(prices.outpatient[e.service])
        for e in extras()
    ]

    assert np.min(priced) > 0


def test_an_operation_in_a_stay_has_its_surgeon(ask) -> None:
    without = """SELECT count(*) FROM procedures AS r
        JOIN claims AS c ON c.encounter_id = r.encounter_id AND c.bill_type = '0111'
        AND c.payer_sequence = 1
        WHERE r.code = '10D00Z1' AND NOT EXISTS (FROM claims AS o JOIN claim_lines AS l
        ON l.claim_id = o.id WHERE o.encounter_id = r.encounter_id AND l.procedure_code = '59514')
        AND c.adjudicated_date < (SELECT max(adjudicated_date) - 60 FROM claims)"""

    assert ask(without) == 0


def test_care_after_a_stay_begins_when_it_ends(ask) -> None:
    wrong = """SELECT count(*) FROM claims AS c JOIN encounters AS e ON e.id = c.encounter_id
        WHERE c.bill_type LIKE '021%' AND (c.service_date <> e.discharge_time::DATE
        OR c.service_end_date <= c.service_date OR c.drg_code IS NOT NULL)"""

    assert ask("SELECT count(*) FROM claims WHERE bill_type LIKE '021%'") > 0
    assert ask(wrong) == 0


def test_a_dose_of_a_drug_is_billed_in_its_units(ask) -> None:
    assert (
        ask("SELECT coalesce(min(units), 200) FROM claim_lines WHERE procedure_code = 'J9271'")
        == 200
    )
