"""`make members`, the organization's part of `make forwarders`, and what `make destroy` takes away of both."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activity.accounts import Account
from deployment import by_hand, instances, organization, spread, stacks
from deployment.forwarders import REFUSED, Client, Hub, Outcome, reason
from deployment.instances import Instance, Standing, State
from deployment.organization import Organization, Unavailable
from deployment.spread import Spread
from deployment.stack_sets import StackSets, Wanted, differs
from deployment.stacks import Failed, Wait


@dataclass(frozen=True, slots=True)
class Rollout:
    """`units`: those of OU=...; `only`: the account ids of the parameter Accounts; each empty for all."""

    client: Client
    hub: Hub
    units: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    wait: Wait = time.sleep

    def deploy(self, what: Spread) -> bool:
        """Whether every account has it in the end; says what it does, and what is there. Raises Unavailable."""
        found = organization.organization(self.client, self.hub.region)
        sets = StackSets(self.client("cloudformation", self.hub.region), found.call_as, self.wait)
        there = sets.find(what.name)
        if there and not what.is_ours(stacks.parameters(there)):
            raise Failed(
                f"there is a StackSet {what.name} already, and it is of another hub: choose another STACK"
            )
        print(f"\nStackSet {what.name} in {self.hub.region}, as {found.who}:", flush=True)
        units = self._units(there)
        every, standing = self._accounts(found, units, what)
        before = standing(sets.instances(what.name) if there else [])
        only = [each.id for each in before.accounts] if self.only else None
        wanted = what.wanted(units, only, "" if what.without == found.management else what.without)
        failed = _bring(sets, wanted, there, before)
        now = standing(sets.instances(what.name))
        print("\n".join(f"  {line}" for line in instances.lines(now, what.what)))
        self._say_what_is_left(what, every[found.management], now, sets)
        return now.is_good and not failed

    def _units(self, there: Mapping[str, Any] | None) -> list[str]:
        """Those that it has already stay; at first, the whole organization."""
        known = there.get("OrganizationalUnitIds", []) if there else []
        if _is_whole(known) and self.units:
            print("  It covers the whole organization already: OU is not needed.")
            return list(known)
        found = list(dict.fromkeys([*known, *self.units]))
        return found or [organization.root(self.client("organizations", self.hub.region))]

    def _accounts(
        self, found: Organization, units: Sequence[str], what: Spread
    ) -> tuple[dict[str, Account], Callable[[Sequence[Instance]], Standing]]:
        """All accounts, by id, and what makes a standing of those that should have a stack."""
        organizations = self.client("organizations", self.hub.region)
        every = {each.id: each for each in organization.accounts(organizations)}
        without = found.management, what.without
        due = [each for each in every.values() if each.is_active and each.id not in without]
        due = [each for each in due if not self.only or each.id in self.only]
        within = set(every) if _is_whole(units) else organization.within(organizations, units)
        inside = [each for each in due if each.id in within]
        outside = [each for each in due if each.id not in within]
        return every, lambda known: Standing(inside, outside, what.regions, known)

    def _say_what_is_left(self, what: Spread, management: Account, standing: Standing, sets: StackSets) -> None:
        """The management account, and what only a person can do."""
        if what.without != management.id:
            print(f"  StackSets leaves out the management account, {management.title}. With its credentials:")
            print(f"    {what.by_hand()}")
        if standing.outside:
            print(
                "  For the other accounts, give their units as OU=..., or do the same with their credentials."
            )
        if lost := [each for each in standing.instances if each.state is State.INOPERABLE]:
            print(f"  {_release(sets, what.name, self.hub.region, lost)}")

    def remove(self, *, expected: bool, members: bool = True) -> Iterator[Outcome]:
        """The StackSets, each with its stacks. `expected`: whether this deployment is for an organization.

        `members`: whether that of the members' roles goes, too.
        """
        try:
            found = organization.organization(self.client, self.hub.region)
        except Unavailable as error:
            if expected:
                yield Outcome("StackSets", f"not looked for: {error}. What was deployed by hand stays")
            return
        sets = StackSets(self.client("cloudformation", self.hub.region), found.call_as, self.wait)
        both = (
            (self.hub.forwarder, spread.is_forwarder_set(self.hub, found.caller)),
            (spread.member_set(self.hub), spread.is_member_set(self.hub, found.caller)),
        )
        for name, is_ours in both if members else both[:1]:
            try:
                there = sets.find(name)
                if there and is_ours(stacks.parameters(there)):
                    yield _removed(sets, name, self.hub.region, there)
            except REFUSED as error:
                yield Outcome(f"StackSet {name}", reason(error), False)


def _is_whole(units: Sequence[str]) -> bool:
    """Whether the organization's root is among them."""
    return any(each.startswith("r-") for each in units)


def _bring(sets: StackSets, wanted: Wanted, there: Mapping[str, Any] | None, standing: Standing) -> bool:
    """Whether CloudFormation gave it up; what a single account lacks is seen afterwards."""
    try:
        for told in _brought(sets, wanted, there, standing):
            print(f"  {told}", flush=True)
    except Failed as error:
        print(f"  failed: {error}", flush=True)
        return True
    return False


def _brought(
    sets: StackSets, wanted: Wanted, there: Mapping[str, Any] | None, standing: Standing
) -> Iterator[str]:
    covered = there.get("OrganizationalUnitIds", []) if there else []
    # A unit may have no accounts yet. It has to be covered all the same, for those that will join it.
    is_new = wanted.joins and not set(covered) >= set(wanted.targets["OrganizationalUnitIds"])
    deploys = is_new or bool(standing.missing)
    if there is None:
        sets.create(wanted)
        yield "created"
    elif differs(wanted, there) or standing.to_repair:
        yield "updating its stacks; those that failed are tried again"
        sets.update(wanted, there)
    elif not deploys:
        yield "unchanged"
    if deploys:
        yield f"stacks to deploy: {len(standing.missing)}; in many accounts this takes a while"
        sets.deploy(wanted)


def _removed(sets: StackSets, name: str, region: str, there: Mapping[str, Any]) -> Outcome:
    """Its stacks first: CloudFormation deletes no StackSet that has any."""
    before = sets.instances(name)
    units = sorted({*there.get("OrganizationalUnitIds", []), *(each.unit for each in before if each.unit)})
    regions = sorted({*there.get("Regions", []), *(each.region for each in before)})
    if units and regions:
        sets.empty(name, units, regions)
    if left := sets.instances(name):
        why = next((each.reason for each in left if each.reason), "CloudFormation gives no reason")
        told = (
            f"failed: {len(left)} of {len(before)} stacks remain: {why}. {_release(sets, name, region, left)}"
        )
        return Outcome(f"StackSet {name}", told, False)
    sets.delete(name)
    return Outcome(f"StackSet {name}", f"removed, with {len(before)} stacks")


def _release(sets: StackSets, name: str, region: str, left: Sequence[Instance]) -> str:
    units = {each.unit for each in left}
    lost = {account: {each.region for each in of} for account, of in instances.by_account(left).items()}
    command = by_hand.release(name, region, sets.call_as, units, lost)
    return f"To leave these stacks where they are, as those of closed accounts: {command}"
