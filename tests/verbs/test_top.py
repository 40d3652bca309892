"""`archwright top`, against a gateway that runs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archwright.base.errors import ProviderUnavailable, UsageError
from archwright.cli.main import main
from archwright.verbs.top import watched
from tests.runtime.sample import desk, plan
from tests.runtime.test_faults import post


def test_requests_show_with_their_targets(tmp_path: Path) -> None:
    with desk(tmp_path, plan()) as here:
        seen = watched(here.url, 0.0, {}, sleep=lambda _: asyncio.run(asyncio.sleep(0)))
        assert next(seen).data["per_s"] == 0.0
        assert asyncio.run(post(here))[0] == 200
        data = next(seen).data
        assert data["ways"]["answered"] > 0.0
        first, second = data["targets"]
        assert (first["name"], first["errors"], first["open"]) == ("first", 0.0, False)
        assert 0.0 < first["p50_s"] <= first["p95_s"]
        assert first["spent"] > 0.0
        assert second["p50_s"] is None
        run = CliRunner().invoke(main, ["top", here.url, "--once", "--every", "0.1"])
        assert run.exit_code == 0, run.output
        assert "first" in run.output
        run = CliRunner().invoke(main, ["top", here.url, "--once", "--every", "0.1", "--json"])
        assert json.loads(run.stdout)["gateway"] == here.url


def test_where_no_gateway_is() -> None:
    for bad in ("nonsense", "ftp://x", "http://[", "http://"):
        with pytest.raises(UsageError, match="no address"):
            next(watched(bad, 0.0, {}))
    with pytest.raises(ProviderUnavailable, match="no gateway"):
        next(watched("http://127.0.0.1:9", 0.0, {}))
