"""deploy/systemd/quarry.service, started under the restrictions that it asks for, without systemd.

The unit's own lines decide: its variables, its system calls (by name, as systemd-analyze lists them), no memory that is
writable and executable, its address families, no namespaces, a read-only machine with a state and a cache folder,
private /tmp and /dev, no capabilities. Not imitated: address filters, cgroup bounds, hidden processes of others.

Exits 77 (skipped) without bubblewrap, systemd-analyze or libseccomp's Python module (Debian: bubblewrap, systemd,
python3-seccomp), or where this machine lets nobody make namespaces.
"""
import http.client
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import harness

UNIT = harness.ROOT / "deploy/systemd/quarry.service"
MODEL = harness.ROOT / "models/default"
DEBIANS_PYTHON = "/usr/bin/python3"  # the one that python3-seccomp is for

# errno, linux/sched.h, sys/mman.h, sys/socket.h
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
CLONE_NEW = 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x00020000
PROT_WRITE, PROT_EXEC = 2, 4
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def settings():
    """The unit's settings; several values of one name in their order."""
    found = {}
    for line in UNIT.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def members(group):
    """The system calls of a group as systemd has it: "@system-service"."""
    calls = set()
    listing = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True).stdout
    for word in (line.strip() for line in listing.splitlines()[1:]):
        if word.startswith("@"):
            calls |= members(word)
        elif word and not word.startswith("#"):
            calls.add(word)
    return calls


def write_filter(unit, file):
    """The unit's filter of system calls as the kernel takes it."""
    import seccomp
    from seccomp import Arg, EQ, GE, GT, MASKED_EQ
    allowed = set()
    for words in map(str.split, unit["SystemCallFilter"]):
        taken = words[0].startswith("~")
        for group in (word.removeprefix("~") for word in words):
            calls = members(group) if group.startswith("@") else {group}
            allowed = allowed - calls if taken else allowed | calls
    assert unit["SystemCallErrorNumber"] == ["EPERM"]
    program = seccomp.SyscallFilter(seccomp.ERRNO(EPERM))
    # Arguments decide about these.
    special = {"mmap", "mprotect", "pkey_mprotect", "clone", "clone3", "unshare", "setns", "socket", "shmat"}
    for call in sorted(allowed - special):
        try:
            program.add_rule(seccomp.ALLOW, call)
        except RuntimeError:
            pass  # of another architecture
    assert unit["MemoryDenyWriteExecute"] == unit["RestrictNamespaces"] == ["yes"]
    both = PROT_WRITE | PROT_EXEC
    for protection in (0, PROT_WRITE, PROT_EXEC):
        program.add_rule(seccomp.ALLOW, "mmap", Arg(2, MASKED_EQ, both, protection))
    for call in ("mprotect", "pkey_mprotect"):
        program.add_rule(seccomp.ALLOW, call, Arg(2, MASKED_EQ, PROT_EXEC, 0))
    program.add_rule(seccomp.ALLOW, "clone", Arg(0, MASKED_EQ, CLONE_NEW, 0))
    program.add_rule(seccomp.ERRNO(ENOSYS), "clone3")  # its flags cannot be seen: libraries fall back to clone
    families = [FAMILIES[name] for name in unit["RestrictAddressFamilies"][0].split()]
    for family in families:
        program.add_rule(seccomp.ALLOW, "socket", Arg(0, EQ, family))
    for family in set(range(max(families))) - set(families):
        program.add_rule(seccomp.ERRNO(EAFNOSUPPORT), "socket", Arg(0, EQ, family))
    program.add_rule(seccomp.ERRNO(EAFNOSUPPORT), "socket", Arg(0, GT, max(families)))
    program.export_bpf(file)


def command_of(unit, state, cache, filter_file):
    assert unit["ProtectSystem"] == ["strict"] and unit["ProtectHome"] == unit["PrivateTmp"] == unit["PrivateDevices"] == ["yes"]
    assert unit["NoNewPrivileges"] == ["yes"] and unit["CapabilityBoundingSet"] == unit["AmbientCapabilities"] == [""]
    program, *arguments = shlex.split(unit["ExecStart"][0])
    assert program == "/usr/bin/quarry"
    return ["bwrap", "--ro-bind", "/", "/", "--tmpfs", "/home", "--tmpfs", "/root", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp",
            "--tmpfs", "/run", "--dev", "/dev", "--proc", "/proc",
            "--tmpfs", "/var/lib", "--bind", state, "/var/lib/quarry", "--tmpfs", "/var/cache", "--bind", cache, "/var/cache/quarry",
            # Where the build and its model lie may be hidden by now.
            "--ro-bind", pathlib.Path(harness.PROGRAM).resolve(), "/run/quarry", "--ro-bind", MODEL, "/run/model",
            "--remount-ro", "/run", "--remount-ro", "/var/lib", "--remount-ro", "/var/cache",
            "--unshare-user", "--unshare-ipc", "--unshare-pid", "--uid", "61234", "--gid", "61234", "--cap-drop", "ALL", "--new-session",
            "--die-with-parent", "--clearenv", *variables_of(unit), "--seccomp", str(filter_file.fileno()), "/run/quarry", *arguments]


def variables_of(unit):
    words = [word for line in unit["Environment"] for word in line.split()]
    words += ["QUARRY_MODEL=/run/model", "QUARRY_LISTEN=127.0.0.1:0"]  # as an administrator would add them
    words += ["ASAN_OPTIONS=detect_leaks=0"]  # such a build looks for leaks as a debugger does, which the unit forbids
    return [part for word in words for part in ("--setenv", *word.split("=", 1))]


def limit():
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))


class Service:
    def __init__(self, unit, state, cache, filter_file):
        assert unit["LimitNOFILE"] == ["8192"]
        self.process = subprocess.Popen([str(word) for word in command_of(unit, state, cache, filter_file)], stderr=subprocess.PIPE,
                                        text=True, pass_fds=[filter_file.fileno()], preexec_fn=limit)
        self.lines, self.port = [], None
        for line in self.process.stderr:
            self.lines.append(line)
            if "serving at " in line:
                self.port = int(line.rsplit(":", 1)[1].strip().rstrip("/"))
                break
        threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True).start()

    def main_pid(self):
        """Of the program itself, below bubblewrap's."""
        pid = self.process.pid
        while children := pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
        return pid

    def get(self, target):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def check(service, code, index):
    assert service.port is not None, service.lines
    status = pathlib.Path(f"/proc/{service.main_pid()}/status").read_text()
    assert "\nSeccomp:\t2\n" in status and "\nNoNewPrivs:\t1\n" in status and "\nCapEff:\t0000000000000000\n" in status, status
    assert service.get("/readyz")[0] == 200
    for question in ("/v1/search?q=sum+of+prices", "/v1/search?q=sum+of+prices&vectors=0&path=store%2F**",
                     "/v1/status", "/metrics", "/"):
        answered, body = service.get(question)
        assert answered == 200, (question, body)
    found = json.loads(service.get("/v1/search?q=sum+of+prices")[1])
    assert found["results"][0]["name"] == "total_price" and found["index"]["model"] and "degraded" not in found, found
    # A new version is picked up after `systemctl reload`.
    (code / "shop/store/stock.py").write_text('def refill(shelf):\n    """Refill the shelf with goods."""\n    shelf.fill()\n')
    harness.run("index", "-q", "--index", index, "--model", MODEL, code / "shop")
    os.kill(service.main_pid(), signal.SIGHUP)
    end = time.monotonic() + 20
    while b"refill" not in service.get("/v1/search?q=refill+the+shelf")[1]:
        assert time.monotonic() < end, service.lines
        time.sleep(0.1)
    os.kill(service.main_pid(), signal.SIGTERM)
    assert service.process.wait(40) == 0, service.lines
    assert not [line for line in service.lines if "warning" in line or "not permitted" in line], service.lines


def test():
    for needed in ("bwrap", "systemd-analyze"):
        if shutil.which(needed) is None:
            skip(f"{needed} is not installed")
    try:
        import seccomp  # noqa: F401
    except ImportError as error:
        if sys.executable != DEBIANS_PYTHON and os.path.exists(DEBIANS_PYTHON):
            os.execv(DEBIANS_PYTHON, [DEBIANS_PYTHON, __file__])
        skip(error)
    tried = subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-user", "--unshare-pid", "--proc", "/proc", "true"],
                           capture_output=True, text=True)
    if tried.returncode != 0:
        skip(f"no namespaces here: {tried.stderr.strip()}")
    unit = settings()
    with harness.folder() as top, tempfile.TemporaryFile() as filter_file:
        write_filter(unit, filter_file)
        filter_file.seek(0)
        code, state, cache = top / "code", top / "state", top / "cache"
        state.mkdir()
        cache.mkdir()
        harness.write_code(code, harness.SHOP)
        harness.run("index", "-q", "--index", state / "index", "--model", MODEL, code / "shop")
        service = Service(unit, state, cache, filter_file)
        try:
            check(service, code, state / "index")
        finally:
            service.process.kill()
    print("the unit: started, searched, reloaded, ended")


if __name__ == "__main__":
    test()
