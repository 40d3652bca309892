"""Workers tell each other what all must forget: each does it, and whoever was asked answers for all of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import httpx
import msgspec
import pytest
from click.testing import CliRunner

from archwright.cli.main import main
from archwright.plan import model as m
from archwright.runtime.gateway.circle import Circle, Member
from tests.runtime import sample as s
from tests.runtime.test_meaning import PARCEL, REFUND, answers, plan, semantic, vectors

ASKS = 24


@contextlib.asynccontextmanager
async def seated(workers: int) -> AsyncIterator[tuple[list[Member], list[list[bytes]]]]:
    """So many members, and what each of them was asked to do."""
    heard: list[list[bytes]] = [[] for _ in range(workers)]

    async def do(number: int, body: bytes) -> bytes:
        if body == b"fail":
            raise OSError("the disk is full")
        heard[number].append(body)
        return b"%d did it" % number

    with contextlib.closing(Circle(workers)) as circle:
        members = [circle.member(number) for number in range(workers)]
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(item.listen(partial(do, at))) for at, item in enumerate(members)]
        try:
            yield members, heard
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def test_all_others_do_it_and_say_so() -> None:
    async with seated(3) as (members, heard):
        assert await members[1].ask(b"x") == [b"0 did it", b"2 did it"]
        assert heard == [[b"x"], [], [b"x"]]


async def test_two_who_ask_at_once_do_not_wait_for_each_other_for_ever() -> None:
    async with seated(2) as (members, _):
        told = await asyncio.gather(*(item.ask(b"%d" % at) for at in range(50) for item in members))
        assert told == [[b"1 did it"], [b"0 did it"]] * 50


async def test_who_fails_or_is_silent_is_counted_and_no_late_answer_is_taken_for_another() -> None:
    async with seated(3) as (members, _):
        members[0].patience_s = 0.05
        with pytest.raises(OSError, match="2 of 2 other workers"):
            await members[0].ask(b"fail")
        members[0].patience_s = 10.0
        assert await members[0].ask(b"y") == [b"1 did it", b"2 did it"]


async def test_who_is_alone_has_nobody_to_ask() -> None:
    async with seated(1) as (members, _):
        assert await members[0].ask(b"x") == []


SERVE = """
import sys
from pathlib import Path
from click import echo
from archwright.verbs.serve import serve
serve(Path(sys.argv[1]), port=0, ledger=Path(sys.argv[2]), emulated=sys.argv[3], environment={},
      workers=int(sys.argv[4]),
      admin_port=0, say=echo)
"""


class Forked:
    """Two workers: the address that they share, and each one's admin door."""

    def __init__(self, url: str, doors: list[str]) -> None:
        self.url = url
        self.doors = doors

    def ask(self, text: str, documents: str = "") -> str:
        """What the cache says of a question on a connection of its own: whichever worker gets it."""
        body = {"model": "kept", "messages": [{"role": "user", "content": text}]}
        headers = {"x-archwright-documents": documents} if documents else {}
        found = httpx.post(f"{self.url}/chat/completions", json=body, headers=headers, timeout=20)
        assert found.status_code == 200, found.text
        return str(found.headers["x-archwright-cache"])

    def entries(self) -> list[int]:
        """What each worker has; both say the same of all."""
        said = [httpx.get(f"{door}/cache", timeout=20).json()["kept"] for door in self.doors]
        sums = [sum(each["entries"] for each in told.get("each", [told])) for told in said]
        assert [told["entries"] for told in said] == sums
        return [each["entries"] for each in said[0].get("each", said[:1])]

    def fill(self, text: str, documents: str = "") -> None:
        """Ask until both workers have an answer of their own."""
        before = self.entries()
        for _ in range(200):
            self.ask(text, documents)
            if all(now > was for now, was in zip(self.entries(), before, strict=True)):
                return
        raise AssertionError("one worker got nothing")

    def at_door(self, door: int, what: str, **wanted: object) -> tuple[int, dict[str, object]]:
        found = httpx.post(f"{self.doors[door]}/cache/{what}", content=json.dumps(wanted), timeout=20)
        return found.status_code, found.json()


@contextlib.contextmanager
def forked(folder: Path, made: m.Plan, workers: int = 2) -> Iterator[Forked]:
    file = folder / "plan.json"
    file.write_bytes(m.encode(made))
    with s.running(s.Script({"model": answers, "embedder": vectors, "critic": answers})) as supplier:
        command = [sys.executable, "-c", SERVE, str(file), str(folder / "ledger.jsonl"), supplier.url, str(workers)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            said: list[str] = []
            while sum("admin door" in line for line in said) < workers:
                said.append(process.stdout.readline())
            url = next(word for line in said for word in line.split() if word.startswith("http") and "/v1" in word)
            doors = [line.split()[-1] for line in said if "admin door" in line]
            try:
                yield Forked(url, doors)
            finally:
                process.terminate()
                assert process.wait(20) == 0


def keys(folder: Path) -> list[int]:
    """The keys of what both workers keep in their files."""
    found: list[int] = []
    for file in folder.glob("*.answers.sqlite"):
        with contextlib.closing(sqlite3.connect(file)) as base:
            found += [key for (key,) in base.execute("SELECT key FROM entry")]
    return found


@pytest.mark.parametrize("keep", ["memory", "file"])
def test_what_one_forked_worker_is_told_to_forget_all_forget(tmp_path: Path, keep: str) -> None:
    with forked(tmp_path, plan(semantic(keep=keep))) as workers:
        workers.fill(PARCEL)
        workers.fill(REFUND)
        assert workers.entries() == [2, 2]
        assert {workers.ask(PARCEL) for _ in range(ASKS)} == {"hit"}
        report = CliRunner().invoke(main, ["cache", "report", workers.doors[1]]).stdout
        assert "The sum of 2 workers" in report
        assert "each learns by itself" in report
        said = CliRunner().invoke(main, ["cache", "evict", workers.doors[0], "--route", "kept"]).stdout
        assert "4 answers were forgotten in all 2 workers" in said
        assert workers.entries() == [0, 0]
        if keep == "file":
            held = b"".join(file.read_bytes() for file in tmp_path.glob("*.answers.sqlite*"))
            assert PARCEL.encode() not in held
            assert len(list(tmp_path.glob("*.answers.sqlite"))) == 2
        assert workers.ask(PARCEL) == "miss"


def test_what_somebody_calls_wrong_at_one_door_no_worker_gives_again(tmp_path: Path) -> None:
    with forked(tmp_path, plan(semantic(keep="file"))) as workers:
        workers.fill(PARCEL)
        (entry,) = set(keys(tmp_path))
        assert workers.at_door(1, "feedback", entry=f"{entry:016x}") == (200, {"heard": True, "workers": 2})
        assert workers.entries() == [0, 0]
        assert keys(tmp_path) == []
        assert workers.at_door(0, "feedback", entry=f"{entry:016x}")[0] == 404
        assert workers.at_door(0, "evict")[0] == 400
        assert workers.at_door(0, "evict", route="none")[0] == 404


def test_what_rests_on_a_document_all_forked_workers_forget(tmp_path: Path) -> None:
    with forked(tmp_path, plan(semantic(keep="file"))) as workers:
        workers.fill(PARCEL, "post/parcels.md, rates.md")
        workers.fill(REFUND, "refunds.md")
        said = CliRunner().invoke(main, ["cache", "evict", workers.doors[1], "--document", "post/parcels.md"]).stdout
        assert "2 answers were forgotten in all 2 workers" in said
        assert workers.entries() == [1, 1]
        held = b"".join(file.read_bytes() for file in tmp_path.glob("*.answers.sqlite*"))
        assert (PARCEL.encode() in held, REFUND.encode() in held) == (False, True)
        assert {workers.ask(REFUND) for _ in range(ASKS)} == {"hit"}


def test_fewer_workers_take_over_what_the_others_kept(tmp_path: Path) -> None:
    made = plan(semantic(keep="file"))
    with forked(tmp_path, made) as workers:
        workers.fill(PARCEL)
        workers.fill(REFUND)
    with forked(tmp_path, made, workers=1) as workers:
        assert workers.entries() == [2]
        assert {workers.ask(text) for text in (PARCEL, REFUND)} == {"hit"}
        assert [file.name for file in tmp_path.glob("*.answers.sqlite")] == ["ledger.answers.sqlite"]
        said = CliRunner().invoke(main, ["cache", "evict", workers.doors[0], "--route", "kept"]).stdout
        assert "2 answers were forgotten" in said
        assert PARCEL.encode() not in b"".join(file.read_bytes() for file in tmp_path.glob("*.answers.sqlite*"))
        workers.fill(PARCEL)
        assert any(keys(tmp_path) for _ in range(200) if workers.ask(PARCEL))  # it is in the file, too
    with forked(tmp_path, made) as workers:  # more again: the first has what the one had
        assert sorted(workers.entries()) == [0, 1]
        assert not (tmp_path / "ledger.answers.sqlite").exists()


def test_answers_to_the_very_same_request_are_forgotten_by_all_workers(tmp_path: Path) -> None:
    meant = plan(semantic())
    made = msgspec.structs.replace(meant, caches=(m.Cache("answers", 60.0, 100),))
    with forked(tmp_path, made) as gateway:
        kept = [gateway.ask(PARCEL, "parcels.md") for _ in range(ASKS)].count("miss")  # each worker asks once
        assert gateway.at_door(1, "evict", document="other.md") == (200, {"evicted": 0, "workers": 2})
        assert gateway.at_door(0, "evict", document="parcels.md") == (200, {"evicted": kept, "workers": 2})
        assert gateway.ask(PARCEL) == "miss"
        assert gateway.at_door(0, "evict")[0] == 400
        told = CliRunner().invoke(main, ["cache", "evict", gateway.doors[0], "--route", "kept"])
        assert (told.exit_code, "in all 2 workers" in told.output) == (0, True)
