"""Which addresses calls may go to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.address import near, wrong


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1", "http://127.0.0.1:8080/v1", "http://10.0.0.5/v1", "http://vllm:8000/v1", "http://[::1]:9/v1",
        "http://localhost/v1", "https://llm.example.com", "http://model.svc.cluster.local:80/v1", "https://a-1.b2.example/x%20y",
    ],
)  # fmt: skip
def test_what_a_supplier_may_have(url: str) -> None:
    assert wrong(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "file:///etc/passwd", "gopher://x/", "ftp://x/", "//x/v1", "http://", "http:///v1", "http://x:0/", "http://x:99999/",
        "http://[::1/", "http://x y/", "http://x/\n", "http://b\u00fccher.example/", "https://user:pw@api.example.com/v1",
        "https://key@api.example.com/v1", "https://api.example.com/v1?key=abc", "https://api.example.com/v1#x",
        "http://169.254.169.254/latest", "https://169.254.169.254./", "http://[fe80::1]/", "http://[fe80::1%25eth0]/",
        "http://[::ffff:169.254.169.254]/v1", "http://[fd00:ec2::254]/", "http://168.63.129.16/", "http://100.100.100.200/",
        "http://metadata.google.internal/x", "http://METADATA.google.internal./x", "http://2852039166/v1", "http://0xA9FEA9FE/",
        "http://0251.0376.0251.0376/", "http://169.254.43518/", "http://0.0.0.0:80/v1", "http://[::]/", "http://224.0.0.1/",
    ],
)  # fmt: skip
def test_what_is_no_place_for_calls(url: str) -> None:
    assert wrong(url)


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://"]))
def test_anything_at_all(text: str, scheme: str) -> None:
    assert isinstance(wrong(scheme + text), str)


def test_a_tool_may_be_asked_with_a_query() -> None:
    assert wrong("https://api.example.com/find?index=1", query=True) == ""


def test_what_is_near() -> None:
    for url in ("http://127.0.0.1/", "http://10.1.2.3/", "http://vllm/", "http://x.internal/", "http://[::1]/"):
        assert near(url)
    for url in ("http://api.example.com/", "http://8.8.8.8/", "http://localhost.evil.com/"):
        assert not near(url)
