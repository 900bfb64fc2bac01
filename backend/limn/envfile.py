"""Settings as text: the lines of `.env.example`, and a value as it is written in the environment."""

import re

from limn.settings import UNBUILT, Settings, names, variable

_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)")


def example() -> str:
    """The text of `.env.example`: every name with its sentence and its default, commented out where that is empty."""
    unbuilt = {name for name, _ in UNBUILT}
    lines = [
        "# Every setting of Limn with its default: copy this file to .env, chmod 600, and keep what you change.",
        "# The environment wins over .env; an empty value is the default; an unknown LIMN_ name stops the start.",
    ]
    for name, field in Settings.model_fields.items():
        also = "".join(f" ({alias} is read too)" for alias in names(name)[1:])
        later = " Not built yet." if name in unbuilt else ""
        default = written(field.default)
        lines += ["", f"# {_about(name)}{also}.{later}", f"{'' if default else '# '}{variable(name)}={default}"]
    return "\n".join(lines) + "\n"


def written(value: object) -> str:
    """A value as it is written in the environment; a secret, and a password in an address, as stars."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(":".join(pair) for pair in value)
        case _:
            return _PASSWORD.sub(r"\1:***", str(value))


def _about(field: str) -> str:
    extra = Settings.model_fields[field].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["about"])
