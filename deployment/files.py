"""The template's parameters, and the file in which SAM finds what it deploys with.

samconfig.toml is what the project says. What is deployed, an address among it, is kept beside it in a file that
git ignores; what is to be deployed is in .aws-sam until it is.
"""

from pathlib import Path
from typing import Any

import tomlkit
from samtranslator.yaml_helper import yaml_parse
from tomlkit.exceptions import TOMLKitError

from deployment import overrides
from deployment.settings import STACK, Parameters, Settings, Unusable

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "template.yaml"
FORWARDER = ROOT / "ingest" / "forwarder.yaml"
PROJECTS = ROOT / "samconfig.toml"
SAVED = ROOT / "deployed.toml"
NEW = {"capabilities": "CAPABILITY_IAM", "confirm_changeset": True, "resolve_s3": True}


def parameters() -> Parameters:
    found: Parameters = template()["Parameters"]
    return found


def template() -> dict[str, Any]:
    found: dict[str, Any] = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    return found


def load(path: Path) -> Settings:
    path = _there(path)
    if not path.exists():
        return Settings()
    document = _read(path).unwrap()
    said = _section(document, "global") | _section(document, "deploy")  # As SAM has it.
    settings = Settings(said.get("stack_name") or STACK, said.get("region", ""), said.get("s3_bucket", ""))
    try:
        return settings.with_values(overrides.read(said.get("parameter_overrides", "")))
    except Unusable as error:
        raise Unusable(f"{path}: parameter_overrides: {error}") from error


def prepare(path: Path, settings: Settings) -> Path:
    """The file to deploy from: what `path` is to say, once it is deployed."""
    found, known = _prepared(path), _there(path)
    document: Any = _read(known) if known.exists() else tomlkit.parse("version = 0.1\n")
    _fill(document, settings)
    found.parent.mkdir(exist_ok=True)
    found.write_text(tomlkit.dumps(document), encoding="utf-8")
    return found


def pending(path: Path) -> Path:
    """What is prepared for it, or else what is deployed."""
    found = _prepared(path)
    return found if found.exists() else path


def keep(path: Path) -> None:
    """To call once what is prepared is deployed."""
    _prepared(path).replace(path)


def _prepared(path: Path) -> Path:
    return path.parent / ".aws-sam" / f"to-deploy-{path.name}"


def _fill(document: Any, settings: Settings) -> None:
    """What else the file says stays."""
    default = document.setdefault("default", tomlkit.table(is_super_table=True))
    for name in ("global", "deploy"):
        default.setdefault(name, tomlkit.table(is_super_table=True)).setdefault("parameters", tomlkit.table())
    default["global"]["parameters"]["stack_name"] = settings.stack
    deploy = default["deploy"]["parameters"]
    for name, value in NEW.items():
        deploy.setdefault(name, value)
    deploy.pop("s3_bucket", None)
    deploy["resolve_s3"] = not settings.bucket
    if settings.bucket:
        deploy["s3_bucket"] = settings.bucket
    deploy["s3_prefix"] = settings.stack
    deploy["region"] = settings.region
    deploy["parameter_overrides"] = overrides.written(dict(settings.values))


def _there(path: Path) -> Path:
    """Until it is saved for the first time, the project's own: settings were once kept there."""
    return PROJECTS if path == SAVED and not path.exists() else path


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except TOMLKitError as error:
        raise Unusable(f"{path} cannot be read: {error}") from error


def _section(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document.get("default", {}).get(name, {}).get("parameters", {})
    return found
