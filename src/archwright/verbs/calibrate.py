"""`archwright calibrate`: two factors of a replica's law from measured points, and what to write into the file."""

from __future__ import annotations

from pathlib import Path

from archwright.analysis.capacity.calibration import calibrate, calibration_data, calibration_document
from archwright.analysis.capacity.fit import Factors, Point
from archwright.analysis.capacity.points import EXAMPLE, read_points
from archwright.base.errors import InputError, Location, Problem, UsageError
from archwright.plan.model import plan_hash
from archwright.spec.settings.models import GpuSettings
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project


def calibrate_project(project: Project, points: Path, component: str = "") -> Answer:
    """Fit an opened system's replicas to points of a CSV file. No file is written.

    Args:
        project: the system.
        points: at least five measured points.
        component: whose they are; may be left out where one component alone has replicas.

    Raises:
        InputError: the points cannot be used, or the system cannot be compiled.
        UsageError: no component of that name has replicas that follow from facts.
    """
    plan = project.compiled.plan
    pools = {target.name: target.pool for target in plan.targets if target.pool is not None}
    name = component or (next(iter(pools)) if len(pools) == 1 else "")
    pool = pools.get(name)
    if pool is None:
        known = ", ".join(pools) or "none: add `batching: fp8` to a self-hosted model"
        ask = f"`{name}` has no replicas to calibrate" if name else "say whose points they are with --component"
        raise UsageError(f"{ask}; components with replicas: {known}")
    settings = project.system.components[name].settings_as(GpuSettings)
    batching = settings.batching if settings else None
    if batching is None or batching.step is not None:
        raise UsageError(f"`{name}` states its steps as measured; there is nothing to calibrate")
    stated = Factors(
        batching.busy.value if batching.busy else 1.0, batching.overhead.value if batching.overhead else 1.0
    )
    found = calibrate(name, pool, stated, _read(points))
    document, book = calibration_document(found, pool, f"{points.name}, {project.as_of.isoformat()}")
    return Answer("calibrate", (document,), book, data=calibration_data(found), plan=plan_hash(plan))


def _read(path: Path) -> tuple[Point, ...]:
    if not path.is_file():
        mend = f"give a CSV file that begins with `{EXAMPLE}`"
        raise InputError([Problem("bad-points", "there is no such file", Location(str(path)), mend)])
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return read_points(lines, str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Problem("bad-points", f"it cannot be read: {error}", Location(str(path)))]) from error
