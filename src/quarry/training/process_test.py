"""Drives the built quarry-train on made-up pairs: a run, a cut and resumed run, two processes, and one that is killed.

    process_test.py PROGRAM     PROGRAM: quarry-train
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM = sys.argv[1]
VERBS = "open remove count send sort merge parse store".split()
THEIRS = "fopen unlink tally emit qsort union lexer persist".split()
NOUNS = "file user packet row tree window token image route".split()
TYPES = "fd account frame tuple node pane lexeme bitmap path".split()
CONFIG = """
steps: 300
tokenizer: {vocabulary: 100}
model: {dimensions: 16}
batch: {size: 32, group: 4}
optimizer: {rate: 0.02, warmup: 4}
checkpoint: {every: 80}
validation: {every: 150, queries: 50, candidates: 80, floor: 0.3}
"""


def curve(folder, name="loss"):
    points = [json.loads(line) for line in (folder / "curves.jsonl").read_text().splitlines()]
    return [point["value"] for point in points if point["name"] == name]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def close(a, b):
    return len(a) == len(b) and all(abs(x - y) <= 1e-3 * max(abs(x), 1e-3) for x, y in zip(a, b))


with tempfile.TemporaryDirectory() as temporary:
    home = pathlib.Path(temporary)
    with open(home / "pairs.jsonl", "w") as pairs:
        for i in range(360):
            name = f"{THEIRS[i % 8]}_{TYPES[i // 8 % 9]}"
            pairs.write(json.dumps({"lang": "c", "repo": f"r{i % 5}", "path": "a.c", "name": name, "heldout": i % 5 == 4,
                                    "doc": f"{VERBS[i % 8]} the {NOUNS[i // 8 % 9]} number {i // 72}",
                                    "code": f"int {name}() {{ return {i // 72}; }}"}) + "\n")
    (home / "config.yaml").write_text(CONFIG)

    def start(out, *more, rank=None, size=1, port=0, stdout=None):
        environment = dict(os.environ)
        if rank is not None:
            environment.update(RANK=str(rank), WORLD_SIZE=str(size), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
        command = [PROGRAM, home / "config.yaml", "--pairs", home / "pairs.jsonl", "-o", home / out, *more]
        return subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment)

    def finish(process, code=0):
        _, errors = process.communicate(timeout=300)
        assert process.returncode == code, (process.returncode, errors)
        return errors

    finish(start("whole"))
    weights = (home / "whole/model.safetensors").read_bytes()
    whole = curve(home / "whole")
    assert len(whole) == 300

    # Cut in the middle and resumed: the same bytes.
    cut = start("cut", "--set", "threads=1")
    while "step 50 " not in (line := cut.stderr.readline()):
        assert line, "the run ended before it could be cut"
    cut.send_signal(signal.SIGINT)
    finish(cut, 130)
    assert "going on after step" in finish(start("cut", "--resume"))
    assert (home / "cut/model.safetensors").read_bytes() == weights
    assert curve(home / "cut") == whole

    # Nobody reads the metrics any more: it ends as if it had been interrupted, long before the next one is due.
    unread = start("unread", "--set", "steps=100000", "--set", "validation.every=0", stdout=subprocess.PIPE)
    while "step 50 " not in (line := unread.stderr.readline()):
        assert line, "the run ended too early"
    unread.stdout.close()
    unread.stdout = None
    finish(unread, 130)
    assert (home / "unread/checkpoint.safetensors").exists()

    # Two processes with half of every batch each.
    port = free_port()
    two = [start("two", rank=rank, size=2, port=port) for rank in range(2)]
    for process in two:
        finish(process)
    assert close(curve(home / "two"), whole), (curve(home / "two"), whole)

    # One of two is killed: the other ends with an error and a checkpoint that a single process can go on from.
    port = free_port()
    long = ("--set", "steps=100000", "--set", "checkpoint.every=0", "--set", "validation.every=0")
    survivor, victim = (start("lost", *long, rank=rank, size=2, port=port) for rank in range(2))
    while "step 50 " not in (line := survivor.stderr.readline()):
        assert line, "the run ended too early"
    victim.kill()
    began = time.monotonic()
    errors = finish(survivor, 2)
    assert time.monotonic() - began < 60
    assert "worker 0 of 2 lost another worker" in errors and "--resume" in errors, errors
    victim.communicate()
    resumed = start("lost", "--resume", *long)
    while "going on after step" not in (line := resumed.stderr.readline()):
        assert line, "no resuming"
    resumed.kill()
    resumed.communicate()

    # What is wrong is said in one line.
    errors = finish(start("bad", "--set", "optimizer.lr=1"), 2)
    assert "unknown key \"optimizer.lr\"" in errors, errors
print("ok")
