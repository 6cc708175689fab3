"""Kill programs at many moments of their work: every scenario must be whole or absent.

python tests/benchmarks/check_crashes.py [TRIALS OF EACH WORK]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))

from crashes import WORKS, Laboratory


def main() -> None:
    """Run the trials and print what stood after each."""
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    with tempfile.TemporaryDirectory() as folder:
        laboratory = Laboratory(folder)
        for name in WORKS:
            parts = [1.05 * (i + 0.5) / each for i in range(each)]
            found = Counter(laboratory.trial(name, part) for part in parts)
            print(f"{name:<11} {each} kills within {laboratory.seconds[name]:.2f} s: {dict(found)}")
        laboratory.close()


if __name__ == "__main__":
    main()
