"""limn doctor: what is wrong with this gallery, if anything."""

import json
from dataclasses import asdict
from functools import partial
from typing import Annotated

import anyio
import typer

from limn.settings import load


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    hub: Annotated[bool, typer.Option("--hub", help="Ask the hub of models, too, whether it answers.")] = False,
) -> None:
    """Check Python, the decoders, the models, the store, the blobs and the eyes. Exit status 1 when something is wrong.

    Examples: limn doctor; limn doctor --hub; limn doctor --json
    """
    from limn.maintenance.doctor import examine  # noqa: PLC0415  the other commands start without decoders

    findings = anyio.run(partial(examine, load(), ask_hub=hub))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            hint = f"  {finding.hint}" if finding.hint and not finding.ok else ""
            typer.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.detail}{hint}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
