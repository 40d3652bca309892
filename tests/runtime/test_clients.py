"""More clients that people have, unchanged: LangChain's `ChatOpenAI`, and curl."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tests.runtime.sample import desk, plan


def test_langchain(tmp_path: Path) -> None:
    with desk(tmp_path, plan()) as here:
        chat = ChatOpenAI(model="both", base_url=f"{here.url}/v1", api_key=SecretStr("any"), max_completion_tokens=9)
        whole = chat.invoke("where is my parcel")
        parts = list(chat.stream("where is my parcel"))
        chat.root_client.close()
    assert len(str(whole.content).split()) == 9
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == 9
    assert len("".join(str(part.content) for part in parts).split()) == 9
    assert [(row.how, row.tokens_out) for row in here.requests] == [("answered", 9)] * 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_curl(tmp_path: Path) -> None:
    ask = {"model": "both", "messages": [{"role": "user", "content": "x" * 5000}], "max_tokens": 7}
    with desk(tmp_path, plan()) as here:

        def curl(body: object, *more: str) -> bytes:
            command = ["curl", "-sS", "--fail", *more, "-H", "Content-Type: application/json", "--data-binary", "@-"]
            command.append(f"{here.url}/v1/chat/completions")
            return subprocess.run(command, input=json.dumps(body).encode(), capture_output=True, check=True).stdout

        whole = json.loads(curl(ask))
        waited = json.loads(curl(ask, "-H", "Expect: 100-continue"))
        old = json.loads(curl(ask, "--http1.0"))
        offered = json.loads(curl(ask, "--http2"))
        stream = curl({**ask, "stream": True}, "-N")
    for answer in (whole, waited, old, offered):
        assert len(answer["choices"][0]["message"]["content"].split()) == 7
    assert stream.endswith(b"data: [DONE]\n\n")
    assert len(here.requests) == 5
