"""From repositories to a trained model with the built programs, and what stops them on the way.

    prepare_test.py QUARRY [QUARRY_TRAIN]      QUARRY_TRAIN: only where it is built

Makes small repositories, prepares them, interrupts that, and trains on the output as it is.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

QUARRY = pathlib.Path(sys.argv[1])
TRAIN = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
VERBS = "open remove count send sort merge parse store".split()
NOUNS = "file user packet row tree window token image route".split()
CONFIG = """
name: tiny
architecture: static
seed: 1
steps: 60
tokenizer: {vocabulary: 300, alphabet: 60}
model: {dimensions: 16}
batch: {size: 32, group: 4}
views: [{weight: 1, query: doc, target: code}]
loss: {temperature: 0.1}
optimizer: {rate: 0.02, warmup: 4}
validation: {every: 10, queries: 50, candidates: 50}
checkpoint: {every: 0}
"""


def write_repository(folder, number, functions):
    lines = []
    for i in range(functions):
        verb, noun = VERBS[i % 8], NOUNS[(i // 8 + number) % 9]
        name = f"{verb}_{noun}_{number}_{i}"
        lines += [f"def {name}(source):", f'    """{verb.capitalize()}s the given {noun} number {i} of part {number}."""']
        lines += [f"    step_{j} = {noun}_{number * 97 + i * 7 + j}(source, mode_{(i * 13 + j * number) % 50})" for j in range(8)]
        lines += ["    return step_7", ""]
    (folder / f"repo{number}").mkdir(parents=True)
    (folder / f"repo{number}" / "code.py").write_text("\n".join(lines))
    (folder / f"repo{number}" / "LICENSE").write_text("Permission is hereby granted, free of charge, to any person obtaining a copy")


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


with tempfile.TemporaryDirectory() as name:
    home = pathlib.Path(name)
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}

    def run(*words, status=0, program=QUARRY, **variables):
        done = subprocess.run([program, *words], capture_output=True, text=True, env={**environment, **variables}, timeout=300)
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        return done

    for number in range(10):
        write_repository(home / "src", number, 30)
    repositories = sorted(str(path) for path in (home / "src").iterdir())
    first = run("prepare", *repositories, "-o", home / "pairs")
    assert "10 of 10 inputs read" in first.stdout and "300 MIT" in first.stdout, first.stdout
    before = tree(home / "pairs")
    run("prepare", *reversed(repositories), "-o", home / "again", "--threads", "1", "-q")
    assert tree(home / "again") == before

    # The list that it wrote makes the same data, from wherever it is read.
    run("prepare", "--repos", home / "pairs" / "repositories.tsv", "-o", home / "again", "-q")
    assert (home / "again" / "train-00000.jsonl.zst").read_bytes() == before["train-00000.jsonl.zst"]
    run("prepare", "--repos", home / "again" / "repositories.tsv", "-o", home / "again", "-q")
    assert tree(home / "again")["manifest.json"] == before["manifest.json"]

    # A list, and what is wrong with it.
    (home / "list").write_text("src/repo1\nnowhere/at/all\n")
    skipped = run("prepare", "--repos", home / "list", "-o", home / "some")
    assert "warning: all is skipped" in skipped.stderr and "1 of 2 inputs read" in skipped.stdout, skipped
    assert "nothing to read" in run("prepare", "-o", home / "x", status=2).stderr
    assert "--output" in run("prepare", repositories[0], status=2).stderr
    assert "line 1" in run("prepare", "--ready", home / "list", "-o", home / "x", status=2).stderr
    assert not (home / "x").exists()

    # Ctrl-C in the middle: the old output stays, and nothing lies beside it.
    for number in range(10, 14):
        write_repository(home / "large", number, 8000)
    large = sorted(str(path) for path in (home / "large").iterdir())
    neighbours = sorted(os.listdir(home))
    cut = subprocess.Popen([QUARRY, "prepare", *large, "-o", home / "pairs"], stderr=subprocess.PIPE, text=True, env=environment)
    while not any(entry.startswith(".pairs.new") for entry in os.listdir(home)):
        assert cut.poll() is None, "it ended before it could be interrupted"
        time.sleep(0.01)
    cut.send_signal(signal.SIGINT)
    _, errors = cut.communicate(timeout=120)
    assert cut.returncode == 130 and "as it was before" in errors, (cut.returncode, errors)
    assert tree(home / "pairs") == before
    assert sorted(os.listdir(home)) == neighbours, os.listdir(home)

    # Without the training program the error tells where it was looked for; with one the words arrive there.
    alone = home / "bin" / "quarry"
    alone.parent.mkdir()
    shutil.copy(QUARRY, alone)
    missing = run("train", "x.yaml", "-o", home / "model", status=2, program=alone).stderr
    assert "quarry-train is a program of its own" in missing and "libtorch" in missing, missing
    fake = home / "libexec" / "quarry" / "quarry-train"
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n')
    fake.chmod(0o755)
    words = run("train", "a b.yaml", "--set", "x=1", "--set=y=2", "--resume", "-o", "m", status=7, program=alone, QUARRY_PAIRS="p")
    assert words.stdout.splitlines() == ["--output=m", "--pairs=p", "--set=x=1", "--set=y=2", "--resume", "--", "a b.yaml"], words.stdout

    if TRAIN is not None:
        (home / "tiny.yaml").write_text(CONFIG)
        run("train", home / "tiny.yaml", "--pairs", home / "pairs", "-o", home / "model")
        run("index", "--model", home / "model", "--index", home / "index", home / "src" / "repo1")
        found = run("search", "--model", home / "model", "--index", home / "index", "counts the given row", "--json").stdout
        assert "count_" in found, found
print("ok")
