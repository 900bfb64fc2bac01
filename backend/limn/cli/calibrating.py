"""limn models calibrate: what would change, the question whether it shall, and the change."""

import statistics
import sys
from collections.abc import Sequence

import typer

from limn.maintenance.calibration import Proposal, apply, propose
from limn.resources import open_resources
from limn.settings import Settings

_BAR = 30
_VERDICTS = ("strong", "good", "partial", "weak")


async def calibrated(settings: Settings, yes: bool) -> bool:  # noqa: FBT001  anyio.run passes it by place
    """Whether the numbers that were found are in force now. Raises as `propose`."""
    async with open_resources(settings) as resources:
        proposal = await propose(resources, _heard)
        for line in told(proposal):
            typer.echo(line)
        if proposal.before == proposal.after and not proposal.changes:
            typer.echo("These numbers are in force already.")
            return True
        if not yes and not _confirmed():
            typer.echo("Nothing was changed.")
            return False
        replaced = await apply(resources.store, proposal)
        backlog = await resources.store.analyses.backlog()
    typer.echo(f"Calibrated; {replaced} scores changed.")
    if backlog["pending"] + backlog["running"]:
        typer.echo(
            "Works that a server is looking at just now may keep the old numbers: calibrate again when it is done."
        )
    return True


def told(proposal: Proposal) -> list[str]:
    """What was found and what it would change, a line each."""
    before, after = proposal.before, proposal.after
    verdicts = sum(one.before.verdict != one.after.verdict for one in proposal.changes)
    return [
        f"In {after.space}:",
        f"{len(proposal.own)} pictures with their own descriptions, {len(proposal.shuffled)} with those of others.",
        f"  own       {_spread(proposal.own)}",
        f"  others'   {_spread(proposal.shuffled)}",
        "",
        f"            {'now':>8}  {'fitted':>8}",
        f"  midpoint  {before.midpoint:8.4f}  {after.midpoint:8.4f}",
        f"  scale     {before.scale:8.4f}  {after.scale:8.4f}",
        f"  pairs     {before.pairs:8}  {after.pairs:8}",
        "",
        *_histogram(proposal),
        "",
        f"{len(proposal.changes)} of {len(proposal.matches)} matches would change, {verdicts} of them their verdict.",
    ]


def _histogram(proposal: Proposal) -> list[str]:
    now, then = proposal.verdicts
    most = max(*now.values(), *then.values(), 1)
    lines = []
    for verdict in _VERDICTS:
        for when, counts in (("now", now), ("then", then)):
            bar = "#" * round(_BAR * counts[verdict] / most)
            lines.append(f"  {verdict if when == 'now' else '':8}  {when:4} {counts[verdict]:6}  {bar}".rstrip())
    return lines


def _spread(cosines: Sequence[float]) -> str:
    low, middle, high = (statistics.quantiles(cosines, n=20)[at] for at in (0, 9, 18))
    return f"cosine {middle:.3f}, nine tenths of them from {low:.3f} to {high:.3f}"


def _heard(done: int, of: int) -> None:
    """On a terminal, for a thousand descriptions take a minute."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {of} descriptions read" + ("\n" if done == of else ""))
        sys.stderr.flush()


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        typer.echo("Say --yes to have it done.", err=True)
        return False
    return typer.confirm("Score all matches anew by these numbers?")
