"""Uses of drugs that bring people to a pharmacy, from the medications of the record.

What staff give (in a hospital, into a vein, at a clinic) and what is bought without a prescription
bring nobody there; a course that ends before its patient leaves hospital neither.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.visits import coded, whole
from healthsim_nb.engine.arrow import DAY_US
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.network.ids import provider_parts
from healthsim_nb.network.pool import specialties
from healthsim_nb.population.ages import LINES_OF_BUSINESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.clinical.products import ProductTable
    from healthsim_nb.pharmacy.products import Products
    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

BY_STAFF = ("intravenous", "intravitreal", "intrathecal", "intra-articular", "intramuscular")
"""Routes that a pharmacy counter does not serve."""
VERBS = {"oral": "Take", "sublingual": "Place", "inhalation": "Inhale", "subcutaneous": "Inject",
         "nasal": "Spray", "ophthalmic": "Put", "topical": "Apply"}  # fmt: skip
HOW = {"oral": "by mouth", "sublingual": "under the tongue", "subcutaneous": "under the skin",
       "topical": "to the affected skin"}  # fmt: skip
STAYS = ("IMP", "OBSENC")


@dataclass(frozen=True)
class Uses:
    """Uses of drugs, shape (u,) a column, in the order of the medications."""

    medication: I64
    person: I64
    """Place in the block."""
    product: I64
    """Row of the products."""
    start: I64
    """First day on which a pharmacy may be asked."""
    end: I64
    """Last day of use, `FAR` while it goes on."""
    course: I64
    """Days of a course, 0: taken until stopped."""
    prescriber: I64
    known: Bools
    """Whether it was taken before the run began, so that the plan knows of it."""
    indication: NDArray[np.integer]
    """Index into ``codes``, -1 without."""
    codes: tuple[str, ...]
    directions: NDArray[np.integer]
    """Index into ``sigs``."""
    sigs: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.medication)

    def take(self, at: NDArray[np.intp]) -> Uses:
        """Return some of the uses."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        texts = {name: columns.pop(name) for name in ("codes", "sigs")}
        return Uses(**texts, **{name: column[at] for name, column in columns.items()})


def uses_of(
    record: Mapping[str, pa.RecordBatch],
    people: People,
    doctor: I64,
    death: NDArray[np.int32],
    products: Products,
    shelf: ProductTable,
    days: tuple[int, int],
) -> Uses:
    """Return the uses of drugs that a pharmacy is asked for.

    Parameters
    ----------
    doctor, death
        Of each person.
    days
        The first day, and the one after the last.
    """
    last_day = days[1]
    m = record["medications"]
    person = people.rows_of(whole(m["patient_id"])) if m.num_rows else np.zeros(0, np.int64)
    product = _products(m, shelf)
    begins, ends = whole(m["start_date"]), m["end_date"]
    ends = np.where(ends.is_valid().to_numpy(zero_copy_only=False), whole(ends), FAR)
    leaves, stays = _leaves(record["encounters"], whole(m["encounter_id"]), last_day)
    code, codes = coded(m["indication_code"])
    start = np.maximum(begins, leaves)
    earlier = start < days[0]
    course = np.where((products.course_days[product] > 0) & ~earlier, ends - start + 1, 0)
    found = Uses(
        medication=whole(m["id"]),
        person=person,
        product=product,
        start=start,
        end=np.minimum(ends, death[person].astype(np.int64)),
        course=course,
        prescriber=_prescriber(whole(m["prescriber_id"]), doctor[person]),
        known=earlier,
        indication=code,
        codes=tuple(codes),
        directions=product,
        sigs=_sigs(shelf),
    )
    over = np.array([*products.over_the_counter], bool)[product]
    public = people.line_of_business[person] == LINES_OF_BUSINESS.index("medicaid")
    wanted = ~_given(m, products, product) & (~over | public)
    wanted &= (found.end >= start) & (start < last_day) & ~(stays & (course <= 0) & (ends < FAR))
    wanted &= np.array([code != "" for code in products.ndc], bool)[product]
    return found.take(np.flatnonzero(wanted))


def _products(m: pa.RecordBatch, shelf: ProductTable) -> I64:
    """Return the product of each row: the one with its code and dose."""
    code, codes = coded(m["rxnorm_code"])
    dose, doses = coded(m["dose"])
    rx, amounts = _numbers(codes), _numbers(doses)
    table = np.zeros((len(codes), len(doses)), np.int64)
    for row in range(len(shelf.products) - 1, -1, -1):
        product = shelf.products[row]
        if product.rxnorm in rx and product.dose in amounts:
            table[rx[product.rxnorm], amounts[product.dose]] = row
    # The words of a column may have a text more than once.
    first = np.array([rx[text] for text in codes] or [0])
    same = np.array([amounts[text] for text in doses] or [0])
    found: I64 = table[first[code], same[dose]]
    return found


def _numbers(texts: list[str]) -> dict[str, int]:
    """Return the last place of each text."""
    return {text: place for place, text in enumerate(texts)}


@lru_cache(maxsize=8)
def _sigs(shelf: ProductTable) -> tuple[str, ...]:
    """Return the directions of each product."""
    routes = {drug.id: drug.route for drug in shelf.drugs}
    return tuple(
        " ".join(
            (VERBS.get(routes[p.drug], "Use"), p.dose, HOW.get(routes[p.drug], ""), often)
        ).replace("  ", " ")
        for p, often in zip(shelf.products, shelf.frequencies, strict=True)
    )


def _given(m: pa.RecordBatch, products: Products, product: I64) -> Bools:
    """Return which drugs staff give."""
    route, routes = coded(m["route"])
    by_staff = np.array([*(r in BY_STAFF for r in routes), False])[route]
    found: Bools = by_staff | products.administered[product]
    return found


def _leaves(e: pa.RecordBatch, encounter: I64, last_day: int) -> tuple[I64, Bools]:
    """Return the day on which patients leave the stay in which a drug was begun, and which."""
    kind, kinds = coded(e["class_code"])
    stay = np.array([*(k in STAYS for k in kinds), False])[kind]
    at = np.minimum(np.searchsorted(whole(e["id"]), encounter), max(e.num_rows - 1, 0))
    ends = whole(e["discharge_time"])
    day = np.where(ends < 0, last_day, ends // DAY_US)
    if not e.num_rows:
        return np.zeros(len(encounter), np.int64), np.zeros(len(encounter), bool)
    # What was taken before the first day was begun at no encounter.
    stays = stay[at] & (encounter >= 0)
    return np.where(stays, day[at], np.iinfo(np.int32).min), stays


def _prescriber(who: I64, own: I64) -> I64:
    """Return who writes the prescription: the patient's own provider where others may not."""
    may = np.array([s.prescribes for s in specialties()])
    return np.where(may[provider_parts(who).row], who, own)
