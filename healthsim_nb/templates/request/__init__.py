"""Understands a request in plain English, offline: small matchers over lists of words.

A request is cut into tokens (`tokens`). From left to right each matcher (`reader.MATCHERS`) may
read the words at a place, and the longest reading wins. What the readings say is put together
(`who`, `what`), and what is not understood is reported, never dropped.

The vocabulary is data. A new word is a line in one of these, and no Python:

=====================  ==================================================================
words/people.yaml      nouns for people: sex, ages, how many
words/coverage.yaml    who pays
words/places.yaml      further names of states (the rest is geography/states.csv)
words/levels.yaml      further words for levels of control
words/grammar.yaml     small words: "older than", "without", "for", "%", "the rest"
words/numbers.yaml     numbers and parts in words
words/fillers.yaml     words that say nothing
a condition's file     its name and ``synonyms``, the names of its levels or stages
a template's file      its name and ``synonyms``
=====================  ==================================================================

``over 50`` is 51 and older; ``at least 50``, ``50+`` and ``50 and older`` are 50 and older.
The two letters of a state count only in upper case. ``women`` and ``men`` are adults unless an
age is said. Several conditions are had together; "or" between them makes two groups and is
refused. A request whose conditions are just those of a template uses that template; what the
request says (ages, sex, mix, ...) takes the place of what the template says.
"""

from __future__ import annotations

from healthsim_nb.templates.request.understand import understand
from healthsim_nb.templates.request.understanding import Understanding, specification_yaml

__all__ = ["Understanding", "specification_yaml", "understand"]
