"""What was done at each visit, as lines of the claims that are sent for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.coverage.bills.laboratory import laboratory
from healthsim_nb.coverage.bills.office import Office
from healthsim_nb.coverage.bills.procedures import procedures, vaccines
from healthsim_nb.coverage.bills.seen import at_home, emergencies, observations, seen
from healthsim_nb.coverage.bills.stays import stays
from healthsim_nb.coverage.draft import Draft
from healthsim_nb.coverage.extras import Extras
from healthsim_nb.coverage.visits import coded, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Office", "written"]


def written(office: Office) -> dict[str, NDArray[np.int64]]:
    """Return all lines: see `Draft.add` for the columns."""
    draft = Draft()
    writers = (seen, emergencies, stays, observations, at_home, procedures, vaccines, laboratory)
    for write in (*writers, _extras):
        write(office, draft)
    return draft.columns()


def _extras(office: Office, draft: Draft) -> None:
    table = office.tables["procedures"]
    code, words = coded(table["code"])
    visit, at = office.visits.find(whole(table["encounter_id"]))
    place, age, left = office.place, office.age, office.left
    Extras(office.visits, place, age, left, visit, code[at], words).write(draft)
