"""Encounter classes of HL7 ActCode, in the order of their numbers."""

from __future__ import annotations

CLASSES = ("AMB", "EMER", "IMP", "OBSENC", "VR", "HH")
EMERGENCY, STAY = CLASSES.index("EMER"), CLASSES.index("IMP")
