"""Charts: what a patient's record says as a clinician writes it and as it went in time.

This room takes a cursor in which the canonical tables stand under their plain names; whose rows
they are is not its business.
"""

from __future__ import annotations

from healthsim_nb.chart.note import Note, Notes, keep, notes
from healthsim_nb.chart.timeline import Entry, Timeline, timeline

__all__ = ["Entry", "Note", "Notes", "Timeline", "keep", "notes", "timeline"]
