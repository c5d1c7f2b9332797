"""Reads Quarry's event files with TensorBoard's own library.

    event_file_peer_test.py PROBE     PROBE: the program quarry_event_probe

Exits 77 (skipped) where the package `tensorboard` is not installed.
"""
import subprocess
import sys
import tempfile

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError as error:
    print(f"skipped: {error} (pip install tensorboard)")
    sys.exit(77)

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)
    events = EventAccumulator(folder, size_guidance={"scalars": 0})
    events.Reload()
    tags = sorted(events.Tags()["scalars"])
    assert tags == ["loss", "validation MRR"], tags
    loss = events.Scalars("loss")
    assert [e.step for e in loss] == list(range(1, 301)), [e.step for e in loss]
    for event in loss:
        expected = 1 / event.step + (10 if event.step >= 4 else 0)
        assert abs(event.value - expected) < 1e-5, (event, expected)
    assert [e.step for e in events.Scalars("validation MRR")] == list(range(2, 301, 2))
    assert all(e.value == 0.25 for e in events.Scalars("validation MRR"))
    assert loss[0].wall_time == 1001.5, loss[0]
print("ok")
