"""What ONNX Runtime computes from an exported model is what Quarry's own encoder computes.

    onnx_peer_test.py QUARRY PROBE MODEL      QUARRY: the built program; PROBE: vector_probe; MODEL: a model's folder

Exits 77 (skipped) where the Python packages onnxruntime and numpy are not installed.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

quarry, probe, model = sys.argv[1:]
try:
    import numpy
    import onnxruntime
except ImportError as reason:
    print(f"skipped: {reason} (pip install onnxruntime)")
    sys.exit(77)

chance = random.Random(1)
words = "open close file read write parse json http retry the a of to index query vector cache token i x".split()
texts = ["", " ", "retry with backoff", "the the the the cache", "日本語 naïve Ünïcode", "def f(x):\n    return x + x\n"]
texts += [" ".join(chance.choices(words, k=chance.randrange(1, 900))) for _ in range(40)]


def expected(side):
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    out = subprocess.run([probe, model, side], input=lines, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def compare(graph, side):
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    properties = session.get_modelmeta().custom_metadata_map
    assert properties["side"] == side, properties
    assert [i.name for i in session.get_inputs()] == ["input_ids", "attention_mask"]
    wanted = expected(side)
    assert max(len(line["ids"]) for line in wanted) == int(properties["max_tokens"]), properties
    worst = 0.0
    for begin in range(0, len(wanted), 8):  # batches with padding, of other ids than the text's
        batch = wanted[begin:begin + 8]
        longest = max(1, *(len(line["ids"]) for line in batch))
        ids = numpy.full((len(batch), longest), 7, dtype=numpy.int64)
        mask = numpy.zeros((len(batch), longest), dtype=numpy.int64)
        for row, line in enumerate(batch):
            ids[row, :len(line["ids"])] = line["ids"]
            mask[row, :len(line["ids"])] = 1
        (vectors,) = session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
        for row, line in enumerate(batch):
            worst = max(worst, float(numpy.abs(vectors[row] - numpy.array(line["vector"], dtype=numpy.float32)).max()))
    assert worst < 1e-5, (side, worst)
    print(f"{side}: {len(wanted)} texts, largest difference of a value {worst:.1e}")


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for side in ("query", "code"):
        graph = folder / f"{side}.onnx"
        subprocess.run([quarry, "export", model, "--format", "onnx", "--side", side, "-o", str(graph)], check=True)
        compare(graph, side)
    subprocess.run([quarry, "export", model, "--format", "triton", "-o", str(folder / "repository")], check=True)
    for side in ("query", "code"):
        place = folder / "repository" / f"quarry_{side}"
        compare(place / "1" / "model.onnx", side)
        config = (place / "config.pbtxt").read_text()
        described = json.loads((pathlib.Path(model) / "config.json").read_text())
        dimensions = described.get("index_dimensions", described["dimensions"])
        assert f'name: "quarry_{side}"' in config and f"dims: [ {dimensions} ]" in config, config
    refused = subprocess.run([quarry, "export", str(folder), "-o", str(folder / "x")], capture_output=True, text=True)
    assert refused.returncode == 2 and "config.json" in refused.stderr, refused
    assert not (folder / "x").exists()
