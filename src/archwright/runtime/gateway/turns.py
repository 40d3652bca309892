"""What the user of a conversation said, read from the messages of a request, which both wires write in one way."""

from __future__ import annotations

import msgspec

from archwright.runtime.wire import BadAsk, place_in


class _Part(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    role: str = ""
    content: str | list[_Part] | None = None

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else "\n".join(part.text for part in self.content or ())


_messages = msgspec.json.Decoder(list[_Message])


def said(messages: msgspec.Raw) -> list[str]:
    """What the user said so far, the last thing last; messages without text are left out.

    Raises:
        BadAsk: a message has content that is neither text nor parts.
    """
    try:
        read = _messages.decode(messages)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAsk(str(error), place_in(str(error))) from error
    return [message.text for message in read if message.role == "user" and message.text.strip()]
