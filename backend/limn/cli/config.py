"""limn config, limn version: what is set, and what is running."""

from importlib.metadata import version as installed

import typer

from limn.envfile import written
from limn.settings import Settings, load, variable

app = typer.Typer(help="The settings, as this machine has them.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The settings, as this machine has them."""


@app.command()
def show() -> None:
    """Print every setting with its value; secrets are masked.

    Example: LIMN_PORT=9000 limn config show
    """
    for line in lines(load()):
        typer.echo(line)


def lines(settings: Settings) -> list[str]:
    """NAME=value, one a setting, secrets as ***."""
    return [f"{variable(name)}={written(getattr(settings, name))}" for name in Settings.model_fields]


def version() -> None:
    """Print the version."""
    typer.echo(f"limn {installed('limn')}")
