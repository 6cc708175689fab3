"""The rooms' steps in order: ``gen_block`` is what a laptop's threads and a cluster both call."""

from healthsim_nb.simulation.generator import (
    PART,
    SHARED,
    WORK,
    Share,
    Tables,
    block_count,
    blocks,
    firsts,
    gen_block,
    make_block,
    make_parts,
)
from healthsim_nb.simulation.prepared import Generator, prepare
from healthsim_nb.simulation.search import Tally

__all__ = [
    "PART",
    "SHARED",
    "WORK",
    "Generator",
    "Share",
    "Tables",
    "Tally",
    "block_count",
    "blocks",
    "firsts",
    "gen_block",
    "make_block",
    "make_parts",
    "prepare",
]
