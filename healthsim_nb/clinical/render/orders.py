"""Rows of orders, and of the procedures among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.clinical.compile import IMP
from healthsim_nb.clinical.render.services import services
from healthsim_nb.engine.arrow import MINUTE_US, batch, constant, moment, times, words
from healthsim_nb.engine.ids import CHILD_BITS, child_ids, numbered

if TYPE_CHECKING:
    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.engine.recorder import Columns

ORDER: Columns = {"visit": np.zeros(1, np.int64), "order": np.zeros(1, np.int16)}
PAST: Columns = {
    "visit": np.zeros(1, np.int64),
    "order": np.zeros(1, np.int16),
    "day": np.zeros(1, np.int32),
    "place": np.zeros(1, np.int16),
}
KINDS = ("lab", "procedure")
MORNING = 10 * 60
"""Minute of the day at which what people tell of was done, as far as is known."""
GIVEN = ("vaccine-administration-child", "vaccine-administration")
ADULT_MONTHS = 19 * 12
LAST_CHILD = (1 << CHILD_BITS) - 1
"""Number of a row that is there once or not at all, however many others there are."""
ORDERED_AFTER, PERFORMED_AFTER = 8 * MINUTE_US, 12 * MINUTE_US


def placed(chart: Chart) -> Columns:
    """Return what was ordered, once a visit: ``visit``, ``order``, ``place`` and ``id``, sorted."""
    asked, place = chart.part("order", ORDER)
    more, services_given = services(chart)
    visit = np.concatenate([asked["visit"], chart.id[more]])
    what = np.concatenate([asked["order"].astype(np.int16), services_given])
    place = np.concatenate([place, more])
    order = np.argsort(place << 16 | what, kind="stable")
    visit, what, place = visit[order], what[order], place[order]
    new = np.ones(len(visit), bool)
    new[1:] = (visit[1:] != visit[:-1]) | (what[1:] != what[:-1])
    visit, what, place = visit[new], what[new], place[new]
    return {"visit": visit, "order": what, "place": place, "id": child_ids(visit, numbered(visit))}


def orders(chart: Chart, asked: Columns) -> pa.RecordBatch:
    """Return the orders."""
    all_orders, place = chart.plan.orders, asked["place"]
    later = np.array([o.hours for o in all_orders], np.int64)[asked["order"]] * 60 * MINUTE_US
    kind = np.array([KINDS.index(o.kind) for o in all_orders], np.int8)
    return batch(
        "orders",
        {
            "id": asked["id"],
            "patient_id": chart.patient[place],
            "encounter_id": asked["visit"],
            "order_type": words(kind[asked["order"]], KINDS),
            "code": words(asked["order"], [o.code for o in all_orders]),
            "code_system": words(asked["order"], [o.code_system for o in all_orders]),
            "description": words(asked["order"], [o.name for o in all_orders]),
            "status": constant("completed", len(place)),
            "ordered_time": times(chart.begins[place] + ORDERED_AFTER + later),
            "provider_id": chart.provider[place],
        },
    )


def procedures(chart: Chart, asked: Columns, given: Columns) -> pa.RecordBatch:
    """Return the procedures that were ordered, each done at its visit, and those of vaccinations.

    What is done in an inpatient stay has the code of hospitals where there is one.
    """
    all_orders = chart.plan.orders
    done = np.array([o.kind == "procedure" for o in all_orders])[asked["order"]]
    ordered = {k: asked[k][done] for k in ("visit", "order", "place", "id")}
    added, told = administrations(chart, given), past(chart)
    rows = {k: np.concatenate([ordered[k], added[k], told[k]]) for k in ordered}
    when = chart.begins[rows["place"]] + PERFORMED_AFTER
    when[len(when) - len(told["id"]) :] = moment(told["day"], np.full(len(told["day"]), MORNING))
    rank = np.argsort(rows["id"], kind="stable")
    visit, what, place, number = (rows[k][rank] for k in ("visit", "order", "place", "id"))
    hospital = np.array([o.inpatient_code is not None for o in all_orders])[what]
    coded = what + len(all_orders) * (hospital & (chart.visits["kind"][place] == IMP))
    codes = [o.code for o in all_orders] + [o.inpatient_code or o.code for o in all_orders]
    systems = [o.code_system for o in all_orders] + ["ICD-10-PCS"] * len(all_orders)
    return batch(
        "procedures",
        {
            "id": number,
            "patient_id": chart.patient[place],
            "encounter_id": visit,
            "order_id": pa.array(number, mask=rank >= len(ordered["id"])),
            "code": words(coded, codes),
            "code_system": words(coded, systems),
            "description": words(what, [o.name for o in all_orders]),
            "performed_time": times(when[rank]),
            "provider_id": chart.provider[place],
        },
    )


def past(chart: Chart) -> Columns:
    """Return what people told of the time before the first day; nobody ordered it here."""
    told, place = chart.part("past", PAST)
    number = LAST_CHILD - 1 - told["place"].astype(np.int64)
    return {**told, "place": place, "id": child_ids(told["visit"], number)}


def administrations(chart: Chart, given: Columns) -> Columns:
    """Return one procedure for each visit with vaccinations, which nobody orders by itself."""
    place = np.unique(given["place"])
    names = [o.id for o in chart.plan.orders]
    child = chart.visits["months_old"][place] < ADULT_MONTHS
    visit = chart.id[place]
    return {
        "visit": visit,
        "order": np.where(child, names.index(GIVEN[0]), names.index(GIVEN[1])).astype(np.int16),
        "place": place,
        "id": child_ids(visit, np.full(len(visit), LAST_CHILD)),
    }
