"""How long a request takes to be understood.

python tests/benchmarks/bench_requests.py
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from statistics import median

import yaml

from healthsim_nb.errors import HealthsimError
from healthsim_nb.templates.library import load
from healthsim_nb.templates.request import understand

CORPUS = [
    Path(__file__).parents[1] / "templates" / name for name in ("requests.yaml", "corpus.yaml")
]


def main() -> None:
    """Understand every request of the corpus and print the middle and the longest time."""
    library = load()
    cases = [case for path in CORPUS for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
    took = []
    for case in cases:
        began = time.process_time()
        with suppress(HealthsimError):
            understand(library, case["request"])
        took.append((time.process_time() - began) * 1000)
    print(f"first request, which learns the words: {took[0]:.0f} ms of processor time")
    print(f"{len(took)} requests: median {median(took):.1f} ms, longest {max(took[1:]):.1f} ms")


if __name__ == "__main__":
    main()
