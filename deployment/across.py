"""What `make members`, `make forwarders` and `make destroy` do in other accounts than the hub's."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deployment import organization, spread, stacks
from deployment.change_set import aloud
from deployment.forwarders import Client, Hub, Outcome
from deployment.organization import Unavailable
from deployment.rollout import Rollout
from deployment.spread import Spread
from deployment.stacks import Failed, Wait

# Parameters of the stack.
ROLE, ACCOUNTS, ORGANIZATION = "MemberRoleName", "Accounts", "OrganizationId"


def members(
    client: Client, hub: Hub, stack: dict[str, Any], words: Mapping[str, str], wait: Wait | None = None
) -> int:
    """The exit status: 1 unless every account has the role. Raises Failed if the stack reads no others."""
    role = stacks.parameters(stack).get(ROLE)
    if not role:
        raise Failed(
            f"stack {hub.stack} reports on its own account alone:"
            f" run make deploy {ROLE}=last-activity-member first"
        )
    what = spread.of_members(hub, stacks.outputs(stack), role, _account(hub), words.get("SECURITY_HUB"))
    try:
        return int(not _rollout(client, hub, stack, words, wait).deploy(what))
    except Unavailable as error:
        _say_by_hand(what, error, stack)
        return 1


def forward(
    client: Client,
    hub: Hub,
    stack: dict[str, Any],
    words: Mapping[str, str],
    others: Sequence[str],
    wait: Wait | None = None,
) -> int:
    """The exit status. `others`: the regions other than the hub's, whose events nobody else forwards either.

    Without StackSets, forwarders of other accounts are deployed by hand, which is no failure.
    """
    given = stacks.parameters(stack)
    if not given.get(ORGANIZATION):
        if given.get(ROLE):
            print(f"\nOther accounts may not forward: that takes make deploy {ORGANIZATION}=o-...")
        return 0
    what = spread.of_forwarders(hub, [hub.region, *others], _account(hub))
    try:
        return int(not _rollout(client, hub, stack, words, wait).deploy(what))
    except Unavailable as error:
        _say_by_hand(what, error, stack)
        return 0


def remove(client: Client, hub: Hub, saved: Mapping[str, str], wait: Wait | None = None) -> Iterator[Outcome]:
    """`saved`: the parameters that the stack was deployed with; it may be gone."""
    expected = bool(saved.get(ROLE) or saved.get(ORGANIZATION))
    return Rollout(client, hub, wait=_removing(wait)).remove(expected=expected)


def withdraw(client: Client, hub: Hub, saved: Mapping[str, str], wait: Wait | None = None) -> Iterator[Outcome]:
    """Of what remove() takes away, only the forwarders."""
    expected = bool(saved.get(ORGANIZATION))
    return Rollout(client, hub, wait=_removing(wait)).remove(expected=expected, members=False)


def _removing(wait: Wait | None) -> Wait:
    return aloud(what="removing") if wait is None else wait


def _rollout(
    client: Client, hub: Hub, stack: dict[str, Any], words: Mapping[str, str], wait: Wait | None
) -> Rollout:
    return Rollout(
        client, hub, organization.units(words.get("OU", "")), _listed(stack), aloud() if wait is None else wait
    )


def _listed(stack: dict[str, Any]) -> tuple[str, ...]:
    return tuple(filter(None, stacks.parameters(stack).get(ACCOUNTS, "").split(",")))


def _account(hub: Hub) -> str:
    return hub.bus.split(":")[4]


def _say_by_hand(what: Spread, error: Unavailable, stack: dict[str, Any]) -> None:
    print(f"\nOther accounts: StackSets cannot be used: {error}")
    which = f"each of {', '.join(only)}" if (only := _listed(stack)) else "each account"
    print(f"Without it, run this with credentials of {which}:")
    print(f"    {what.by_hand()}")
