"""Runs inside the virtual environment of the peer: builds semble's index in a warm interpreter, or asks it.

    semble_peer.py model QUARRY_MODEL FOLDER             a model of quarry's, written as semble loads its own
    semble_peer.py index [--model FOLDER] ROOT ...       {"seconds": S, "chunks": N, "files": N, "bytes": N}
    semble_peer.py search [--model FOLDER] ROOT < QUERIES    {"ms": [one a query]}

semble's default model (potion-code-16M-v2, a static one of 256 dimensions) would be fetched from a model hub. `model` writes
the table of ours in that layout (model2vec: tokenizer.json and float32 rows), so that the peer tokenizes and encodes as its
users would wait for. Without --model an encoder that costs nothing stands in, and search asks by words alone. Neither the
start of the interpreter nor the loading of a model is timed here.
"""
import argparse
import json
import pathlib
import sys
import time

import numpy as np
from model2vec import StaticModel
from safetensors.numpy import load_file
from semble.index.create import create_index_from_path
from semble.index.index import SembleIndex
from tokenizers import Tokenizer


class NoEncoder:
    dim = 8

    def encode(self, texts, **_):
        return np.zeros((len(texts), self.dim), dtype=np.float32) if isinstance(texts, (list, tuple)) \
            else np.zeros(self.dim, dtype=np.float32)


def write_model(source, target):
    """Eight-bit rows with a scale each become float32; a token's weight is the one that it has in code."""
    tensors = load_file(source / "model.safetensors")
    rows = tensors["embedding"].astype(np.float32)
    if "embedding.scale" in tensors:
        rows *= tensors["embedding.scale"][:, None]
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    StaticModel(rows, tokenizer, normalize=True, weights=tensors["token_weights.code"]).save_pretrained(target)


def encoder(options):
    return StaticModel.from_pretrained(options.model) if options.model else NoEncoder()


def build(root, model):
    path = pathlib.Path(root).resolve()
    return path, create_index_from_path(path, model=model, display_root=path)


def index(options):
    model = encoder(options)
    total = {"seconds": 0.0, "chunks": 0, "files": 0, "bytes": 0}
    for root in options.paths:
        start = time.perf_counter()
        path, (_, _, chunks, manifest) = build(root, model)
        total["seconds"] += time.perf_counter() - start
        total["chunks"] += len(chunks)
        total["files"] += len(manifest)
        total["bytes"] += sum((path / name).stat().st_size for name in manifest)
    return total


def search(options):
    model, blend = encoder(options), None if options.model else 0.0
    path, (bm25, semantic, chunks, manifest) = build(options.paths[0], model)
    built = SembleIndex(model, bm25, semantic, chunks, "none", root=path, manifest=manifest)
    queries = [line.strip() for line in sys.stdin if line.strip()]
    for query in queries:  # warm
        built.search(query, top_k=10, alpha=blend)
    times = []
    for query in queries:
        start = time.perf_counter()
        built.search(query, top_k=10, alpha=blend)
        times.append((time.perf_counter() - start) * 1e3)
    return {"ms": times}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["model", "index", "search"])
    parser.add_argument("--model", help="a folder that `model` wrote")
    parser.add_argument("paths", nargs="+")
    options = parser.parse_args()
    if options.what == "model":
        write_model(*map(pathlib.Path, options.paths))
    else:
        print(json.dumps({"index": index, "search": search}[options.what](options)))


if __name__ == "__main__":
    main()
