"""The gateway on one core, beside LiteLLM's proxy and Portkey's gateway, with everything on that is on by default.

    make bench NAME=gateway

`archwright warm gateway` comes first: the figures are those of the compiled gateway, `plain_…` those of its sources.
The gateway runs on core 0; the client (wrk, in C) and the supplier (`gateway.c`, compiled here) on core 1. A figure is
the median of RUNS. CPU is what the kernel counts for the process, all its threads, so it also holds on a busy machine;
requests a second do not. The direct ceiling is the client and the supplier without a gateway between them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from archwright.plan import model as m

HERE = Path(__file__).resolve()
VENV = Path(sys.prefix)
LITELLM = VENV / "bench" / "litellm-1.106.2"
PORTKEY = VENV / "bench" / "portkey-1.15.2" / "node_modules" / "@portkey-ai" / "gateway"
RUNS = int(os.environ.get("RUNS", "5"))
SECONDS = os.environ.get("SECONDS_EACH", "2")
WARM = "6"  # seconds: some are slow at first
CLIENTS = 64
CALLS = 2000  # of one client, one after the other, for the added latency
CHUNKS = 200
PATH = "/v1/chat/completions"
QUESTION = "Where is my parcel? It should have come on Monday. " * 6
ASK: dict[str, Any] = {
    "model": "bench",
    "messages": [
        {"role": "system", "content": "You help the customers of a shop, briefly."},
        {"role": "user", "content": QUESTION},
    ],
    "max_tokens": 300,
    "temperature": 0.2,
}


class Peer:
    """A gateway under test: its process, its port, and the headers that it wants."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int, headers: dict[str, str]) -> None:
        self.name = name
        self.process = process
        self.port = port
        self.headers = {"Content-Type": "application/json", **headers}

    def cpu_s(self) -> float:
        """CPU seconds of the process and its children so far."""
        return sum(_cpu_s(pid) for pid in _family(self.process.pid))

    def rss_mb(self) -> float:
        """Resident memory of the process and its children."""
        return sum(_status(pid, "VmRSS:") for pid in _family(self.process.pid)) / 1024


def main() -> None:
    """Run it and print the figures; the last line is one JSON object."""
    for tool in ("wrk", "cc", "taskset"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is needed and was not found")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        supplier = stack.enter_context(_supplier(folder))
        direct = Peer("direct", supplier[0], supplier[1], {})
        found = _ours(folder, direct)
        for peer, begin in (("litellm", _litellm), ("portkey", _portkey)):
            with contextlib.ExitStack() as other:
                try:
                    theirs = other.enter_context(begin(folder, direct.port))
                except FileNotFoundError as missing:
                    _say(f"{peer} is left out: {missing}")
                    found |= {f"{peer}_requests_per_s": None, f"ratio_{peer}": None}
                    continue
                _load(folder, theirs, WARM)
                rate, cpu = _loads(folder, theirs)
                slower = found["requests_per_s"] / rate if rate else None
                found |= {f"{peer}_requests_per_s": round(rate), f"ratio_{peer}": slower}
                found |= {f"{peer}_cpu_us": cpu * 1e6, f"ratio_cpu_{peer}": cpu * 1e6 / found["cpu_us"]}
                _say(f"{peer}: {rate:,.0f} requests a second, {cpu * 1e6:,.0f} µs of CPU each")
    print(json.dumps({key: round(value, 3) if isinstance(value, float) else value for key, value in found.items()}))


def _ours(folder: Path, direct: Peer) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with _archwright(folder, direct.port, 1, "plain") as plain:
        _load(folder, plain, "1")
        rate, cpu = _loads(folder, plain)
        found |= {"plain_requests_per_s": round(rate), "plain_cpu_us": cpu * 1e6}
        _say(f"as plain Python: {rate:,.0f} requests a second, {cpu * 1e6:,.0f} µs of CPU each")
    began = time.perf_counter()
    with _archwright(folder, direct.port, 1) as ours:
        found["ready_s"] = time.perf_counter() - began
        found["rss_idle_mb"] = ours.rss_mb()
        _load(folder, ours, "1")
        ceilings = [_load(folder, direct, "1")[0] for _ in range(RUNS)]
        rate, cpu = _loads(folder, ours)
        found |= {"requests_per_s": round(rate), "cpu_us": cpu * 1e6}
        found["direct_requests_per_s"] = round(median(ceilings))
        _say(f"ours: {rate:,.0f} requests a second, {cpu * 1e6:,.0f} µs of CPU each; direct {median(ceilings):,.0f}")
        # Direct and through the gateway by turns, so that both meet the same moments of the machine.
        whole = [(_calls(direct, False), _calls(ours, False)) for _ in range(RUNS)]
        first = [(_calls(direct, True), _calls(ours, True)) for _ in range(RUNS)]
        found["added_p50_ms"] = median(_at(there, 0.5) - _at(here, 0.5) for here, there in whole) * 1000
        found["added_p99_ms"] = median(_at(there, 0.99) - _at(here, 0.99) for here, there in whole) * 1000
        found["first_token_added_ms"] = median(_at(there, 0.5) - _at(here, 0.5) for here, there in first) * 1000
        _, stream = _loads(folder, ours, stream=True)
        found["stream_cpu_ms"] = stream * 1000
        found["rss_mb"] = ours.rss_mb()
        with _archwright(folder, direct.port, 2) as two:
            _load(folder, two, "1")
            # One worker and two by turns, for the same reason.
            pairs = [(_load(folder, ours, SECONDS)[1], _load(folder, two, SECONDS)[1]) for _ in range(RUNS)]
            found["two_worker_cpu_ratio"] = median(both for _, both in pairs) / median(one for one, _ in pairs)
    return found


# ------------------------------------------------------------------------------------------------------ who runs


@contextlib.contextmanager
def _supplier(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    program = folder / "supplier"
    subprocess.run(["cc", "-O2", "-o", program, HERE.with_suffix(".c")], check=True)
    with _running(["taskset", "-c", "1", str(program), "0", str(CHUNKS), "0"], {}, folder / "supplier.out") as process:
        yield process, int(_said(folder / "supplier.out", process))


@contextlib.contextmanager
def _archwright(folder: Path, supplier: int, workers: int, way: str = "auto") -> Iterator[Peer]:
    """`archwright serve`, as a user starts it: compiled where that was done, or as plain Python."""
    file = folder / "plan.json"
    file.write_bytes(m.encode(_plan(f"http://127.0.0.1:{supplier}/v1")))
    port = free_port()
    core = "0" if workers == 1 else "0,1"
    command = ["taskset", "-c", core, str(VENV / "bin" / "archwright"), "serve", str(file), "--port", str(port)]
    command += ["--ledger", str(folder / f"ledger-{workers}-{way}.jsonl"), "--workers", str(workers)]
    known = {"ARCHWRIGHT_KEYS": "shop:k-shop", "ARCHWRIGHT_GATEWAY": way}
    with _running(command, known, folder / "ours.out") as process:
        peer = Peer("ours", process, port, {"Authorization": "Bearer k-shop"})
        _wait(peer, "/healthz")
        if way == "auto" and "compiled code" not in (folder / "ours.out").read_text():
            _say("the gateway is not compiled here")
        yield peer


def _litellm(folder: Path, supplier: int) -> contextlib.AbstractContextManager[Peer]:
    target = {"model": "openai/bench-1", "api_base": f"http://127.0.0.1:{supplier}/v1", "api_key": "sk-x"}
    return litellm(folder, {"model_list": [{"model_name": "bench", "litellm_params": target}]})


def _portkey(folder: Path, supplier: int) -> contextlib.AbstractContextManager[Peer]:
    where = {"x-portkey-provider": "openai", "x-portkey-custom-host": f"http://127.0.0.1:{supplier}/v1"}
    return portkey(folder, {"Authorization": "Bearer sk-x", **where})


@contextlib.contextmanager
def litellm(folder: Path, config: Mapping[str, object]) -> Iterator[Peer]:
    """LiteLLM's proxy on core 0.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = LITELLM / "bin" / "litellm"
    if not program.exists():
        raise FileNotFoundError(program)
    (folder / "litellm.yaml").write_text(json.dumps({**config, "general_settings": {"master_key": "sk-bench"}}))
    port = free_port()
    command = ["taskset", "-c", "0", str(program), "--config", str(folder / "litellm.yaml"), "--host", "127.0.0.1"]
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_TELEMETRY": "False"}
    with _running([*command, "--port", str(port)], quiet, folder / "litellm.out") as process:
        peer = Peer("litellm", process, port, {"Authorization": "Bearer sk-bench"})
        _wait(peer, "/health/liveliness")
        yield peer


@contextlib.contextmanager
def portkey(folder: Path, headers: Mapping[str, str]) -> Iterator[Peer]:
    """Portkey's gateway on core 0, asked with these headers.

    Raises:
        FileNotFoundError: it is not installed.
    """
    program = PORTKEY / "build" / "start-server.js"
    if not program.exists():
        raise FileNotFoundError(program)
    # It has no option for its address and would listen on all of them.
    hook = folder / "loopback.js"
    hook.write_text(
        "const net = require('net'); const listen = net.Server.prototype.listen;\n"
        "net.Server.prototype.listen = function (port, ...rest) {\n"
        "  const done = rest.find((one) => typeof one === 'function');\n"
        "  return listen.call(this, {port: port.port ?? port, host: '127.0.0.1'}, done); };\n"
    )
    port = free_port()
    command = ["taskset", "-c", "0", "node", "--require", str(hook), str(program), f"--port={port}", "--headless"]
    with _running(command, {"NODE_ENV": "production"}, folder / "portkey.out") as process:
        peer = Peer("portkey", process, port, dict(headers))
        _wait(peer, "/")
        yield peer


@contextlib.contextmanager
def _running(command: list[str], more: dict[str, str], out: Path) -> Iterator[subprocess.Popen[bytes]]:
    with out.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env={**os.environ, **more})
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _plan(endpoint: str) -> m.Plan:
    """Two targets, a route with a cache that always misses, caps and rates that are never reached but always asked."""
    price = m.Price(400_000, 100_000, 1_600_000, "bench", "2026-11-21")
    targets = tuple(
        m.Target(
            name, name, "bench", f"{name}-1", "1", "eu", endpoint, price, 0.3, 0.01, 1e4, 0.0, 0.0, 0.0, 0, 0.0, 0.0,
            5, 10.0, 1,
        )
        for name in ("first", "second")
    )  # fmt: skip
    hops = tuple(m.Hop(target, 2, 30.0, 0.2, 2.0) for target in (0, 1))
    return m.Plan(
        system="Bench", facts="none", as_of="2026-11-21",
        gateway=m.Gateway("gateway", 4000, 4000, 5.0, 10**18, 2_629_800.0),
        routes=(m.Route("bench", hops, 60.0, 0, "", 0.1, ""),),
        targets=targets, caches=(m.Cache("answers", 1e-9, 1000),), stations=(), journeys=(),
        tenants=(m.Tenant("shop", 1.0, 10**18, 1e6),), objectives=(), scenarios=(),
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------- what is done


def _load(folder: Path, peer: Peer, seconds: str, stream: bool = False) -> tuple[float, float]:
    """Requests a second, and CPU seconds of the gateway for each."""
    script = folder / "ask.lua"
    body = json.dumps({**ASK, "stream": True} if stream else ASK)
    lines = ['wrk.method = "POST"', f"wrk.body = [==[{body}]==]"]
    script.write_text("\n".join([*lines, *(f'wrk.headers["{k}"] = "{v}"' for k, v in peer.headers.items())]))
    clients = str(CLIENTS // 4 if stream else CLIENTS)
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c", clients, "-d", seconds, "--timeout", "20s", "-s", str(script)]
    before = peer.cpu_s()
    out = subprocess.run([*command, f"http://127.0.0.1:{peer.port}{PATH}"], capture_output=True, text=True, check=True)
    used = peer.cpu_s() - before
    count = next(int(line.split()[0]) for line in out.stdout.splitlines() if "requests in" in line)
    rate = next(float(line.split()[1]) for line in out.stdout.splitlines() if "Requests/sec" in line)
    if "Non-2xx" in out.stdout or "Socket errors" in out.stdout:
        _say(f"{peer.name}: {out.stdout}")
    return rate, used / max(1, count)


def _calls(peer: Peer, stream: bool) -> list[float]:
    """Seconds of calls of one client, one after the other: to the end of the answer, or to a stream's first event."""
    body = json.dumps({**ASK, "stream": True} if stream else ASK).encode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in peer.headers.items())
    head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode()
    found = []
    with socket.create_connection(("127.0.0.1", peer.port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(CALLS // 4 if stream else CALLS):
            began = time.perf_counter()
            line.sendall(head + body)
            data = b""
            while (b"data: " not in data) if stream else not _whole(data):
                data += line.recv(65536)
            found.append(time.perf_counter() - began)
            while stream and not data.endswith(b"0\r\n\r\n"):
                data += line.recv(65536)
    return sorted(found)


def _whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return len(body) >= int(length[15:])


def _loads(folder: Path, peer: Peer, stream: bool = False) -> tuple[float, float]:
    """Medians of several loads."""
    rates, costs = zip(*(_load(folder, peer, SECONDS, stream) for _ in range(RUNS)), strict=True)
    return median(rates), median(costs)


def _at(found: list[float], share: float) -> float:
    return found[min(len(found) - 1, int(len(found) * share))]


def _wait(peer: Peer, path: str) -> None:
    """Until it answers."""
    for _ in range(12_000):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{peer.port}{path}", timeout=5):
            return
        if peer.process.poll() is not None:
            sys.exit(f"{peer.name} ended by itself")
        time.sleep(0.01)
    sys.exit(f"{peer.name} does not answer")


def _said(file: Path, process: subprocess.Popen[bytes]) -> str:
    while process.poll() is None:
        if file.read_text().endswith("\n"):
            return file.read_text()
        time.sleep(0.01)
    raise RuntimeError(file.read_text())


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(grandchild for child in children for grandchild in _family(int(child)))]


def _cpu_s(pid: int) -> float:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
