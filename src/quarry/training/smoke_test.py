"""Trains configs/smoke.yaml from start to end with the built program; it must reach the floor that the config states.

    smoke_test.py PROGRAM SOURCES     PROGRAM: quarry-train; SOURCES: the clone

Pairs come from the environment's QUARRY_PAIRS (a shard or a folder), else from ../shared/data beside the clone. Exits 77
(skipped) where there are none.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

program, sources = sys.argv[1], pathlib.Path(sys.argv[2])
pairs = pathlib.Path(os.environ.get("QUARRY_PAIRS", sources.parent / "shared/data/pairs.jsonl.zst"))
if not pairs.exists():
    print(f"skipped: no pairs at {pairs} (QUARRY_PAIRS names others)")
    sys.exit(77)

with tempfile.TemporaryDirectory() as folder:
    command = [program, str(sources / "configs/smoke.yaml"), "--pairs", str(pairs), "-o", folder]
    subprocess.run(command, check=True)
    model = pathlib.Path(folder)
    assert json.loads((model / "config.json").read_text())["dimensions"] == 64
    for name in ("tokenizer.json", "tokenizer.bin", "model.safetensors", "checkpoint.safetensors", "report.html"):
        assert (model / name).stat().st_size > 0, name
    curve = [json.loads(line) for line in (model / "curves.jsonl").read_text().splitlines()]
    losses = [point["value"] for point in curve if point["name"] == "loss"]
    assert len(losses) == 400 and losses[-1] < 0.6 * losses[0], (len(losses), losses[0], losses[-1])

    # Another config must not go on from this one's checkpoint.
    refused = subprocess.run([*command, "--resume", "--set", "optimizer.rate=0.001"], capture_output=True, text=True)
    assert refused.returncode == 2 and "optimizer.rate" in refused.stderr, refused.stderr
