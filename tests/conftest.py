"""What tests of every floor may ask for: recorded data beside the project, and a browser."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from archwright.verbs.engines import WANTED, warm

# No test asserts on time, and a busy machine is no failure.
settings.register_profile("archwright", deadline=None)
settings.load_profile("archwright")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
REASON = "needs shared data: there is no folder ../shared"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure() -> None:
    """Let programs that tests start hear an interrupt, which a job in the background of a shell ignores."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that at the end no worker waits for another one's last test."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/whole/"))


@pytest.fixture(scope="session", autouse=True)
def plain_engine() -> Generator[None]:
    """Tests run the sources as they are, engine and gateway: none waits for a compiler, and none leaves one running."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, WANTED, "plain")
        patch.setitem(os.environ, "ARCHWRIGHT_GATEWAY", os.environ.get("ARCHWRIGHT_GATEWAY", "plain"))
        yield


@pytest.fixture(scope="module")
def fast_engine() -> Generator[None]:
    """Commands that a test starts simulate with the compiled engine, as a user's do: the same words sooner.

    For files that start commands and simulate nothing in this process. Whoever comes first compiles it, `make test`
    beside the linters, and nothing compiles any more when the test begins.
    """
    warm(print)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, WANTED, "fast")
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded data beside the project; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip(REASON)
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a browser that playwright can drive (`executable_path`); the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"needs one of the browsers {', '.join(BROWSERS)}")
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test may be skipped for want of recorded data only where the data is wanting."""
    report = yield
    if report.skipped and "shared data" in str(report.longrepr) and SHARED.is_dir():
        report.outcome = "failed"
        report.longrepr = f"skipped for want of shared data, which is there: {SHARED}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    if report.skipped and "shared data" in str(report.longrepr) and SHARED.is_dir():
        report.outcome = "failed"
        report.longrepr = f"skipped for want of shared data, which is there: {SHARED}"
    return report
