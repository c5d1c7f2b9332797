"""A transformer that quarry-train wrote, exported to ONNX, gives the vectors of an independent BERT.

    transformer_peer_test.py QUARRY TRAIN SOURCES     QUARRY, TRAIN: the built programs; SOURCES: the clone

Exits 77 (skipped) where the Python packages onnxruntime, numpy and tokenizers are not installed.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

quarry, train, sources = sys.argv[1:]
try:
    import numpy
    import onnxruntime
    import tokenizers
except ImportError as reason:
    print(f"skipped: {reason} (pip install onnxruntime tokenizers)")
    sys.exit(77)
sys.path.insert(0, str(pathlib.Path(sources) / "configs"))
import teacher_vectors

CONFIG = """
architecture: transformer
steps: 30
data: {doc_tokens: 10, code_tokens: 24}
tokenizer: {vocabulary: 100}
model: {dimensions: 24, layers: 2, heads: 3, feed_forward: 40, shared: false}
batch: {size: 32, group: 4}
optimizer: {rate: 0.02, warmup: 4}
"""
VERBS = "open remove count send sort merge parse store".split()
THEIRS = "fopen unlink tally emit qsort union lexer persist".split()
NOUNS = "file user packet row tree window token image route".split()
TEXTS = ["open the file", "sort", "int qsort_row() { return 3; }", "count the tree number 2", "merge " * 40]

with tempfile.TemporaryDirectory() as temporary:
    home = pathlib.Path(temporary)
    with open(home / "pairs.jsonl", "w") as pairs:
        for i in range(288):
            name = f"{THEIRS[i % 8]}_{NOUNS[i // 8 % 9]}"
            pairs.write(json.dumps({"lang": "c", "repo": f"r{i % 5}", "path": "a.c", "name": name, "heldout": i % 5 == 4,
                                    "doc": f"{VERBS[i % 8]} the {NOUNS[i // 8 % 9]} number {i // 72}",
                                    "code": f"int {name}() {{ return {i // 72}; }}"}) + "\n")
    (home / "config.yaml").write_text(CONFIG)
    subprocess.run([train, home / "config.yaml", "--pairs", home / "pairs.jsonl", "-o", home / "model"], check=True)
    for side in ("query", "code"):
        folder = home / "model" / side
        graph = home / f"{side}.onnx"
        subprocess.run([quarry, "export", home / "model", "--side", side, "-o", graph], check=True)
        session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
        properties = session.get_modelmeta().custom_metadata_map
        limit = int(properties["max_tokens"])
        assert (properties["side"], limit) == (side, 24), properties
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        ids = [tokenizer.encode(text, add_special_tokens=False).ids[:limit] for text in TEXTS]
        rows = numpy.full((len(ids), max(map(len, ids))), 5, numpy.int64)
        mask = numpy.zeros_like(rows)
        for row, line in enumerate(ids):
            rows[row, :len(line)] = line
            mask[row, :len(line)] = 1
        (vectors,) = session.run(["embedding"], {"input_ids": rows, "attention_mask": mask})
        bert = teacher_vectors.Bert(folder)
        wanted = bert.forward(rows, mask.sum(1))
        wanted /= numpy.linalg.norm(wanted, axis=1, keepdims=True)
        worst = float(numpy.abs(vectors - wanted).max())
        assert worst < 2e-3, (side, worst)  # the peer takes GELU by tanh
        spread = float(numpy.abs(vectors[0] - vectors[3]).max())
        assert spread > 20 * worst, (side, spread, worst)
        print(f"{side}: largest difference of a value {worst:.1e}")
    subprocess.run([quarry, "export", home / "model", "--format", "triton", "-o", home / "repository"], check=True)
    assert "dims: [ 24 ]" in (home / "repository/quarry_code/config.pbtxt").read_text()
    weights = home / "model/code/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])
    refused = subprocess.run([quarry, "export", home / "model", "--side", "code", "-o", home / "x"], capture_output=True, text=True)
    assert refused.returncode == 2 and "model.safetensors" in refused.stderr, refused
