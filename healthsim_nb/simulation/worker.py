"""A process that makes every n-th block for its parent: ``python -m`` this module.

A program of its own, not a fork: it works from notebooks, scripts without a main guard and any
system. A full pipe makes it wait, so it is never far ahead.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from healthsim_nb.simulation import Share


def main() -> None:
    """Read a share of work from the standard input, write its blocks to the standard output."""
    # Whatever prints must not end up between the blocks.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        share: Share = pickle.load(sys.stdin.buffer)  # noqa: S301
        for block in share.blocks:
            for part in share.make(block):
                pickle.dump(part, out, protocol=5)
            # The block is done.
            pickle.dump(None, out, protocol=5)
            out.flush()
    except (BrokenPipeError, EOFError):
        # The parent has what it wanted, or is gone.
        os._exit(0)
    except Exception as error:
        pickle.dump(error, out, protocol=5)
        raise


if __name__ == "__main__":
    main()
