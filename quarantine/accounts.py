"""The accounts that quarantine covers: its own, and members that gave it a role: quarantine/member.yaml.

Each member has a run of its own, and with it its own time, retry and dead letter.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from activity import settings
from reporter.inventory.account import Gap
from reporter.inventory.answers import reason
from reporter.organization.accounts import given
from reporter.organization.members import Members
from reporter.run import Caller, Clients

_REFUSED = (
    "the role {} is not there, does not trust quarantine, or is denied by a policy of the organization."
    " Fix: deploy quarantine/member.yaml to the account, or take it out of Accounts"
)


class NotCovered(Exception):
    """The account is not among those that quarantine was told to cover."""


class RoleRefused(Exception):
    """A member does not give its role: nothing is known of it, and nothing is done there."""


class NotStarted(Exception):
    """The runs of some members could not be started."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """`own`: who this runs as. `others`: the members' ids. `function`: the name of this very function."""

    own: Caller
    others: tuple[str, ...]
    members: Members
    function: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        sts = boto3.client("sts")
        own = Caller.ask(sts)
        others = tuple(each.id for each in given(environ.get("ACCOUNTS", "")) if each.id != own.account)

        def needed(name: str) -> str:
            return settings.text(environ, name) if others else ""

        role, external_id = needed("MEMBER_ROLE_NAME"), needed("EXTERNAL_ID")
        members = Members(sts, role, external_id, own.partition, own.account, refused=_REFUSED)
        return cls(own, others, members, needed("AWS_LAMBDA_FUNCTION_NAME"))

    def asked_for(self, event: Any) -> str:
        """The account that a run is asked for by name, or its own."""
        return str(event.get("account", self.own.account)) if isinstance(event, Mapping) else self.own.account

    def acting_in(self, account: str) -> tuple[Caller, Clients]:
        """Who acts there, and what makes clients that do. Raises NotCovered, RoleRefused, botocore's errors."""
        if account not in (self.own.account, *self.others):
            raise NotCovered(f"account {account} is not in the parameter Accounts of quarantine's stack")
        clients = self.members.clients(account)
        if isinstance(clients, Gap):
            raise RoleRefused(f"{clients.what}: {clients.reason}")
        return self.own if account == self.own.account else Caller.ask(clients("sts")), clients

    def start_others(self) -> list[str]:
        """Has this function run once more for each member. Answers why, for each that could not be started."""
        if not self.others:
            return []
        functions, unstarted = boto3.client("lambda"), []
        for each in self.others:
            asked = json.dumps({"account": each})
            try:
                functions.invoke(FunctionName=self.function, InvocationType="Event", Payload=asked)
            except (ClientError, BotoCoreError) as error:
                unstarted.append(f"account {each}: {reason(error)}")
        return unstarted
