"""Requests in Anthropic's wire to the neutral form and back. What the neutral form cannot say is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from archwright.runtime.neutral import Part, Question, Result, Text, Tool, Turn, Use
from archwright.runtime.wire import BadAsk

HOTTEST: Final = 1.0  # OpenAI's scale of temperatures goes to 2, this one to 1
CHOICES: Final = {"auto": "auto", "any": "any", "none": "none", "tool": "one"}
TYPES: Final = {value: key for key, value in CHOICES.items()}


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """A field that is not listed is refused by its name."""


class _Hint(msgspec.Struct):
    """Where the supplier may cut its prompt cache: without it the answer is the same, and others need no hint."""

    type: Literal["ephemeral"]


class _TextBlock(_Strict, tag_field="type", tag="text"):
    text: str
    cache_control: _Hint | None = None
    citations: list[None] | None = None


class _Direct(msgspec.Struct, tag_field="type", tag="direct"):
    """The model itself made the call, which is what every call is elsewhere."""


class _UseBlock(_Strict, tag_field="type", tag="tool_use"):
    id: str
    name: str
    input: msgspec.Raw
    cache_control: _Hint | None = None
    caller: _Direct | None = None
    toolset_name: None = None


class _ResultBlock(_Strict, tag_field="type", tag="tool_result"):
    tool_use_id: str
    content: str | list[_TextBlock] | None = None
    is_error: bool | None = None
    cache_control: _Hint | None = None
    toolset_name: None = None


class _System(_Strict, tag_field="role", tag="system"):
    content: str | list[_TextBlock]


class _User(_Strict, tag_field="role", tag="user"):
    content: str | list[_TextBlock | _ResultBlock]


class _Assistant(_Strict, tag_field="role", tag="assistant"):
    content: str | list[_TextBlock | _UseBlock]


class _Tool(_Strict):
    name: str
    input_schema: msgspec.Raw
    description: str | None = None
    type: Literal["custom"] | None = None
    strict: bool | None = None
    cache_control: _Hint | None = None


class _Choice(_Strict):
    type: Literal["auto", "any", "none", "tool"]
    name: str = ""
    disable_parallel_tool_use: bool | None = None


class _Metadata(_Strict):
    user_id: str | None = None


class _Format(_Strict, tag_field="type", tag="json_schema"):
    schema: msgspec.Raw


class _Output(_Strict):
    format: _Format | None = None


class _Thinking(_Strict):
    type: Literal["disabled"]


class _Request(_Strict):
    """Everything that can be said in the neutral form, and what says nothing where it has the value that it has."""

    model: str
    messages: list[_System | _User | _Assistant]
    max_tokens: int
    stream: bool | None = None
    system: str | list[_TextBlock] | None = None
    stop_sequences: list[str] | None = None
    temperature: float | None = None
    top_p: float | None = None
    tools: list[_Tool] | None = None
    tool_choice: _Choice | None = None
    metadata: _Metadata | None = None
    output_config: _Output | None = None
    thinking: _Thinking | None = None
    cache_control: _Hint | None = None
    service_tier: Literal["auto"] | None = None


_request = msgspec.json.Decoder(_Request)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def question(body: bytes) -> Question:
    """A request in the neutral form.

    Raises:
        BadAsk: a field has a value that the neutral form cannot say.
        msgspec.DecodeError: a field is not known there, or is malformed; the text names it.
    """
    asked = _request.decode(body)
    choice = asked.tool_choice
    if choice and choice.type == "tool" and not choice.name:
        raise BadAsk("`tool_choice.name` is missing", "tool_choice.name")
    turns = [Turn("system", _texts(asked.system))] if asked.system else []
    turns += [_turn(message, place) for place, message in enumerate(asked.messages)]
    return Question(
        turns=tuple(turns),
        stream=asked.stream is True,
        tools=tuple(
            Tool(tool.name, tool.description or "", tool.input_schema, tool.strict is True)
            for tool in asked.tools or ()
        ),
        choice=CHOICES[choice.type] if choice else "",
        chosen=choice.name if choice else "",
        parallel=not (choice and choice.disable_parallel_tool_use),
        stop=tuple(asked.stop_sequences or ()),
        temperature=asked.temperature,
        top_p=asked.top_p,
        user=(asked.metadata.user_id or "") if asked.metadata else "",
        schema=asked.output_config.format.schema if asked.output_config and asked.output_config.format else None,
    )


def _turn(message: _System | _User | _Assistant, place: int) -> Turn:
    match message:
        case _System(content):
            return Turn("system", _texts(content))
        case _User(content):
            blocks = [_TextBlock(content)] if isinstance(content, str) else content
            return Turn("user", tuple(_given(block) for block in blocks))
        case _Assistant(content):
            said = [_TextBlock(content)] if isinstance(content, str) else content
            return Turn("assistant", tuple(_spoken(block, f"messages[{place}].content") for block in said))


def _texts(content: str | list[_TextBlock] | None) -> tuple[Text, ...]:
    if content is None or isinstance(content, str):
        return (Text(content or ""),)
    return tuple(Text(block.text) for block in content)


def _given(block: _TextBlock | _ResultBlock) -> Part:
    if isinstance(block, _TextBlock):
        return Text(block.text)
    text = "".join(part.text for part in _texts(block.content))
    return Result(block.tool_use_id, text, block.is_error is True)


def _spoken(block: _TextBlock | _UseBlock, where: str) -> Part:
    if isinstance(block, _TextBlock):
        return Text(block.text)
    try:
        _object.decode(block.input)
    except msgspec.DecodeError as error:
        raise BadAsk(f"the input of `{block.name}` is no object", where) from error
    return Use(block.id, block.name, bytes(block.input).decode())


# ------------------------------------------------------------------------------------------------------- writing


def written(asked: Question) -> dict[str, object]:
    """The fields of a neutral request, but for the model. Instructions go to the front, where this wire has them.

    Raises:
        BadAsk: the temperature is above the scale of this wire, or a tool must be called and there is none.
    """
    if asked.temperature is not None and asked.temperature > HOTTEST:
        raise BadAsk(f"a `temperature` above {HOTTEST:g} cannot be said", "temperature")
    messages = [_message(turn) for turn in asked.turns if turn.role != "system" and (turn.parts or turn.role == "user")]
    fields: dict[str, object] = {"max_tokens": asked.most, "messages": messages}
    system = [
        part.text for turn in asked.turns if turn.role == "system" for part in turn.parts if isinstance(part, Text)
    ]
    if system:
        fields["system"] = system[0] if len(system) == 1 else [{"type": "text", "text": text} for text in system]
    if asked.stream:
        fields["stream"] = True
    if asked.stop:
        fields["stop_sequences"] = list(asked.stop)
    optional = {"temperature": asked.temperature, "top_p": asked.top_p}
    fields.update((name, value) for name, value in optional.items() if value is not None)
    if asked.user:
        fields["metadata"] = {"user_id": asked.user}
    if asked.schema is not None:
        fields["output_config"] = {"format": {"type": "json_schema", "schema": asked.schema}}
    return {**fields, **_tools(asked)}


def _tools(asked: Question) -> dict[str, object]:
    """The tools and which must be called; among none there is no choice."""
    if not asked.tools:
        if asked.choice in ("any", "one"):
            raise BadAsk("`tool_choice` wants a call, but there are no `tools`", "tool_choice")
        return {}
    fields: dict[str, object] = {"tools": [_tool(tool) for tool in asked.tools]}
    if asked.choice or not asked.parallel:
        choice: dict[str, Any] = {"type": TYPES[asked.choice or "auto"]}
        if asked.chosen:
            choice["name"] = asked.chosen
        if not asked.parallel and asked.choice != "none":
            choice["disable_parallel_tool_use"] = True
        fields["tool_choice"] = choice
    return fields


def _tool(tool: Tool) -> dict[str, Any]:
    said: dict[str, Any] = {"name": tool.name, "input_schema": tool.schema}
    if tool.description:
        said["description"] = tool.description
    if tool.strict:
        said["strict"] = True
    return said


def _message(turn: Turn) -> dict[str, Any]:
    parts = turn.parts
    if not parts:
        return {"role": turn.role, "content": ""}
    if len(parts) == 1 and isinstance(parts[0], Text):
        return {"role": turn.role, "content": parts[0].text}
    return {"role": turn.role, "content": [_block(part) for part in parts]}


def _block(part: Part) -> dict[str, Any]:
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case Use(identity, name, arguments):
            return {"type": "tool_use", "id": identity, "name": name, "input": msgspec.Raw(arguments.encode())}
        case Result(identity, text, failed):
            block: dict[str, Any] = {"type": "tool_result", "tool_use_id": identity, "content": text}
            return {**block, "is_error": True} if failed else block


# ----------------------------------------------------------------------------------------------------- passages


_instructions = msgspec.json.Decoder(str | list[msgspec.Raw] | None)


def grounded(parts: Mapping[str, object], text: str) -> dict[str, object]:
    """The fields of a request with `text` after its instructions; all else stays as it came."""
    told = _instructions.decode(msgspec.json.encode(parts.get("system")))
    if isinstance(told, list):
        return {**parts, "system": [*told, {"type": "text", "text": text}]}
    return {**parts, "system": f"{told}\n\n{text}" if told else text}
