"""What quarantine may do is taken away, permission by permission, in the hub and in a member: the loss has to show.

As e2e/permissions.py does for the tracker, with which `make permissions` runs it.
"""

import json
from contextlib import contextmanager, suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from e2e.organization import of_account
from e2e.policies import listed
from e2e.quarantine_hub import MEMBER, ROLE, days_pass, flag, hub
from e2e.server import ACCOUNT
from e2e.unenforced import ELSEWHERE, IN_ANY_WAY, UNNOTICED

from activity.item import typed
from activity.model import to_text
from activity.quarantine.ledger import PRINCIPAL
from activity.quarantine.target import TAG

__all__ = ["hub"]  # A fixture.
STATIC = "tests/quarantine/test_policy.py::test_it_may_do_what_its_code_calls_and_no_more"
# What the server does not enforce, or what nobody in the member has; its credential report never expires.
HELD_ELSEWHERE = {
    "kms:Decrypt": STATIC,
    "kms:GenerateDataKey": STATIC,
    "logs:CreateLogStream": STATIC,
    "logs:PutLogEvents": STATIC,
    "sqs:SendMessage": STATIC,
    "iam:GenerateCredentialReport": IN_ANY_WAY,
    "iam:ListSigningCertificates": IN_ANY_WAY,
}
EXEMPT = "last-activity:exempt"


class Thing:
    """What is stale in the member: it is disabled by a run, or given back by one, as often as a test likes."""

    def __init__(self, hub, name, principal, facet, kind, held):
        self.hub, self.name, self.is_role = hub, name, kind == "role"
        self.principal, self.facet, self.finding = principal, facet, f"{MEMBER}:{kind}:{held}"
        self.entry = None

    def announced(self):
        """As it is kept after the announcement, and due."""
        flag(self.hub, self.principal, self.facet)
        if not self.entry:
            answer = self.hub.invoke(account=MEMBER)
            assert (answer["announced"], answer["brake"]) == (1, ""), answer
            days_pass(self.hub, self.finding, 15)
            self.entry = self.hub.entries()[self.finding]
        self.put(self.entry)

    def put(self, entry):
        self.hub.server.client("dynamodb").put_item(TableName="activity", Item=entry)

    def disable(self):
        """What shows that something is wrong; "" if nothing is."""
        self.announced()
        return wrong(self.hub.invoke(account=MEMBER), "disabled")

    def give_back(self):
        """A run was stopped half-way; by now it is exempt, so that another undoes the act."""
        half_way = self.entry | {"step": typed("acting"), "moved": typed(to_text(an_hour_ago()))}
        self.put(half_way)
        self.tag({"Key": EXEMPT, "Value": "x"})
        answer = self.hub.invoke(account=MEMBER)
        held = self.hub.entries()[self.finding]["held"]["S"]
        return wrong(answer, "held") or (f"the mail; {held}" if "failed" in held else "")

    def tag(self, *tags):
        with of_account(self.hub.server, "iam", MEMBER) as iam:
            if self.is_role:
                iam.tag_role(RoleName=self.name, Tags=list(tags))
            else:
                iam.tag_user(UserName=self.name, Tags=list(tags))

    def end(self):
        """As it was before."""
        with of_account(self.hub.server, "iam", MEMBER) as iam:
            named = {"RoleName": self.name} if self.is_role else {"UserName": self.name}
            untag = iam.untag_role if self.is_role else iam.untag_user
            untag(**named, TagKeys=[TAG, EXEMPT])
            if self.facet.startswith("KEY#"):
                key = self.facet.partition("#")[2]
                iam.update_access_key(**named, AccessKeyId=key, Status="Active")
            else:
                detach = iam.detach_role_policy if self.is_role else iam.detach_user_policy
                with suppress(iam.exceptions.NoSuchEntityException):
                    detach(**named, PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
        dynamodb = self.hub.server.client("dynamodb")
        for principal, facet in ((self.principal, self.facet), (PRINCIPAL, self.finding)):
            dynamodb.delete_item(
                TableName="activity", Key={"principal": typed(principal), "facet": typed(facet)}
            )


def an_hour_ago():
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def wrong(answer, step):
    if "errorMessage" in answer:
        return f"QuarantineFailedAlarm; {answer['errorType']}"
    if answer["brake"]:
        return f"the mail; {answer['brake'][:160]}"
    told = answer["problems"] or answer["notes"] or [f"{answer[step]} {step}, {answer['held']} held"]
    return (
        ""
        if answer[step] == 1 and not answer["problems"] and not answer["notes"]
        else f"the mail; {told[0][:160]}"
    )


@pytest.fixture(scope="module")
def things(hub):
    """Nothing is flagged until a path flags it."""
    key = Thing(hub, "alice", hub.user["Arn"], f"KEY#{hub.idle}", "access_key", hub.idle)
    user = Thing(hub, "ines", hub.ines["Arn"], f"ID#{hub.ines['UserId']}", "user", hub.ines["UserId"])
    role = Thing(hub, "batch", hub.batch["Arn"], f"ID#{hub.batch['RoleId']}", "role", hub.batch["RoleId"])
    return {"key": key, "User": user, "Role": role}


def paths_of(things, action):
    """What is done with all permissions first, and what is done without the one."""
    name = action.partition(":")[2]
    thing = things["Role" if "Role" in name else "User" if "UserPol" in name else "key"]
    if name.startswith(("Untag", "Detach")):
        return thing, thing.disable, thing.give_back
    return thing, None, thing.disable


class Policies:
    """Of one role of an account; one permission may be taken away."""

    def __init__(self, hub, account, role):
        self.of, self.role = partial(of_account, hub.server, "iam", account), role
        with self.of() as iam:
            names = iam.list_role_policies(RoleName=role)["PolicyNames"]
            self.documents = {
                each: iam.get_role_policy(RoleName=role, PolicyName=each)["PolicyDocument"] for each in names
            }

    def singles(self):
        """(policy, place of the statement, action, resource) of each that it allows."""
        for name, document in self.documents.items():
            for place, statement in enumerate(document["Statement"]):
                if statement["Effect"] == "Allow":
                    for action in listed(statement["Action"]):
                        for resource in listed(statement["Resource"]):
                            yield name, place, action, resource

    @contextmanager
    def without(self, name, place, action, resource):
        document = deepcopy(self.documents[name])
        taken = document["Statement"].pop(place)
        actions, resources = listed(taken["Action"]), listed(taken["Resource"])
        others = [each for each in actions if each != action], [each for each in resources if each != resource]
        if others[0]:
            document["Statement"].append(taken | {"Action": others[0]})
        if others[1]:
            document["Statement"].append(taken | {"Action": action, "Resource": others[1]})
        self._put(name, document)
        try:
            yield
        finally:
            self._put(name, self.documents[name])

    def _put(self, name, document):
        with self.of() as iam:
            iam.put_role_policy(RoleName=self.role, PolicyName=name, PolicyDocument=json.dumps(document))


def test_the_loss_of_a_permission_in_a_member_is_noticed(hub, things, losses):
    take_each_away(hub, things, losses, "member.yaml", Policies(hub, MEMBER, ROLE))


def test_the_loss_of_a_permission_in_the_hub_is_noticed(hub, things, losses):
    """What its own role may do with IAM and CloudTrail, the role of a member may there: the same statements."""
    own = Policies(hub, ACCOUNT, hub.outputs["QuarantineRoleArn"].rpartition("/")[2])
    take_each_away(hub, things, losses, "quarantine", own, leaves=("iam:", "cloudtrail:"))


def take_each_away(hub, things, losses, role, policies, leaves=()):
    for each in things.values():
        assert (each.disable(), each.end()) == ("", None)
    unnoticed = []
    for single in [each for each in policies.singles() if not each[2].startswith(leaves or "-")]:
        _, _, action, resource = single
        thing, first, then = paths_of(things, action)
        assert first is None or first() == ""
        with policies.without(*single):
            told = starts(hub) if action == "lambda:InvokeFunction" else then()
        thing.end()
        covered = HELD_ELSEWHERE.get(action, "").partition("::")[0]
        losses.append((role, action, resource, told or (f"{ELSEWHERE} {covered}" if covered else UNNOTICED)))
        unnoticed += [] if bool(told) != bool(covered) else [(action, resource, told)]
    assert unnoticed == []


def starts(hub):
    answer = hub.invoke()
    return f"QuarantineFailedAlarm; {answer['errorType']}" if "errorMessage" in answer else ""
