"""Running programs under measurement, and turning samples into Markdown."""
import dataclasses
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BEGIN, END = "<!-- bench/run: begin -->", "<!-- bench/run: end -->"


@dataclasses.dataclass
class Run:
    seconds: float  # wall clock, process start to exit
    cpu: float  # user and system, all threads
    rss: int  # peak resident bytes
    out: str


def run(command, *, stdin=None, env=None, cwd=None, ok=(0,)):
    """Runs a program to its end; anything but an expected exit status ends the benchmark with its words."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
        given.write((stdin or "").encode())
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdin=given, stdout=out, stderr=err, cwd=cwd,
                                   env=env)
        _, status, usage = os.wait4(process.pid, 0)  # of this child alone, unlike getrusage
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode not in ok:
            sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}\n{err.read().decode()[-2000:]}")
        return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, out.read().decode())


def spread(samples, scale=1.0, digits=2):
    """"median (lowest-highest)"."""
    low, middle, high = (f"{value * scale:.{digits}f}" for value in
                         (min(samples), statistics.median(samples), max(samples)))
    return middle if low == high else f"{middle} ({low}-{high})"


def quantile(samples, part):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def table(title, note, head, rows):
    lines = [f"### {title}", ""]
    if note:
        lines += [note, ""]
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def first_line(path, key):
    try:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown"


def machine(quarry):
    memory = first_line("/proc/meminfo", "MemTotal").split()[0]
    gib = f"{int(memory) / 2**20:.0f} GiB" if memory.isdigit() else "unknown"
    version = run([quarry, "--version"]).out.splitlines()[0]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (f"Machine: {first_line('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {gib}, "
            f"{platform.system()} {platform.release()}; load before the run {load}. {version}, "
            f"{time.strftime('%Y-%m-%d', time.gmtime())}.")


def write_tables(path, text):
    """Replaces what stands between the two marks in the file."""
    old = path.read_text(encoding="utf-8") if path.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    if BEGIN not in old or END not in old:
        sys.exit(f"{path}: no marks '{BEGIN}' and '{END}' to write between")
    head, rest = old.split(BEGIN, 1)
    path.write_text(head + BEGIN + "\n" + text + "\n" + END + rest.split(END, 1)[1], encoding="utf-8")


def size_of(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file())


def fresh(folder):
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def say(text):
    print(f"… {text}", file=sys.stderr, flush=True)
