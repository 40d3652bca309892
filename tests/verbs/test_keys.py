"""Keys of clients: shown once, kept as hashes for their owner only, listed, ended."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from archwright.base.errors import InputError, UsageError
from archwright.runtime.gateway.keys import holding, read_keys
from archwright.verbs.keys import add_key, list_keys, revoke_key
from archwright.verbs.present import answer_text

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def test_a_key_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    answer = add_key(file, "shop", now=NOW)
    key = answer.data["key"]
    assert key in answer_text(answer, 200, colour=False)
    assert len(key) > 40
    assert key.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]
    entry = read_keys(file).keys[0]
    assert (entry.tenant, entry.sha256) == ("shop", hashlib.sha256(key.encode()).hexdigest())
    listed = list_keys(file, NOW)
    assert key not in str(listed.data)
    assert entry.sha256 not in str(listed.data)


def test_keys_are_added_listed_and_revoked(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    one = add_key(file, "shop", now=NOW).data
    two = add_key(file, "desk", dt.date(2026, 12, 1), now=NOW).data
    three = add_key(file, "desk", now=NOW).data
    assert len({one["key"], two["key"], three["key"]}) == len({one["id"], two["id"], three["id"]}) == 3
    revoke_key(file, three["id"], NOW)
    revoke_key(file, three["id"], NOW + dt.timedelta(days=1))  # once more changes nothing
    states = [(item["tenant"], item["state"]) for item in list_keys(file, NOW).data["keys"]]
    assert states == [("shop", "holds"), ("desk", "holds"), ("desk", "revoked")]
    later = list_keys(file, NOW + dt.timedelta(days=10)).data["keys"]
    assert [item["state"] for item in later] == ["holds", "expired", "revoked"]
    keys, stray = holding(read_keys(file), ["desk"])
    assert [key.id for key in keys] == [two["id"]]
    assert [entry.id for entry in stray] == [one["id"]]
    assert keys[0].expires == dt.datetime(2026, 12, 1, tzinfo=dt.UTC).timestamp()


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    with pytest.raises(UsageError, match="1 to 100"):
        add_key(file, "  ", now=NOW)
    with pytest.raises(UsageError, match="1 to 100"):
        add_key(file, "a\nb", now=NOW)
    with pytest.raises(UsageError, match="is over already"):
        add_key(file, "shop", dt.date(2026, 11, 21), now=NOW)
    assert not file.exists()
    with pytest.raises(InputError, match="archwright keys add"):
        list_keys(file)
    name = add_key(file, "shop", now=NOW).data["id"]
    with pytest.raises(UsageError, match=f"did you mean '{name}'"):
        revoke_key(file, name + "x", NOW)
    (tmp_path / ".keys.json.new").touch()
    with pytest.raises(UsageError, match="another command is changing"):
        add_key(file, "shop", now=NOW)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"keys": 3}', b"\xff", b"[" * 100_000])
def test_what_is_no_file_of_keys_is_left_alone(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(text)
    with pytest.raises(InputError, match="cannot be read"):
        add_key(file, "shop", now=NOW)
    assert file.read_bytes() == text
