"""What the how-to says of Anthropic's wire is done: its target is compiled and called there, its example runs."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
from pathlib import Path

import pytest

from archwright.base.errors import UsageError
from archwright.plan.model import Plan, decode
from archwright.runtime.gateway.setup import Upstream
from archwright.verbs.build import build_project
from archwright.verbs.project import open_project
from archwright.verbs.serve import upstreams
from tests.runtime.sample import desk
from tests.whole.test_documents import ROOT, blocks


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """The support desk with the how-to's model as its primary one."""
    (snippet,) = (block for block in blocks("docs/how-to.md", "yaml") if "anthropic/" in block)
    text = (ROOT / "examples" / "support-desk" / "system.yaml").read_text().partition("\ninclude:")[0]
    text, count = re.subn(r"    model: openai/.*\n    version: .*\n", snippet, text, count=1)
    assert count == 1
    (tmp_path / "system.yaml").write_text(text)
    build_project(open_project(tmp_path, dt.date(2026, 11, 21)), tmp_path)
    return decode((tmp_path / "plan.json").read_bytes(), "plan.json")


def test_the_target_is_reached_at_its_own_address_with_its_own_key(plan: Plan) -> None:
    target = plan.targets[0]
    assert (target.provider, target.endpoint) == ("anthropic", "https://api.anthropic.com/v1")
    assert target.price.input > target.price.cached_input > 0
    keys = {"ANTHROPIC_API_KEY": "sk-a", "MISTRAL_API_KEY": "sk-m", "OPENAI_API_KEY": "sk-o"}
    assert upstreams(plan, None, keys)[0] == Upstream("anthropic", "https://api.anthropic.com/v1", "sk-a")
    assert upstreams(plan, "http://x", {})[0].provider == "emulated-anthropic"
    with pytest.raises(UsageError, match="ANTHROPIC_API_KEY"):
        upstreams(plan, None, {**keys, "ANTHROPIC_API_KEY": ""})


def test_the_example_runs(plan: Plan, tmp_path: Path) -> None:
    (code,) = blocks("docs/how-to.md", "python")
    said = io.StringIO()
    with desk(tmp_path, plan, keys=()) as here, contextlib.redirect_stdout(said):
        exec(compile(code.replace("http://127.0.0.1:8080", here.url), "how-to", "exec"), {})
    assert len(said.getvalue().split()) == 200
    (request,) = here.requests
    assert (request.route, request.target, request.how) == ("answer", plan.targets[0].name, "answered")
    assert here.attempts[0].tokens_out == 200
