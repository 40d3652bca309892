"""What an emulated supplier is told."""

from __future__ import annotations

import msgspec

from archwright.plan.model import decode
from archwright.plan.rules import compress
from archwright.runtime.emulator.app import Emulator


class Setup(msgspec.Struct, frozen=True):
    """A serialised plan, and how many times as fast time runs."""

    plan: bytes
    scale: float = 1.0

    @staticmethod
    def read(line: bytes) -> Setup:
        """A setup from its JSON line."""
        return msgspec.json.decode(line, type=Setup)


def build(setup: Setup) -> Emulator:
    """The application that a setup describes."""
    return Emulator(compress(decode(setup.plan, "setup"), setup.scale), setup.scale)
