"""The command line: one file per group. Exit status 0 done, 1 failed, 2 misused, 130 interrupted."""

import sys

import typer

from limn.cli import config, content, doctor, models, serve, upkeep
from limn.errors import LimnError

app = typer.Typer(
    name="limn",
    help="A self-hosted gallery for artists that reads pictures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("demo")(content.demo)
app.command("doctor")(doctor.doctor)
app.command("backup")(upkeep.backup)
app.command("restore")(upkeep.restore)
app.command("fsck")(upkeep.fsck)
app.command("migrate")(upkeep.migrate)
app.add_typer(models.app, name="models")
app.add_typer(config.app, name="config")
app.command("version")(config.version)


def main() -> None:
    """Run the command; an error is one line on standard error."""
    try:
        app()
    except LimnError as error:
        sys.stderr.write(f"limn: {error.detail}\n")
        sys.exit(1)
    except OSError as error:  # a folder that cannot be made, a key file that cannot be read
        sys.stderr.write(f"limn: {error.filename}: {error.strerror}\n" if error.filename else f"limn: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
