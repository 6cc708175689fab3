"""Who lives where: ages, households, names, coverage; the people of a scenario as columns.

Every value is drawn from a stream that is named after it. A name here is a contract: a new one
gives every scenario other people. All are keyed by a patient's id, shared ones by that of the head
of the household (state, place, house, street; race, payer and language with a chance).

============================  ==================================================================
stream ``population.…``       what it decides
============================  ==================================================================
age-sex, birthday             sex and completed years at the start; day of birth
marital                       never married, married, divorced, widowed
couple.seeks, .cohabits       who without a spouse takes an unmarried partner; who would live so
couple.parted, .name          what the married without a spouse become; whose name a wife bears
child.asked, .number, .wish   which homes have children under 18, how many, of which age
child.twin, .kin              which siblings are twins; who takes in a minor without parents
home.stays, .asked, .number   which adults live with parents; which parents; how many of them
home.alone, .shares, .kin     who lives alone, with others who are single, with a family
race, .hispanic, .kin         race or Hispanic; race of the Hispanic; whether as the head
language, smoking             preferred language; smoking status
payer, .kin                   line of business; whether as the head
state, place, house, street   where the household lives
name.given, .middle           given and middle name
name.has-middle, .family      whether a middle name is on record; family name
newborn.sex                   of a child born during the scenario, whose id keys it
phone, email                  last digits; whether an address is on record
============================  ==================================================================
"""

from __future__ import annotations

from healthsim_nb.population.crowd import GROUP
from healthsim_nb.population.people import People

__all__ = ["GROUP", "People"]
