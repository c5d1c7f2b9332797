#!/bin/bash
# The main job, end to end with the program as built: Python's standard library, the talk's five questions.
. "$(dirname "$0")/common.sh"
quarry=$PWD/build/release/quarry
library=$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')

"$quarry" index "$library"
printf '%s\n' \
  "concatenate files together" \
  "pretty prints the statistics aggregated by summary" \
  "start flask app" \
  "compute new velocities for every particle" \
  "return the ip of the device" >"$scratch/questions"
"$quarry" search "$library" --json -n 10 --queries "$scratch/questions" >"$scratch/answers"
python3 - "$scratch/answers" "$library" <<'PYTHON'
import json, pathlib, sys
answers = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert len(answers) == 5, f"{len(answers)} answers to 5 questions"
for answer in answers:
    assert answer["results"], f"nothing found for {answer['query']!r}"
    for result in answer["results"]:
        lines = pathlib.Path(sys.argv[2], result["path"]).read_bytes().count(b"\n") + 1
        assert 1 <= result["start_line"] <= result["end_line"] <= lines, result
    best = answer["results"][0]
    print(f"{answer['query']}: {best['path']}:{best['start_line']} {best['qualified_name']} ({answer['took_ms']} ms)")
PYTHON

# A second run finds nothing to do, and what was stored is whole.
"$quarry" index "$library"
"$quarry" verify "$library"
"$quarry" status "$library"
exercise "$quarry"
