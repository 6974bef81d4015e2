"""What goes to every account of an organization: the role that reports read with, and the forwarders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployment import by_hand, files
from deployment.forwarders import Hub
from deployment.stack_sets import Wanted

MEMBER = files.ROOT / "reporter" / "member.yaml"


@dataclass(frozen=True, slots=True)
class Spread:
    """One template for all accounts. `what`: completes "12 of 14 accounts ...".

    `without`: the account that has its own already, or "". `is_ours`: tells by the parameters of a StackSet of
    that name whether it is this hub's.
    """

    name: str
    description: str
    template: str
    capability: str
    parameters: Mapping[str, str]
    regions: tuple[str, ...]
    what: str
    without: str
    is_ours: Callable[[Mapping[str, str]], bool]

    def by_hand(self) -> str:
        return by_hand.deploy(self.name, self.template, self.capability, self.parameters, self.regions)

    def wanted(self, units: Sequence[str], only: Sequence[str] | None, without: str) -> Wanted:
        """`only`: the accounts to deploy to, if not to all of the units but `without`, which may be "".

        Automatic deployment takes no notice of single accounts, so that it would give others a stack, too:
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
        """
        targets: dict[str, Any] = {"OrganizationalUnitIds": list(units)}
        if only is not None:
            targets |= {"Accounts": list(only), "AccountFilterType": "INTERSECTION"}
        elif without:
            targets |= {"Accounts": [without], "AccountFilterType": "DIFFERENCE"}
        body = (files.ROOT / self.template).read_text(encoding="utf-8")
        joins = only is None
        return Wanted(
            self.name,
            self.description,
            body,
            self.capability,
            self.parameters,
            targets,
            self.regions,
            joins,
        )


def member_set(hub: Hub) -> str:
    return f"{hub.stack}-member"


def is_member_set(hub: Hub, account: str) -> Callable[[Mapping[str, str]], bool]:
    """`account`: the hub's."""
    return lambda parameters: parameters.get("ExternalId") == f"{hub.stack}-{account}"


def is_forwarder_set(hub: Hub, account: str) -> Callable[[Mapping[str, str]], bool]:
    bus = f":events:{hub.region}:{account}:event-bus/{hub.stack}-hub"
    return lambda parameters: parameters.get("HubBusArn", "").endswith(bus)


def of_members(
    hub: Hub, outputs: Mapping[str, str], role: str, account: str, importer: str | None = None
) -> Spread:
    """IAM is the same in all regions: one stack in the hub's.

    `importer`: the role that imports findings into Security Hub; "" for none, None for the one it has.
    """
    imports = {} if importer is None else {"SecurityHubRoleArn": importer}
    return Spread(
        member_set(hub),
        f"The role that the last activity tracker of account {account} reads this account's IAM with.",
        str(MEMBER.relative_to(files.ROOT)),
        "CAPABILITY_NAMED_IAM",
        {
            "HubRoleArn": outputs["ReporterRoleArn"],
            "ExternalId": outputs["ExternalId"],
            "RoleName": role,
            **imports,
        },
        (hub.region,),
        f"have the role {role}",
        "",
        is_member_set(hub, account),
    )


def of_forwarders(hub: Hub, regions: Sequence[str], account: str) -> Spread:
    """The hub's own account has forwarders of its own."""
    several = f"all of {len(regions)} regions" if len(regions) > 1 else regions[0]
    return Spread(
        hub.forwarder,
        f"Forwards this account's CloudTrail events to the last activity tracker of account {account}.",
        str(files.FORWARDER.relative_to(files.ROOT)),
        "CAPABILITY_IAM",
        {"HubBusArn": hub.bus},
        tuple(regions),
        f"forward from {several}",
        account,
        is_forwarder_set(hub, account),
    )
