"""The file of conversations: LangGraph's checkpoints, and beside them the list of those that wait for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import aiosqlite
import msgspec
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

_MAGIC: Final = b"SQLite format 3\0"
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS waiting (
    thread TEXT PRIMARY KEY, tenant TEXT, conversation TEXT, person TEXT, question TEXT, why TEXT, since TEXT
)
"""


class Waiting(msgspec.Struct, frozen=True):
    """A conversation that waits for a person. `thread` is what the file calls it."""

    thread: str
    tenant: str
    conversation: str
    person: str
    question: str
    why: str
    since: str


class Store:
    """The file, opened where an event loop runs."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.opened: aiosqlite.Connection | None = None

    async def open(self) -> AsyncSqliteSaver:
        """What keeps checkpoints. It brings back plain data and nothing that would have to be imported."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.opened = await aiosqlite.connect(self.file)
        saver = AsyncSqliteSaver(self.opened, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        await saver.setup()
        await self.opened.execute(_TABLE)
        await self.opened.commit()
        return saver

    async def close(self) -> None:
        """Close the file."""
        if self.opened is not None:
            await self.opened.close()

    async def forget(self, thread: str, keep_last: bool) -> None:
        """Let go of the steps of a conversation that led to its last one, and of that too unless it is kept.

        LangGraph keeps them all, each with the whole conversation; only the last is needed to go on.
        """
        last = "(SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?1)" if keep_last else "'~'"
        for table in ("writes", "checkpoints"):
            await self._open.execute(f"DELETE FROM {table} WHERE thread_id = ?1 AND checkpoint_id < {last}", (thread,))
        await self._open.commit()

    async def wait(self, item: Waiting) -> None:
        """A conversation waits from now on."""
        values = msgspec.structs.astuple(item)
        await self._write(f"INSERT OR REPLACE INTO waiting VALUES ({', '.join('?' * len(values))})", values)

    async def settled(self, thread: str) -> None:
        """A conversation waits no more."""
        await self._write("DELETE FROM waiting WHERE thread = ?", (thread,))

    async def waiting(self) -> list[Waiting]:
        """The conversations that wait, the longest first."""
        columns = ", ".join(Waiting.__struct_fields__)
        async with self._open.execute(f"SELECT {columns} FROM waiting ORDER BY since, thread") as rows:
            return [Waiting(*row) async for row in rows]

    async def _write(self, statement: str, values: tuple[object, ...]) -> None:
        await self._open.execute(statement, values)
        await self._open.commit()

    @property
    def _open(self) -> aiosqlite.Connection:
        if self.opened is None:
            raise RuntimeError("the file of conversations is not open")
        return self.opened


def is_ours(file: Path) -> bool:
    """Whether there is no file yet, or one of SQLite's."""
    if not file.exists():
        return True
    if not file.is_file():
        return False
    with file.open("rb") as begin:
        return begin.read(len(_MAGIC)) in (b"", _MAGIC)
