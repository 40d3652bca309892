"""What agents do next, decided without a model, a graph or a clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.runtime.agents import moves
from archwright.runtime.agents.state import FAILED, HANDED_OVER, State, begin, digest, frame, question
from archwright.runtime.agents.words import Option, choosing, chosen, emulated, writing
from tests.runtime.team import HANDED, PEOPLE, TEAM, agent, delegate

TEAM_BY_NAME = {item.name: item for item in TEAM}
CHIEF = TEAM[0]


def state(**changes: object) -> State:
    return {**begin("chief", [{"role": "user", "content": "my parcel"}]), **changes}  # type: ignore[typeddict-item]


def test_who_is_always_asked_is_asked_first() -> None:
    assert moves.next_move(CHIEF, frame("chief", -1.0)) == moves.Move("ask", "search")


def test_whoever_was_asked_is_no_option_any_more() -> None:
    at = {**frame("chief", -1.0), "asked": {"search": 1, "orders": 1}}
    move = moves.next_move(CHIEF, at)  # type: ignore[arg-type]
    assert [option.name for option in move.options] == ["policy", "legal", "money", "people"]


def test_an_agent_that_chose_nobody_writes() -> None:
    asked = moves.asks(TEAM_BY_NAME, state(), "search").update
    turn = moves.chose_nobody({**state(), **asked})
    assert turn.goto == "chief"
    assert moves.next_move(CHIEF, turn.update["frames"][-1]).kind == "write"


def test_an_agent_that_is_asked_begins_afresh_with_its_own_time() -> None:
    turn = moves.asks(TEAM_BY_NAME, state(), "orders")
    assert turn.goto == "orders"
    assert turn.update["frames"][-1] == frame("orders", 5.0)


def test_a_failure_climbs_until_somebody_says_what_follows() -> None:
    team = {
        item.name: item
        for item in (
            agent("chief", delegate("middle", if_fails="skip")),
            agent("middle", delegate("last", if_fails="fail")),
            agent("last", delegate("tool", if_fails="fail")),
        )
    }
    here = state()
    for who in ("middle", "last", "tool"):
        here = {**here, **moves.asks(team, here, who).update}
    turn = moves.fell(team, here, "tool", "down")
    assert turn.goto == "chief"
    assert turn.update["skipped"] == ["middle"]
    assert turn.update["why"] == "middle: last: tool: down"
    assert turn.update["frames"][-1]["notes"] == [{"who": "middle", "text": ""}]


def test_the_first_agent_fails_where_it_has_nobody_to_hand_over_to() -> None:
    alone = {"chief": agent("chief")}
    assert moves.broke(alone, state(), "down").update["outcome"] == FAILED
    with_people = {"chief": agent("chief", hand_over=PEOPLE)}
    turn = moves.broke(with_people, state(), "down")
    assert (turn.goto, turn.update["outcome"], turn.update["answer"]) == (moves.PEOPLE, HANDED_OVER, HANDED)


def test_the_tightest_of_all_that_wait_bounds_the_work() -> None:
    assert moves.tightest([frame("a", -1.0), frame("b", -1.0)]) == (-1, -1.0)
    assert moves.tightest([frame("a", -1.0), frame("b", 3.0), frame("c", 4.0)]) == (1, 3.0)
    later = moves.spent(state(frames=[frame("a", -1.0), frame("b", 3.0)]), 5.0)
    assert [item["left_s"] for item in later["frames"]] == [-1.0, 0.0]


@given(st.lists(st.dictionaries(st.sampled_from(["role", "content"]), st.text()), max_size=4))
def test_equal_messages_have_one_digest(messages: list[dict[str, str]]) -> None:
    turned = [dict(reversed(item.items())) for item in messages]
    assert digest(messages) == digest(turned)
    assert question({**state(), "messages": messages}) is not None


# ------------------------------------------------------------------------------------------------------- words


OPTIONS = (
    Option("orders", "it is about an order", ("parcel", "my order")),
    Option("policy", "money (any)", ("refund",)),
)


def pairs(messages: list[dict[str, object]]) -> list[tuple[str, str]]:
    return [(str(item["role"]), str(item["content"])) for item in messages]


def test_the_emulated_model_chooses_by_the_words_of_the_question() -> None:
    for words, who in (
        ("Where is my PARCEL?", "orders"),
        ("Two parcels, one refund", "orders"),
        ("refunded?", "policy"),
        ("prefund", "nobody"),
        ("", "nobody"),
    ):
        assert emulated(pairs(choosing(CHIEF, OPTIONS, [], words))) == who


def test_the_emulated_model_writes_what_was_found_and_says_what_was_not() -> None:
    notes = [{"who": "orders", "text": "It\nleft."}, {"who": "policy", "text": ""}]
    messages = writing(CHIEF, notes, [{"role": "user", "content": "well?"}])  # type: ignore[arg-type]
    assert emulated(pairs(messages)) == "It left. I cannot ask policy just now."


def test_other_prompts_are_none_of_its_business() -> None:
    assert emulated([]) is None
    assert emulated([("user", "Who works next?")]) is None
    assert emulated([("system", "You are kind."), ("user", "hello")]) is None
    assert emulated(pairs(writing(CHIEF, [], []))) is None


@given(st.text(max_size=40))
def test_whatever_a_customer_writes_the_emulated_model_chooses_somebody_who_can_be_chosen(words: str) -> None:
    assert emulated(pairs(choosing(CHIEF, OPTIONS, [], words))) in ("orders", "policy", "nobody")


def test_a_reply_chooses_only_where_it_is_clear() -> None:
    assert chosen("orders", OPTIONS) == "orders"
    assert chosen("I think **policy** should.\n", OPTIONS) == "policy"
    assert chosen("orders or policy", OPTIONS) == "nobody"
    assert chosen("re-orders", OPTIONS) == "nobody"
    assert chosen("", OPTIONS) == "nobody"
