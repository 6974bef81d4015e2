"""`python -m deployment COMMAND [NAME=value ...]`, as the Makefile calls it."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deployment import (
    across,
    adoption,
    announcing,
    closing,
    deploying,
    files,
    forwarders,
    log_bucket,
    removal,
    stacks,
)
from deployment.forwarders import Hub
from deployment.settings import Parameters, Settings, Unusable, asked, complete, given, merged
from deployment.stacks import Failed
from lastseen.connection import failure, wrong_with_credentials

PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=60)


def main(command: str, words: Iterable[str]) -> int:
    parameters = files.parameters()
    words = given(words, parameters)
    path = _path(words)
    saved = files.load(files.pending(path) if command == "deploy" else path)
    settings = merged(saved, words, parameters)
    if not settings.region:
        settings = replace(settings, region=boto3.Session().region_name or "")
    if command == "settings":
        is_asked = sys.stdin.isatty() and not saved.values
        files.prepare(path, _settled(settings, words, parameters, is_asked=is_asked))
        return 0
    settings = complete(settings, parameters) if command == "deploy" else _placed(settings)
    return _COMMANDS[command](settings, words)


def _path(words: Mapping[str, str]) -> Path:
    return Path(words.get("CONFIG") or files.SAVED)


def _settled(
    settings: Settings, words: Mapping[str, str], parameters: Parameters, *, is_asked: bool
) -> Settings:
    """What to deploy. AWS is asked who deploys it before the first question, and before anything is built."""
    settings = _placed(settings) if is_asked else complete(settings, parameters)
    announcing.announce(_client, settings)
    settings = log_bucket.settle(_client, settings, words, parameters)
    _confirmable(is_told=words.get("YES") == "1")
    return complete(asked(settings, parameters, _ask), parameters) if is_asked else settings


def _confirmable(*, is_told: bool) -> None:
    """Where nobody can confirm the change, YES=1 must."""
    if not (is_told or sys.stdin.isatty()):
        raise Unusable("nothing was deployed: without a terminal, give YES=1")


def _placed(settings: Settings) -> Settings:
    if not settings.region:
        raise Unusable("no AWS region: give REGION=..., or set AWS_DEFAULT_REGION or the profile's region")
    return settings


def _deploy(settings: Settings, words: Mapping[str, str]) -> int:
    """Saves the settings once they are deployed."""
    path = _path(words)
    is_told = words.get("YES") == "1"
    _confirmable(is_told=is_told)
    cloudformation = _client("cloudformation", settings.region)
    if table := words.get("TABLE"):
        key = dict(settings.values).get(adoption.KEY, "")
        adoption.adopt(cloudformation, settings.stack, table, files.template(), key)
        print(f"Table {table} is taken into stack {settings.stack}.", flush=True)
    before = stacks.deployed(cloudformation, settings.stack)
    prepared = files.prepare(path, settings)
    is_changed = deploying.deploy(cloudformation, settings.stack, prepared, None if is_told else _ask)
    files.keep(path)
    stack = stacks.deployed(cloudformation, settings.stack)
    if stack is None:
        raise Failed(f"nothing was deployed: there is no stack {settings.stack} in {settings.region} yet")
    if not is_changed:
        print("\nNothing was deployed: there was nothing to change.")
    is_new = before is None or bool(words.get("TABLE"))
    outputs = stacks.outputs(stack)
    closing.show(settings, outputs)
    failed = _forward(settings, words) if words.get("FORWARD") else 0
    forwards = bool(words.get("FORWARD")) and not failed
    closing.tell(_client, settings, words, outputs, is_new=is_new, forwards=forwards)
    return failed


def _verify(settings: Settings, words: Mapping[str, str]) -> int:
    """The same as a person's own `lastseen doctor`, for the stack that is deployed here."""
    command = [sys.executable, "-m", "lastseen", "doctor", "--stack", settings.stack]
    asked = [*command, "--region", settings.region, "--wait", words.get("WAIT") or "15m"]
    return subprocess.run(asked, check=False).returncode


def _forward(settings: Settings, words: Mapping[str, str]) -> int:
    """In this account, and where the stack is an organization's, in its others."""
    hub, stack = _hub(settings)
    regions = _regions(settings, words)
    if words.get("FORWARD") == forwarders.NONE:
        print(f"\nRemoving what forwards to {hub.bus} (stacks {hub.forwarder}):", flush=True)
        return forwarders.tell(removal.withdraw(_client, hub, regions, stacks.parameters(stack)))
    body = files.FORWARDER.read_text(encoding="utf-8")
    print(f"\nForwarding to {hub.bus} (stack {hub.forwarder}):", flush=True)
    failed = forwarders.tell(forwarders.deploy(_client, hub, regions, body))
    return across.forward(_client, hub, stack, words, regions) or failed


def _members(settings: Settings, words: Mapping[str, str]) -> int:
    return across.members(_client, *_hub(settings), words)


def _hub(settings: Settings) -> tuple[Hub, dict[str, Any]]:
    """With its stack."""
    stack = stacks.deployed(_client("cloudformation", settings.region), settings.stack)
    if stack is None:
        raise Failed(f"there is no stack {settings.stack} in {settings.region}: run make deploy first")
    return Hub(settings.stack, settings.region, stacks.outputs(stack)["EventBusArn"]), stack


def _destroy(settings: Settings, words: Mapping[str, str]) -> int:
    stack = stacks.find(_client("cloudformation", settings.region), settings.stack)
    outputs = stacks.outputs(stack) if stack else {}
    table = outputs.get("ActivityTableName", "")
    removal.confirm(settings.stack, settings.region, is_told=words.get("YES") == "1")
    hub = Hub(settings.stack, settings.region, outputs.get("EventBusArn", ""))
    elsewhere = across.remove(_client, hub, dict(settings.values))
    here = removal.destroy(_client, hub, _regions(settings, words), settings.bucket)
    failed = forwarders.tell(chain(elsewhere, here))
    if table:
        print(f"\nThe table {table} is kept, with all that it has. To delete it, too:")
        print(f"    aws dynamodb delete-table --region {settings.region} --table-name {table}")
    return failed


def _regions(settings: Settings, words: Mapping[str, str]) -> list[str]:
    return forwarders.regions(_client, settings.region, words.get("FORWARD", "all"))


def _client(service: Any, region: str) -> Any:
    return boto3.Session().client(service, region_name=region, config=PATIENT)


def _ask(question: str, default: str) -> str:
    return input(f"{question} [{default}]: " if default else f"{question}: ")


_COMMANDS = {
    "deploy": _deploy,
    "verify": _verify,
    "members": _members,
    "forwarders": _forward,
    "destroy": _destroy,
}


def _run() -> int:
    try:
        return main(sys.argv[1], sys.argv[2:])
    except (Unusable, Failed) as error:
        why = str(error)
    except ClientError as error:
        refused = f"AWS refused {error.operation_name}: " + " ".join(str(error).split())
        why = wrong_with_credentials(error) or refused
    except BotoCoreError as error:
        why = failure(error)
    except (KeyboardInterrupt, EOFError):
        why = "stopped"
    name = "deploy" if sys.argv[1] == "settings" else sys.argv[1]
    print(f"{name}: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    os.environ.setdefault("SAM_CLI_TELEMETRY", "0")
    sys.exit(_run())
