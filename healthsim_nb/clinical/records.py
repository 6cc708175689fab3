"""All clinical tables of some patients, from what the simulation recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.clinical.render.allergies import allergies
from healthsim_nb.clinical.render.encounters import diagnoses, encounters, problems
from healthsim_nb.clinical.render.immunizations import immunizations, immunize
from healthsim_nb.clinical.render.labs import lab_results
from healthsim_nb.clinical.render.medications import medications
from healthsim_nb.clinical.render.orders import orders, placed, procedures
from healthsim_nb.clinical.render.vitals import vital_signs

__all__ = ["problems", "tables"]

if TYPE_CHECKING:
    import pyarrow as pa

    from healthsim_nb.clinical.render.chart import Chart


def tables(chart: Chart) -> dict[str, pa.RecordBatch]:
    """Return the rows of each clinical table, ordered by id."""
    asked, given = placed(chart), immunize(chart)
    diagnosis_rows, diagnosed = diagnoses(chart)
    return {
        "encounters": encounters(chart),
        "diagnoses": diagnosis_rows,
        "orders": orders(chart, asked),
        "lab_results": lab_results(chart, asked),
        "procedures": procedures(chart, asked, given),
        "allergies": allergies(chart),
        "immunizations": immunizations(chart, given),
        "vital_signs": vital_signs(chart),
        "medications": medications(chart, diagnosed),
    }
