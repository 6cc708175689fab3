"""Providers and facilities of one fixed synthetic country, and who takes care of whom."""

from __future__ import annotations

from healthsim_nb.network.choice import attending, facility_of, primary_care
from healthsim_nb.network.facilities import facilities
from healthsim_nb.network.pool import roles
from healthsim_nb.network.providers import providers

ROLES = roles()
"""What an encounter can ask for: primary, emergency, hospital, urgent, telehealth, home-health,
then the specialties."""

__all__ = ["ROLES", "attending", "facilities", "facility_of", "primary_care", "providers"]
