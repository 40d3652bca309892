"""The gateway as the process that it really is: what it loads, how it starts, how it ends."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from archwright.base.errors import InputError, ProviderUnavailable, UsageError
from archwright.ledger.rows import Run, decode
from archwright.plan import model as m
from archwright.runtime import children
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.stores.files import FileStore
from archwright.verbs.serve import client_keys, is_loopback, serve, upstreams
from tests.runtime.sample import plan, target

DESIGN = ("archwright.spec", "archwright.analysis", "archwright.render", "archwright.plan.compile")


def setup(folder: Path) -> Setup:
    made = plan()
    upstream = tuple(Upstream("emulated", "http://127.0.0.1:9") for _ in made.targets)
    return Setup(m.encode(made), upstream, str(folder / "ledger.jsonl"))


def test_the_gateway_process_loads_no_part_of_the_design(tmp_path: Path) -> None:
    """The module is run as it is in a rehearsal; at its end it says what is loaded."""
    code = (
        "import atexit, runpy, sys\n"
        "atexit.register(lambda: sys.stderr.write('\\n'.join(sys.modules)))\n"
        "runpy.run_module('archwright.runtime.gateway', run_name='__main__')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(msgspec.json.encode(setup(tmp_path)).decode() + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["port"] > 0
        process.send_signal(signal.SIGTERM)
        _, loaded = process.communicate(timeout=20)
    assert process.returncode == 0
    modules = set(loaded.split("\n"))
    assert "archwright.runtime.gateway.way" in modules
    assert [name for name in modules if name.startswith(DESIGN)] == []
    assert not {"numba", "numpy", "yaml", "pygraphviz", "openai"} & modules


async def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    child = await children.start("gateway", "archwright.runtime.gateway", setup(tmp_path))
    assert child.running
    assert child.process.stdin
    child.process.stdin.close()
    assert await child.process.wait() == 0
    await child.stop()
    with (tmp_path / "ledger.jsonl").open("rb") as lines:
        assert [type(row) for row in decode(lines, "ledger")] == [Run]


async def test_a_child_that_cannot_start_says_why(tmp_path: Path) -> None:
    bad = Setup(b"{}", (), str(tmp_path / "ledger.jsonl"))
    with pytest.raises(ProviderUnavailable, match=r"(?s)the gateway ended with exit code 1:.*not a plan|bad-plan"):
        await children.start("gateway", "archwright.runtime.gateway", bad)


async def test_a_child_that_dies_says_how(tmp_path: Path) -> None:
    child = await children.start("gateway", "archwright.runtime.gateway", setup(tmp_path))
    os.kill(child.process.pid, signal.SIGKILL)
    await child.process.wait()
    assert "the gateway ended with exit code -9" in str(await child.gone())
    await child.stop()


SERVE = """
import sys
from pathlib import Path
from click import echo
from archwright.verbs.serve import serve
where = {"port": 0, "ledger": Path(sys.argv[2]), "emulated": "http://127.0.0.1:9", "environment": {}}
serve(Path(sys.argv[1]), **where, say=echo)
design = ("archwright.spec", "archwright.analysis", "archwright.render")
print([name for name in sys.modules if name.startswith(design)])
"""


def test_serve_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(m.encode(plan()))
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(file), str(tmp_path / "ledger.jsonl")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        said = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert said.startswith("serving Test at http://127.0.0.1:")
    assert "no keys: this machine only" in said
    assert rest.splitlines()[-1] == "[]"


def refused(file: Path, **given: Any) -> str:
    usual: dict[str, Any] = {
        "emulated": "http://127.0.0.1:9",
        "environment": {},
        "ledger": file.parent / "l",
        "port": 0,
    }
    with pytest.raises((UsageError, InputError)) as caught:
        serve(file, **{**usual, **given})
    return str(caught.value)


def test_a_server_continues_its_ledger_and_a_rehearsal_begins_one(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    for mode, runs in (("serve", 1), ("serve", 2), ("serve", 3), ("rehearse", 1)):
        with gateway(replace(setup(tmp_path), mode=mode)):
            pass
        with file.open("rb") as lines:
            assert [type(row) for row in decode(lines, "ledger")] == [Run] * runs
        with file.open("ab") as sink:
            sink.write(b'{"type":"request","requ')  # what a crash leaves behind


def test_serve_refuses_what_cannot_work(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(m.encode(plan(tenants=(m.Tenant("shop", 1.0, 0, 0.0),))))
    assert "ARCHWRIGHT_KEYS" in refused(file, host="0.0.0.0")
    assert "cannot listen on 192.0.2.1" in refused(file, host="192.0.2.1", environment={"ARCHWRIGHT_KEYS": "shop:k"})
    assert "compressed time" in refused(file, scale=3.0, emulated=None)
    assert "cannot write" in refused(file, ledger=tmp_path / "no" / "ledger.jsonl")
    assert "archwright build" in refused(tmp_path / "none.json")
    assert "no regular file" in refused(file, ledger=Path(os.devnull))
    assert "no record of a machine" in refused(file, record=file)
    assert "the ledger already" in refused(file, ledger=tmp_path / "l", record=tmp_path / "l")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert "no regular file" in refused(fifo)
    file.write_bytes(b"[]")
    assert "bad-plan" in refused(file)


def test_a_fault_without_a_name_names_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = tmp_path / "plan.json"
    file.write_bytes(m.encode(plan()))
    monkeypatch.setattr(FileStore, "append", full)
    said = refused(file, ledger=tmp_path / "rows", record=tmp_path / "log")
    assert said == f"cannot write {tmp_path / 'rows'} or {tmp_path / 'log'}: {os.strerror(errno.ENOSPC)}"


def test_client_keys_are_read_and_never_repeated() -> None:
    made = plan(tenants=(m.Tenant("shop", 1.0, 0, 0.0), m.Tenant("lab", 1.0, 0, 0.0)))
    keys = client_keys("shop:one, lab:two:three ,", made)
    assert [key.tenant for key in keys] == ["shop", "lab"]
    assert len({key.digest for key in keys}) == 2
    assert len({key.id for key in keys} - {""}) == 2  # each is a client of its own
    assert client_keys("", made) == ()
    assert [key.tenant for key in client_keys("anyone:k", plan())] == ["anyone"]
    for text in ("shop", ":secret", "shop:", "shop:ok,shoq:secret", "shop:sec\nret", "shop:secret\udc80"):
        with pytest.raises(UsageError) as caught:
            client_keys(text, made)
        assert "secret" not in str(caught.value)
        assert "ret" not in str(caught.value)


def test_where_targets_are_reached() -> None:
    made = plan(
        targets=(
            target("first", provider="openai"),
            target("second", provider="own-gpu", endpoint="http://10.0.0.5/v1"),
        )
    )
    found = upstreams(made, None, {"OPENAI_API_KEY": "sk"})
    assert [(item.provider, item.base, item.key) for item in found] == [
        ("openai-compatible", "https://api.openai.com/v1", "sk"), ("openai-compatible", "http://10.0.0.5/v1", ""),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="set OPENAI_API_KEY for `first`"):
        upstreams(made, None, {})
    for key in ("secret\n", "sec\x00ret", "secr\u00e9t", "secret\udc80"):
        with pytest.raises(UsageError, match="OPENAI_API_KEY has a line end") as caught:
            upstreams(made, None, {"OPENAI_API_KEY": key})
        assert "sec" not in str(caught.value)
    mistral = plan(targets=(target("first", provider="mistral"), target("second", provider="own", endpoint="http://x")))
    assert [item.provider for item in upstreams(mistral, None, {"MISTRAL_API_KEY": "k"})] == [
        "mistral", "openai-compatible",
    ]  # fmt: skip
    nowhere = plan(targets=(target("first", provider="nobody"), target("second", provider="openai")))
    with pytest.raises(UsageError, match=r"(?s)no vendor is called `nobody`.*OPENAI_API_KEY"):
        upstreams(nowhere, None, {})
    assert [item.provider for item in upstreams(nowhere, "http://x", {})] == ["emulated", "emulated"]


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("http://169.254.169.254/v1", "secrets"), ("file:///etc/passwd", "no address"), ("http://m:pw@x/", "key or"),
        ("http://api.example.com/v1", "plain HTTP"), ("https://api.example.com/v1", ""), ("http://10.0.0.5/v1", ""),
        ("http://vllm:8000/v1", ""),
    ],
)  # fmt: skip
def test_no_key_goes_to_where_none_belongs(endpoint: str, said: str) -> None:
    made = plan(targets=(target("first", provider="own", endpoint=endpoint), target("second", endpoint="http://x")))
    if not said:
        assert upstreams(made, None, {"OWN_API_KEY": "sk"})[0].base == endpoint
        return
    with pytest.raises(UsageError, match=said) as caught:
        upstreams(made, None, {"OWN_API_KEY": "sk"})
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("::", False), ("shop.example", False),
    ],
)  # fmt: skip
def test_loopback(host: str, local: bool) -> None:
    assert is_loopback(host) is local


async def test_one_that_stays_silent_is_stopped_and_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It did not end by itself, so no exit code is told as if it had."""
    (tmp_path / "silent.py").write_text(
        "import sys, time\nprint('loading', file=sys.stderr, flush=True)\ntime.sleep(600)"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(children, "START_S", 0.5)
    with pytest.raises(ProviderUnavailable, match=r"did not listen within 0\.5 s and was stopped") as told:
        await children.start("gateway", "silent", setup(tmp_path))
    assert "exit code" not in str(told.value)


async def test_one_that_takes_long_to_end_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has closed its pipes and is still at work: how it ends is its own word, and not that it was silent."""
    (tmp_path / "leaving.py").write_text("import os, time\nos.close(1)\ntime.sleep(1.5)\nos._exit(7)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ProviderUnavailable, match="ended with exit code 7"):
        await children.start("gateway", "leaving", setup(tmp_path))
