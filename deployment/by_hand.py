"""The commands that do in one account what a StackSet does in all: for those who have none, or are left out."""

import shlex
from collections.abc import Iterable, Mapping, Sequence


def deploy(
    stack: str, template: str, capability: str, parameters: Mapping[str, str], regions: Sequence[str]
) -> str:
    """To run with credentials of the account. It may be repeated."""
    where = regions[0] if len(regions) == 1 else '"$region"'
    given = " ".join(shlex.quote(f"{name}={value}") for name, value in parameters.items())
    command = (
        f"aws cloudformation deploy --region {where} --stack-name {stack} --template-file {template}"
        f" --capabilities {capability} --no-fail-on-empty-changeset --parameter-overrides {given}"
    )
    return command if len(regions) == 1 else f"for region in {' '.join(regions)}; do {command}; done"


def release(name: str, region: str, call_as: str, units: Iterable[str], lost: Mapping[str, set[str]]) -> str:
    """Takes stacks out of a StackSet and leaves them as they are. `lost`: their regions by account.

    What a closed account needs, whose stacks cannot be deleted:
    https://repost.aws/knowledge-center/cloudformation-removal-stacksets
    """
    regions = sorted(set().union(*lost.values()))
    targets = f"OrganizationalUnitIds={_list(units)},Accounts={_list(lost)},AccountFilterType=INTERSECTION"
    return (
        f"aws cloudformation delete-stack-instances --region {region} --call-as {call_as}"
        f" --stack-set-name {name} --retain-stacks --regions {' '.join(regions)}"
        f" --deployment-targets {shlex.quote(targets)}"
    )


def _list(values: Iterable[str]) -> str:
    """In the AWS CLI's shorthand: a list within a structure has brackets."""
    return f"[{','.join(sorted(values))}]"
