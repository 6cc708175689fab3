"""How long a request takes to be understood.

python tests/benchmarks/bench_requests.py
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import yaml

from healthsim_nb.templates.library import load
from healthsim_nb.templates.request import understand

CORPUS = Path(__file__).parents[1] / "templates" / "requests.yaml"


def main() -> None:
    """Understand every request of the corpus and print the middle and the longest time."""
    library = load()
    requests = [case["request"] for case in yaml.safe_load(CORPUS.read_text(encoding="utf-8"))]
    took = []
    for request in requests:
        began = time.perf_counter()
        understand(library, request, partly=True)
        took.append((time.perf_counter() - began) * 1000)
    print(f"{len(took)} requests: median {median(took):.1f} ms, longest {max(took[1:]):.1f} ms")


if __name__ == "__main__":
    main()
