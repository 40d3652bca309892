"""Requests in OpenAI's wire to the neutral form and back. What the neutral form cannot say is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final, Literal

import msgspec

from archwright.runtime.neutral import Part, Question, Result, Text, Tool, Turn, Use
from archwright.runtime.wire import BadAsk

NOTHING: Final = msgspec.Raw(b"null")
NO_ARGUMENTS: Final = msgspec.Raw(b'{"type":"object","properties":{}}')
ANSWER: Final = "answer"  # the name that this wire wants for the schema of an answer
CHOICES: Final = {"auto": "auto", "none": "none", "required": "any"}
ROLES: Final = {value: key for key, value in CHOICES.items()}


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """A field that is not listed is refused by its name."""


class _TextPart(_Strict, tag_field="type", tag="text"):
    text: str


class _RefusalPart(_Strict, tag_field="type", tag="refusal"):
    refusal: str


class _Function(_Strict):
    name: str
    arguments: str


class _Call(_Strict, tag_field="type", tag="function"):
    id: str
    function: _Function


class _System(_Strict, tag_field="role", tag="system"):
    content: str | list[_TextPart]


class _Developer(_Strict, tag_field="role", tag="developer"):
    content: str | list[_TextPart]


class _User(_Strict, tag_field="role", tag="user"):
    content: str | list[_TextPart]


class _Assistant(_Strict, tag_field="role", tag="assistant"):
    content: str | list[_TextPart | _RefusalPart] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    # What its own answers carry and clients send back.
    annotations: list[None] | None = None
    audio: None = None
    function_call: None = None


class _ToolAnswer(_Strict, tag_field="role", tag="tool"):
    tool_call_id: str
    content: str | list[_TextPart]


class _Described(_Strict):
    name: str
    description: str | None = None
    parameters: msgspec.Raw = NOTHING
    strict: bool | None = None


class _Tool(_Strict, tag_field="type", tag="function"):
    function: _Described


class _Named(_Strict):
    name: str


class _Chosen(_Strict, tag_field="type", tag="function"):
    function: _Named


class _Schema(_Strict):
    name: str
    description: str | None = None
    schema: msgspec.Raw = NOTHING
    strict: bool | None = None


class _AnyText(_Strict, tag_field="type", tag="text"):
    pass


class _Json(_Strict, tag_field="type", tag="json_schema"):
    json_schema: _Schema


class _StreamOptions(_Strict):
    include_usage: bool | None = None


class _Request(_Strict):
    """Everything that can be said in the neutral form, and what says nothing where it has the value that it has."""

    model: str
    messages: list[_System | _Developer | _User | _Assistant | _ToolAnswer]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    stop: str | list[str] | None = None
    temperature: float | None = None
    top_p: float | None = None
    tools: list[_Tool] | None = None
    tool_choice: Literal["auto", "none", "required"] | _Chosen | None = None
    parallel_tool_calls: bool | None = None
    response_format: _AnyText | _Json | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None  # a hint for the supplier's own cache: without it the answer is the same
    n: Literal[1] | None = None
    modalities: list[Literal["text"]] | None = None
    service_tier: Literal["auto", "default"] | None = None
    logprobs: bool | None = None
    store: bool | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None


_request = msgspec.json.Decoder(_Request)


def question(body: bytes) -> Question:
    """A request in the neutral form.

    Raises:
        BadAsk: a field has a value that the neutral form cannot say.
        msgspec.DecodeError: a field is not known there, or is malformed; the text names it.
    """
    asked = _request.decode(body)
    for name in ("logprobs", "store", "frequency_penalty", "presence_penalty"):
        if getattr(asked, name):
            raise BadAsk(f"`{name}` cannot be translated", name)
    choice, chosen = "", ""
    if isinstance(asked.tool_choice, str):
        choice = CHOICES[asked.tool_choice]
    elif asked.tool_choice is not None:
        choice, chosen = "one", asked.tool_choice.function.name
    return Question(
        turns=_turns(asked),
        stream=asked.stream is True,
        tools=tuple(_tool(tool) for tool in asked.tools or ()),
        choice=choice,
        chosen=chosen,
        parallel=asked.parallel_tool_calls is not False,
        stop=(asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ()),
        temperature=asked.temperature,
        top_p=asked.top_p,
        user=asked.safety_identifier or asked.user or "",
        schema=_answer_schema(asked),
    )


def _answer_schema(asked: _Request) -> msgspec.Raw | None:
    wanted = asked.response_format
    if not isinstance(wanted, _Json):
        return None
    if bytes(wanted.json_schema.schema) == b"null":
        raise BadAsk("a schema is missing", "response_format.json_schema.schema")
    return wanted.json_schema.schema


def _tool(tool: _Tool) -> Tool:
    said = tool.function
    schema = NO_ARGUMENTS if bytes(said.parameters) == b"null" else said.parameters
    return Tool(said.name, said.description or "", schema, said.strict is True)


def _turns(asked: _Request) -> tuple[Turn, ...]:
    """The messages; those of tools are the user's, and what one side says in a row is one turn."""
    said: list[Turn] = []
    for place, message in enumerate(asked.messages):
        match message:
            case _System(content) | _Developer(content):
                said.append(Turn("system", _texts(content)))
            case _User(content):
                said.append(Turn("user", _texts(content)))
            case _ToolAnswer(identity, content):
                said.append(Turn("user", (Result(identity, "".join(part.text for part in _texts(content))),)))
            case _Assistant():
                said.append(Turn("assistant", _spoken(message, place)))
    return tuple(
        Turn(role, tuple(part for turn in turns for part in turn.parts))
        for role, turns in groupby(said, key=lambda turn: turn.role)
    )


def _texts(content: str | list[_TextPart] | list[_TextPart | _RefusalPart] | None) -> tuple[Text, ...]:
    if content is None or isinstance(content, str):
        return (Text(content),) if content else ()
    texts = (part.text if isinstance(part, _TextPart) else part.refusal for part in content)
    return tuple(Text(text) for text in texts if text)


def _spoken(message: _Assistant, place: int) -> tuple[Part, ...]:
    words = (*_texts(message.content), *_texts(message.refusal))
    calls = []
    for number, call in enumerate(message.tool_calls or ()):
        arguments = call.function.arguments or "{}"
        if not is_object(arguments):
            where = f"messages[{place}].tool_calls[{number}].function.arguments"
            raise BadAsk(f"`{where}` is not the text of a JSON object", where)
        calls.append(Use(call.id, call.function.name, arguments))
    return (*words, *calls)


def is_object(text: str) -> bool:
    """Whether a text is a JSON object."""
    try:
        msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (ValueError, RecursionError):
        return False
    return True


# ------------------------------------------------------------------------------------------------------- writing


def written(asked: Question) -> dict[str, object]:
    """The fields of a neutral request, but for the model."""
    fields: dict[str, object] = {
        "messages": [message for turn in asked.turns for message in _messages(turn)],
        "max_completion_tokens": asked.most,
    }
    if asked.stream:
        fields["stream"] = True
    if asked.stop:
        fields["stop"] = list(asked.stop)
    optional = {"temperature": asked.temperature, "top_p": asked.top_p, "user": asked.user or None}
    fields.update((name, value) for name, value in optional.items() if value is not None)
    if asked.tools:
        fields["tools"] = [_written_tool(tool) for tool in asked.tools]
        if not asked.parallel:
            fields["parallel_tool_calls"] = False
    if asked.choice:
        chosen = {"type": "function", "function": {"name": asked.chosen}}
        fields["tool_choice"] = chosen if asked.choice == "one" else ROLES[asked.choice]
    if asked.schema is not None:
        schema = {"name": ANSWER, "schema": asked.schema, "strict": True}
        fields["response_format"] = {"type": "json_schema", "json_schema": schema}
    return fields


def _written_tool(tool: Tool) -> dict[str, Any]:
    said: dict[str, Any] = {"name": tool.name, "parameters": tool.schema}
    if tool.description:
        said["description"] = tool.description
    if tool.strict:
        said["strict"] = True
    return {"type": "function", "function": said}


def _messages(turn: Turn) -> list[dict[str, Any]]:
    """A turn as messages: answers of tools are messages of their own."""
    if turn.role == "assistant":
        return [_assistant(turn)]
    messages: list[dict[str, Any]] = []
    for is_result, parts in groupby(turn.parts, key=lambda part: isinstance(part, Result)):
        if is_result:
            messages.extend(_answered(part) for part in parts if isinstance(part, Result))
        else:
            texts = [part.text for part in parts if isinstance(part, Text)]
            content = texts[0] if len(texts) == 1 else [{"type": "text", "text": text} for text in texts]
            messages.append({"role": turn.role, "content": content})
    return messages or [{"role": turn.role, "content": ""}]


def _answered(result: Result) -> dict[str, Any]:
    """This wire has no mark for a tool that failed; the words say it."""
    content = f"Error: {result.text}" if result.failed else result.text
    return {"role": "tool", "tool_call_id": result.id, "content": content}


def _assistant(turn: Turn) -> dict[str, Any]:
    words = "".join(part.text for part in turn.parts if isinstance(part, Text))
    message: dict[str, Any] = {"role": "assistant", "content": words or None}
    calls = [written_call(part) for part in turn.parts if isinstance(part, Use)]
    if calls:
        message["tool_calls"] = calls
    elif not words:
        message["content"] = ""
    return message


def written_call(use: Use) -> dict[str, Any]:
    """A call of a tool."""
    return {"id": use.id, "type": "function", "function": {"name": use.name, "arguments": use.arguments}}


# ----------------------------------------------------------------------------------------------------- passages


class _Who(msgspec.Struct):
    role: str = ""


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_who = msgspec.json.Decoder(_Who)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_content = msgspec.json.Decoder(str | list[msgspec.Raw] | None)


def grounded(parts: Mapping[str, object], text: str) -> dict[str, object]:
    """The fields of a request with `text` before the last thing that the user said; all else stays as it came."""
    messages = _raws.decode(msgspec.json.encode(parts["messages"]))
    place = max(at for at, raw in enumerate(messages) if _who.decode(raw).role == "user")
    message: dict[str, object] = dict(_fields.decode(messages[place]))
    content = _content.decode(msgspec.json.encode(message.get("content")))
    message["content"] = (
        text + content if isinstance(content, str) else [{"type": "text", "text": text}, *(content or ())]
    )
    return {**parts, "messages": [*messages[:place], message, *messages[place + 1 :]]}
