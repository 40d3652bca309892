"""Every error that Archwright raises on purpose, and the place in a file that it points at.

    ArchwrightError                 exit code
    ├── InputError                      2     the file or an argument is wrong; carries every Problem found
    ├── UsageError                      2     a command was called in a way that cannot work
    ├── DependencyMissing               3     an optional package is needed and is not installed
    └── ProviderUnavailable             3     a program or a service that was needed did not answer

An error says what is wrong, where, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OK = 0
FINDINGS = 1
BAD_INPUT = 2
UNAVAILABLE = 3
INTERRUPTED = 130


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file. `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.line == 0:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Location("")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input: a stable code, what, where, and how to mend it."""

    code: str
    message: str
    where: Location = NOWHERE
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where.file else ""
        mend = f" ({self.mend})" if self.mend else ""
        return f"{place}{self.code}: {self.message}{mend}"


class ArchwrightError(Exception):
    """Root of the tree; `exit_code` is what the command line returns for it."""

    exit_code = BAD_INPUT


class InputError(ArchwrightError):
    """An input cannot be used. `problems` holds everything found in one pass, in file order."""

    exit_code = BAD_INPUT

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.where, p.code, p.message)))
        super().__init__("\n".join(str(p) for p in self.problems))


class UsageError(ArchwrightError):
    """A command was called in a way that cannot work; the text says what would."""

    exit_code = BAD_INPUT


class DependencyMissing(ArchwrightError):
    """An optional package is needed; the text names the extra that brings it."""

    exit_code = UNAVAILABLE


class ProviderUnavailable(ArchwrightError):
    """A process or service that was needed did not start or did not answer."""

    exit_code = UNAVAILABLE
