"""MOD02: a file of weights that nobody can tell from another one."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.models import GpuSettings

_KEYS = ("source", "digest", "format", "licence")


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("self-hosted").items():
        settings = component.settings_as(GpuSettings)
        if settings is None:
            continue
        weights = settings.weights
        lacks = [key for key in _KEYS if weights is None or not getattr(weights, key)]
        if lacks:
            where = settings.place("weights") if weights is not None else component.where
            yield Hit(f"of the weights of `{name}` unknown: {', '.join(lacks)}", where, name)


RULE = Rule(
    code="MOD02",
    name="unknown-weights",
    severity="warning",
    summary="Weights that we run have no recorded source, digest, format or licence.",
    why="A changed file runs unnoticed, one in an unsafe format runs code, and one without a licence may not be used.",
    mend="write `weights: {source: …, digest: sha256:…, format: safetensors, licence: …}`",
    detection="Every self-hosted model whose `weights` lack `source`, `digest`, `format` or `licence`.",
    false_positives="A registry that holds all of it: name it as the source, and the digest that it gives.",
    references=("L:LLM03:2025", "M:AML.M0013", "M:AML.M0014", "V:C6.1", "F:AIR-SEC-008"),
    bad="""\
system: Summaries
components:
  large:
# ^
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
  small:
    kind: self-hosted-model
    model: meta/llama-3.2
    weights: {source: a download of March, licence: community}
  # ^
    pace: {first_token: 500 ms, per_token: 12 ms}
""",
    good="""\
system: Summaries
components:
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    weights: {source: our registry, digest: "sha256:41d2", format: safetensors, licence: community}
    pace: {first_token: 500 ms, per_token: 12 ms}
""",
    find=_find,
)
