"""A scenario as one file that can be given to somebody else, and back."""

from __future__ import annotations

from healthsim_nb.store.sharing.packing import share
from healthsim_nb.store.sharing.unpacking import receive

__all__ = ["receive", "share"]
