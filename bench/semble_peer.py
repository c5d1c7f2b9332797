"""Runs inside the virtual environment of the peer: builds semble's index, or asks it, with an encoder that costs nothing.

    semble_peer.py index ROOT ...            {"seconds": S, "chunks": N}
    semble_peer.py search ROOT < QUERIES     {"ms": [one a query]}

Its default encoder would be fetched from a model hub. Zero vectors leave out the time of encoding, which is to the peer's
advantage; only the build is timed, not the start of the interpreter.
"""
import json
import pathlib
import sys
import time

import numpy as np
from semble.index.create import create_index_from_path
from semble.index.index import SembleIndex


class NoEncoder:
    dim = 8

    def encode(self, texts, **_):
        return np.zeros((len(texts), self.dim), dtype=np.float32) if isinstance(texts, (list, tuple)) \
            else np.zeros(self.dim, dtype=np.float32)


def build(root):
    path = pathlib.Path(root).resolve()
    return path, create_index_from_path(path, model=NoEncoder(), display_root=path)


def main():
    if sys.argv[1] == "index":
        start = time.perf_counter()
        chunks = sum(len(build(root)[1][2]) for root in sys.argv[2:])
        print(json.dumps({"seconds": time.perf_counter() - start, "chunks": chunks}))
        return
    path, (bm25, semantic, chunks, manifest) = build(sys.argv[2])
    index = SembleIndex(NoEncoder(), bm25, semantic, chunks, "none", root=path, manifest=manifest)
    queries = [line.strip() for line in sys.stdin if line.strip()]
    for query in queries:  # warm
        index.search(query, top_k=10, alpha=0.0)
    times = []
    for query in queries:
        start = time.perf_counter()
        index.search(query, top_k=10, alpha=0.0)
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"ms": times}))


if __name__ == "__main__":
    main()
