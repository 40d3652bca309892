"""`archwright serve`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import click

from archwright.cli.options import JSON
from archwright.cli.show import Sink


@click.command("serve")
@click.argument("plan", type=click.Path(path_type=Path), default=Path("out/plan.json"))
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; other than loopback only with keys."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--ledger",
    default="ledger.jsonl",
    show_default=True,
    help="Rows are appended to it: a file, an SQLite file (.sqlite) or postgresql://host/database#name.",
)
@click.option(
    "--keys", type=click.Path(path_type=Path), help="File of clients' keys (`archwright keys add`), read as it changes."
)
@click.option("--ledger-sync", is_flag=True, help="Store every row before its answer ends, so that a crash loses none.")
@click.option("--record", type=click.Path(path_type=Path), help="Also write every decision with its event and time.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that serve.")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Certificate as PEM: serve TLS.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key; none where --tls-cert holds it.")
@click.option("--admin-port", type=click.IntRange(0, 65535), help="Open the admin door there, on this machine only.")
@click.option(
    "--answers",
    default="",
    help="Database in which processes share answers by meaning (`index: pgvector`), as postgresql://host/db#name.",
)
@click.option(
    "--otlp", default="", help="Send traces to a collector there (OTLP over HTTP), such as http://127.0.0.1:4318."
)
@click.option("--log", type=click.Choice(["json"]), help="Write a line for each request to stderr.")
@JSON
def command(  # noqa: PLR0913 - one argument an option
    plan: Path,
    host: str,
    port: int,
    ledger: str,
    keys: Path | None,
    ledger_sync: bool,
    record: Path | None,
    workers: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    admin_port: int | None,
    answers: str,
    otlp: str,
    log: Literal["json"] | None,
    as_json: bool,
) -> None:
    """Serve a built PLAN: a gateway to real providers for clients of OpenAI and of Anthropic.

    Suppliers' keys come from the environment (OPENAI_API_KEY, MISTRAL_API_KEY and so on), clients' keys from the file
    named by --keys, or from ARCHWRIGHT_KEYS as tenant:key,tenant:key. Without clients' keys it serves this machine
    only. What was spent is read from the ledger, so a restart does not begin the month anew.

    It ends on SIGTERM once everything under way has its answer, and takes the PLAN over anew on SIGHUP. The admin door
    (GET /metrics, GET /state, POST /reload) has a port of its own, and the key of ARCHWRIGHT_ADMIN_KEY. Several workers
    share every limit by demand and write a ledger each.
    """
    Sink.of(as_json)
    from archwright.verbs.native import at_hand

    at_hand()  # before the gateway's modules are loaded
    from archwright.verbs.serve import serve as verb

    def say(line: str) -> None:
        click.echo(json.dumps({"say": line}) if as_json else line)

    if tls_key is not None and tls_cert is None:
        raise click.UsageError("--tls-key needs --tls-cert")
    verb(
        plan,
        host,
        port,
        ledger,
        record,
        sync=ledger_sync,
        key_file=keys,
        workers=workers,
        tls=(tls_cert, tls_key) if tls_cert is not None else None,
        admin_port=admin_port,
        otlp=otlp,
        answers=answers,
        log=log or "",
        say=say,
    )
