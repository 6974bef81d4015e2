"""One deployment: SAM prepares the change, a person sees and confirms it, CloudFormation makes it."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deployment import change_set, quiet, stacks
from deployment.settings import Unusable

Ask = Callable[[str, str], str]


def deploy(cloudformation: Any, stack: str, config: Path, ask: Ask | None) -> bool:
    """Whether anything was to be changed. `ask`: None to change it unasked.

    Raises Unusable if the change is declined, and Failed if it is not made.
    """
    print(f"Packaging; what SAM says is in {quiet.shown(quiet.LOG)}", flush=True)
    sam: list[str | Path] = [Path(sys.executable).with_name("sam"), "deploy", "--config-file", config.resolve()]
    prepare = ["--no-execute-changeset", "--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    arn = change_set.named_in(quiet.run([*sam, *prepare], quiet.LOG))
    if not arn:
        return False
    print("\n".join(change_set.lines(change_set.changes(cloudformation, stack, arn))), flush=True)
    if ask and ask("Deploy this? (y/N)", "").strip().lower() not in ("y", "yes"):
        cloudformation.delete_change_set(StackName=stack, ChangeSetName=arn)
        raise Unusable("nothing was deployed: the change was declined")
    print("Deploying; a new stack takes some 3 minutes", flush=True)
    before = stacks.find(cloudformation, stack)
    if before is None:
        raise Unusable(f"nothing was deployed: stack {stack} has gone meanwhile")
    change_set.execute(cloudformation, arn, before, change_set.aloud())
    return True


def logs_of(trails: Sequence[Mapping[str, Any]]) -> str:
    """Where the log files of the first trail of all regions are; "" if there is none."""
    found = [each for each in trails if each.get("IsMultiRegionTrail") and each.get("S3BucketName")]
    if not found:
        return ""
    prefix = found[0].get("S3KeyPrefix", "")
    return f"s3://{found[0]['S3BucketName']}/{prefix}{'/' if prefix else ''}"
