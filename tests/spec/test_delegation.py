"""What a file says of its agents has to make sense: each piece of nonsense, and the same file without it."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.spec.delegation import DEEPEST, runnable
from archwright.spec.load import loads

GOOD = """\
system: Desk
components:
  gateway: {kind: gateway, routes: {answer: [model]}}
  model: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 1 s, per_token: 10 ms}}
  chief:
    kind: agent
    instructions: Answer.
    route: answer
    delegates:
      helper: {when: needed, if_fails: skip}
      search: {when: always, if_fails: {answer: Sorry.}}
    hand_over: {to: people, when: asked for}
  helper:
    kind: agent
    instructions: Help.
    route: answer
  search: {kind: retriever, example: found}
  people: {kind: human-review}
flows:
  - {from: gateway, to: model, timeout: 9 s}
  - {from: chief, to: helper, timeout: 9 s}
  - {from: chief, to: search, timeout: 9 s}
"""


def problems(text: str) -> list[tuple[str, int]]:
    try:
        loads(text, "desk.yaml")
    except InputError as error:
        return [(item.code, item.where.line) for item in error.problems]
    return []


def test_the_good_file_is_good() -> None:
    system = loads(GOOD, "desk.yaml")
    assert list(runnable(system)) == ["chief", "helper"]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("      helper: {when: needed", "      helpr: {when: needed", "unknown-name", 10),
        ("      helper: {when: needed", "      people: {when: needed", "not-a-delegate", 10),
        ("      helper: {when: needed", "      model: {when: needed", "not-a-delegate", 10),
        ("      helper: {when: needed", "      chief: {when: needed", "delegation-circle", 10),
        ("    instructions: Help.\n", "", "half-an-agent", 15),
        ("    instructions: Help.\n    route: answer\n", "    summary: x\n", "half-an-agent", 10),
        ("    instructions: Help.\n    route: answer\n", "    instructions: Help.\n", "half-an-agent", 13),
        ("route: answer\n    delegates", "route: answr\n    delegates", "unknown-name", 8),
        ("{to: people, when", "{to: helper, when", "not-a-person", 12),
        ("if_fails: skip", "if_fails: hand-over", "", 0),
        ("if_fails: skip", "if_fails: answer", "no-words", 10),
        ("if_fails: skip", "if_fails: {do: skip, answer: Sorry.}", "two-ways", 10),
        ("if_fails: skip", "if_fails: wait", "unknown-word", 10),
        (", if_fails: skip", "", "missing-key", 10),
        ("example: found", "title: Search", "no-answer", 11),
        ("example: found", "endpoint: search/v1", "bad-address", 17),
        ("example: found", "endpoint: http://169.254.169.254/v1", "bad-address", 17),
        ("example: found", "endpoint: https://search/v1?index=2", "", 0),
        ("  - {from: chief, to: search, timeout: 9 s}\n", "", "no-flow", 11),
    ],
)
def test_nonsense_is_told_with_its_place(old: str, new: str, code: str, line: int) -> None:
    assert GOOD.count(old) == 1
    found = problems(GOOD.replace(old, new))
    assert (code, line) in found if code else found == []


def test_handing_over_to_nobody_is_told() -> None:
    text = GOOD.replace("    hand_over: {to: people, when: asked for}\n", "")
    assert problems(text.replace("if_fails: skip", "if_fails: hand-over")) == [("nobody-to-hand-over-to", 10)]


def test_a_circle_of_three_is_told_once_in_its_order() -> None:
    text = GOOD.replace(
        "    instructions: Help.\n",
        "    instructions: Help.\n    delegates: {chief: {when: always, if_fails: skip}}\n",
    ).replace("flows:\n", "flows:\n  - {from: helper, to: chief, mode: async}\n")
    assert problems(text) == [("delegation-circle", 16)]
    with pytest.raises(InputError, match="chief -> helper -> chief"):
        loads(text, "desk.yaml")


def test_an_agent_called_nobody_cannot_be_asked() -> None:
    assert ("taken-name", 10) in problems(GOOD.replace("helper", "nobody"))


@pytest.mark.parametrize("turned", [False, True])
def test_a_row_that_is_too_long_is_told_once(turned: bool) -> None:
    def row(count: int) -> str:
        names = [f"a{place}" for place in range(count)]
        rest = "if_fails: fail}}}"
        agents = [
            f"  {name}: {{kind: agent, instructions: x, route: answer, delegates: {{{to}: {{when: x, {rest}\n"
            for name, to in zip(names, [*names[1:], "search"], strict=True)
        ]
        flows = [f"  - {{from: {a}, to: {b}}}\n" for a, b in zip(names, [*names[1:], "search"], strict=True)]
        text = GOOD.replace("flows:\n", "".join(reversed(agents) if turned else agents) + "flows:\n")
        return text + "".join(flows)

    assert problems(row(DEEPEST - 1)) == []
    assert [code for code, _ in problems(row(400))] == ["too-deep"]
