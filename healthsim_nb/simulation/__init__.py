"""The rooms' steps in order: ``gen_block`` is what a laptop's threads and a cluster both call."""

from healthsim_nb.simulation.generator import (
    PART,
    SHARED,
    WORK,
    Generator,
    Share,
    Tables,
    block_count,
    blocks,
    firsts,
    gen_block,
    make_block,
    make_parts,
    prepare,
)

__all__ = [
    "PART",
    "SHARED",
    "WORK",
    "Generator",
    "Share",
    "Tables",
    "block_count",
    "blocks",
    "firsts",
    "gen_block",
    "make_block",
    "make_parts",
    "prepare",
]
