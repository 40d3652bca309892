"""A recording that is given to a verb."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.verbs.project import open_project

DESK = Path(__file__).parents[2] / "examples" / "support-desk"
HEAD = "t_s,tokens_in,tokens_out\n"


@pytest.mark.parametrize(("rows", "said"), [("0,9,9\n", "its one row"), ("3,9,9\n" * 2, "all of its 2 rows")])
def test_a_recording_of_one_moment_has_no_rate_and_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    file = tmp_path / "moment.csv"
    file.write_text(HEAD + rows)
    project = open_project(DESK, dt.date(2026, 11, 21))
    with pytest.raises(InputError) as refused:
        project.trace(file)
    (problem,) = refused.value.problems
    assert (problem.code, problem.where.file) == ("bad-trace", str(file))
    assert problem.message.startswith(said)
    file.write_text(HEAD + rows + "4,9,9\n")
    trace = project.trace(file)
    assert trace is not None
    assert trace.rate > 0
