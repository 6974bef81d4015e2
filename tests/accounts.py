"""Accounts in memory, for reviews of many of them in no time: what IAM answers, and what the table holds.

Ages are in days before noon. IAM's word and CloudTrail's are given apart: `used` is IAM's, sightings are ours.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from botocore.exceptions import ClientError
from builders import ACCOUNT, NOON, activity, credential_report

from activity.days import Days
from activity.item import Item
from activity.model import Activity
from activity.snooze import Listed, Snooze
from reporter.inventory.iam import Iam
from reporter.judgement.known import Terms
from reporter.judgement.subjects import Limits
from reporter.listening.coverage import Trails
from reporter.review.gathering import Sources
from reporter.review.review import review

ARN = f"arn:aws:iam::{ACCOUNT}"
DAY = 86_400


@dataclass(frozen=True)
class Password:
    used: int | None = None
    changed: int = 500


@dataclass(frozen=True)
class Key:
    """`toggled`: switched off and on again, so that the report's column no longer has when it was made."""

    id: str = "AKIA1"
    made: int = 500
    used: int | None = None
    is_active: bool = True
    toggled: int | None = None


@dataclass(frozen=True)
class ServiceCredential:
    """`expires`: in days from noon."""

    id: str = "ACCAEXAMPLECRED00001"
    made: int = 200
    service: str = "bedrock.amazonaws.com"
    status: str = "Active"
    expires: int | None = None


@dataclass(frozen=True)
class SshKey:
    id: str = "APKAEXAMPLEKEY000001"
    made: int = 200
    status: str = "Active"


@dataclass(frozen=True)
class Certificate:
    id: str = "CERTEXAMPLE0000000000001"
    made: int = 200
    status: str = "Active"


@dataclass(frozen=True)
class User:
    """`signed_in`: what ListUsers says of its last sign-in, which outlives passwords and is ahead of the report."""

    name: str
    id: str
    made: int
    held: tuple
    exempt: str | None = None
    path: str = "/"
    signed_in: int | None = None
    is_in_report: bool = True
    made_in_report: int | None = None
    owner: str | None = None

    @property
    def arn(self):
        return f"{ARN}:user{self.path}{self.name}"

    @property
    def keys(self):
        return self.all_of(Key)

    def all_of(self, kind):
        return [each for each in self.held if isinstance(each, kind)]

    @property
    def password(self):
        return next((each for each in self.held if isinstance(each, Password)), None)


@dataclass(frozen=True)
class Role:
    name: str
    id: str
    made: int
    used: int | None = None
    exempt: str | None = None
    path: str = "/"
    tag: str | None = None
    owner: str | None = None

    @property
    def arn(self):
        return f"{ARN}:role{self.path}{self.name}"


@dataclass(frozen=True)
class Root:
    keys: int


@dataclass(frozen=True)
class Heard:
    """The days before the report on which events came; on all, if nothing is said."""

    days: Iterable[int] = range(431)


@dataclass(frozen=True)
class Refused:
    """A call that is denied: one of IAM's, `table`, `root`, `index`, `keys seen`, `ids`, `exempt` or `snoozes`."""

    call: str


def alice(*held, **more):
    return User(**{"name": "alice", "id": "AIDAALICE", "made": 500, "held": held} | more)


def deploy(**more):
    return Role(**{"name": "deploy", "id": "AROADEPLOY", "made": 300} | more)


def seen(days, facet, name="user/alice", **evidence):
    return activity(-days * DAY, principal=f"{ARN}:{name}", facet=facet, **evidence)


def seen_on(ages, facet, name="user/alice", **evidence):
    """Seen on several days, so many days ago; last on the latest of them."""
    told = [days(each) for each in ages]
    last = seen(min(ages), facet, name, **evidence)
    return last._replace(first_seen=min(told), days=Days.of(*(each.date() for each in told)))


def days(number):
    return NOON - timedelta(days=number)


def review_of(*things):
    """The real review, of people, roles, root, sightings, limits, terms, snoozes and refusals, at noon.

    A dict among them is what earlier reports have flagged, by key; a frozenset, the keys of who was exempt.
    """

    def those(kind):
        return [thing for thing in things if isinstance(thing, kind)]

    flagged = {key: flag for each in those(dict) for key, flag in each.items()}
    exempt = {key for each in those(frozenset) for key in each}
    refused = {each.call for each in those(Refused)}
    client = IamClient(those(User), those(Role), sum(each.keys for each in those(Root)), refused)
    # The report that flagged all of that was mailed.
    is_told = any(each.principal == "report" for each in those(Activity))
    mailed = [activity(-7 * DAY, principal="report", facet=ACCOUNT)] if flagged and not is_told else []
    (heard,) = those(Heard) or [Heard()]
    spoke = activity(0, principal="coverage", facet=f"{ACCOUNT}#eu-west-1", first=-300 * DAY)
    spoke = spoke._replace(days=Days.of(*(days(each).date() for each in heard.days)))
    sources = Sources(
        iam=Iam(client),
        trails=SimpleNamespace(check=Trails),
        table=Table([spoke, *mailed, *those(Activity)], refused),
        flags=SimpleNamespace(
            of=lambda account: flagged,
            exempt_of=lambda account: refuse_if("exempt" in refused, "Query") or exempt,
        ),
        snoozes=SimpleNamespace(
            of=lambda account: refuse_if("snoozes" in refused, "Query") or Listed(tuple(those(Snooze)))
        ),
    )
    terms = next(iter(those(Terms)), Terms(next(iter(those(Limits)), Limits())))
    return review(sources, ACCOUNT, terms, NOON)


class Table:
    """What the reporter asks of the activity table."""

    def __init__(self, activities, refused=()):
        self.items, self.by_facet = {}, defaultdict(list)
        self.refused = refused
        for each in activities:
            assert each.key not in self.items, f"two sightings of {each.key}: the table has the newest"
            self.items[each.key] = Item(each)
            self.by_facet[each.facet].append(each.principal)

    def get(self, keys):
        keys = list(keys)
        is_roots = any(principal.endswith(":root") for principal, _ in keys)
        refuse_if("table" in self.refused or ("root" in self.refused and is_roots), "BatchGetItem")
        return {key: self.items[key] for key in keys if key in self.items}

    def principals_with(self, facet):
        refuse_if("index" in self.refused, "Query")
        return self.by_facet[facet]

    def items_of(self, principal, *, facet_begins=""):
        items = self.items.items()
        return {key: item for key, item in items if key[0] == principal and key[1].startswith(facet_begins)}

    def of(self, principal, *, facet_begins=""):
        is_of_iam = principal.startswith(ARN)
        refuse_if("keys seen" in self.refused and is_of_iam and facet_begins, "Query")
        refuse_if("ids" in self.refused and is_of_iam and not facet_begins, "Query")
        items = self.items.items()
        return [
            each.activity for (arn, facet), each in items if arn == principal and facet.startswith(facet_begins)
        ]


class IamClient:
    """What the reporter asks of boto3's, with the columns and pages of https://docs.aws.amazon.com/IAM/latest/APIReference/."""

    exceptions = SimpleNamespace(NoSuchEntityException=KeyError)

    def __init__(self, users, roles, root_keys, refused):
        self.users, self.roles, self.root_keys, self.refused = users, roles, root_keys, refused

    def generate_credential_report(self):
        refuse_if("GenerateCredentialReport" in self.refused, "GenerateCredentialReport")
        return {"State": "COMPLETE"}

    def get_credential_report(self):
        refuse_if("GetCredentialReport" in self.refused, "GetCredentialReport")
        root = {"user": "<root_account>", "password_enabled": "not_supported"}
        root |= {f"access_key_{slot}_active": "true" for slot in range(1, self.root_keys + 1)}
        return {"Content": credential_report(root, *(_row(user) for user in self.users if user.is_in_report))}

    def list_account_aliases(self):
        return {"AccountAliases": ["acme"]}

    def get_access_key_last_used(self, AccessKeyId):  # noqa: N803  # boto3's name
        refuse_if("GetAccessKeyLastUsed" in self.refused, "GetAccessKeyLastUsed")
        (key,) = (key for user in self.users for key in user.keys if key.id == AccessKeyId)
        never = {"ServiceName": "N/A", "Region": "N/A"}
        return {"AccessKeyLastUsed": never if key.used is None else never | {"LastUsedDate": days(key.used)}}

    def get_account_authorization_details(self, **_):
        refuse_if("GetAccountAuthorizationDetails" in self.refused, "GetAccountAuthorizationDetails")
        return {
            "UserDetailList": [{"UserId": user.id, "Tags": _tags(user)} for user in self.users],
            "RoleDetailList": [
                {
                    "RoleName": role.name,
                    "Arn": role.arn,
                    "RoleId": role.id,
                    "Path": role.path,
                    "CreateDate": days(role.made),
                    "RoleLastUsed": {} if role.used is None else {"LastUsedDate": days(role.used)},
                    "Tags": [*_tags(role), *([{"Key": role.tag, "Value": ""}] if role.tag else [])],
                }
                for role in self.roles
            ],
        }

    def list_users(self, **_):
        refuse_if("ListUsers" in self.refused, "ListUsers")
        return {"Users": [_listed(user) for user in self.users]}

    def list_service_specific_credentials(self, *, AllUsers, **_):  # noqa: N803  # boto3's name
        assert AllUsers
        refuse_if("ListServiceSpecificCredentials" in self.refused, "ListServiceSpecificCredentials")
        every = ((user, each) for user in self.users for each in user.all_of(ServiceCredential))
        return {"ServiceSpecificCredentials": [_service_credential(*each) for each in every]}

    def list_ssh_public_keys(self, UserName):  # noqa: N803  # boto3's name
        refuse_if("ListSSHPublicKeys" in self.refused, "ListSSHPublicKeys")
        listed = [
            {"SSHPublicKeyId": key.id, "Status": key.status, "UploadDate": days(key.made)}
            for key in self._user(UserName).all_of(SshKey)
        ]
        return {"SSHPublicKeys": listed}

    def list_signing_certificates(self, UserName):  # noqa: N803  # boto3's name
        refuse_if("ListSigningCertificates" in self.refused, "ListSigningCertificates")
        listed = [
            {"CertificateId": each.id, "Status": each.status, "UploadDate": days(each.made)}
            for each in self._user(UserName).all_of(Certificate)
        ]
        return {"Certificates": listed}

    def _user(self, name):
        (user,) = (user for user in self.users if user.name == name)
        return user

    def list_access_keys(self, UserName):  # noqa: N803  # boto3's name
        refuse_if("ListAccessKeys" in self.refused, "ListAccessKeys")
        user = self._user(UserName)
        status = {True: "Active", False: "Inactive"}
        return {
            "AccessKeyMetadata": [
                {"AccessKeyId": key.id, "CreateDate": days(key.made), "Status": status[key.is_active]}
                for key in user.keys
            ]
        }


def refuse_if(is_refused, call):
    if is_refused:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, call)


def _listed(user):
    signed_in = user.password.used if user.password and user.signed_in is None else user.signed_in
    told = {} if signed_in is None else {"PasswordLastUsed": days(signed_in)}
    named = {"UserName": user.name, "Arn": user.arn, "UserId": user.id}
    return named | {"CreateDate": days(user.made)} | told


def _service_credential(user, each):
    listed = {
        "UserName": user.name,
        "ServiceName": each.service,
        "Status": each.status,
        "ServiceSpecificCredentialId": each.id,
        "CreateDate": days(each.made),
    }
    return listed if each.expires is None else listed | {"ExpirationDate": days(-each.expires)}


def _row(user):
    """The report leaves out when a key was made that is not active, and all keys but two."""
    made = user.made if user.made_in_report is None else user.made_in_report
    row = {"user": user.name, "user_creation_time": days(made).isoformat()}
    if user.password:
        used = user.password.used
        row |= {
            "password_enabled": "true",
            "password_last_used": "no_information" if used is None else days(used).isoformat(),
            "password_last_changed": days(user.password.changed).isoformat(),
        }
    for number, key in enumerate(user.keys[:2], 1):
        if key.is_active:
            rotated = key.made if key.toggled is None else key.toggled
            row |= {
                f"access_key_{number}_active": "true",
                f"access_key_{number}_last_rotated": days(rotated).isoformat(),
            }
        if key.used is not None:
            row[f"access_key_{number}_last_used_date"] = days(key.used).isoformat()
    for number, each in enumerate((each for each in user.all_of(Certificate) if each.status == "Active"), 1):
        row |= {f"cert_{number}_active": "true", f"cert_{number}_last_rotated": days(each.made).isoformat()}
    if len(user.keys) > 2:
        row["additional_credentials_info"] = f"{len(user.keys)} access keys"
    return row


def _tags(thing):
    tags = {"last-activity:exempt": thing.exempt, "owner": thing.owner}
    return [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
