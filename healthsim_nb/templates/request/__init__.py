"""Understands a request in plain English, offline: small matchers over lists of words."""

from __future__ import annotations

from healthsim_nb.templates.request.understand import understand
from healthsim_nb.templates.request.understanding import Understanding, specification_yaml

__all__ = ["Understanding", "specification_yaml", "understand"]
