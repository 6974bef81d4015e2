"""A large account, as IAM lists it and as the activity table knows it: worked out from numbers, stored nowhere."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import quote

from builders import ACCOUNT, credential_report

MADE, IDLE, BUSY = 500, 200, 1  # days ago
STATEMENT = {
    "Effect": "Allow",
    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:ecs:eu-west-1:{ACCOUNT}:*"}},
}
# About 1 KB, as IAM answers it.
POLICY = quote(json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT] * 4}))


@dataclass(frozen=True)
class Crowd:
    """Two active keys for each user, a password for every third. One key in `idle_in` was not used for 200 days.

    So it is with the passwords and the roles; what is not idle was used yesterday, by IAM's word and CloudTrail's.
    Of one in ten, the keys are those of a user each: as many users as there can be. The keys of the first
    `toggled` users were switched off and on since they were made, so that they fit no slot of the report. If
    `staggered`, a user's second key was used two days before the first, and by calls that every trail logs. If
    `bare`, no user has a password or a key, and none was ever seen.
    """

    users: int = 5000
    roles: int = 5000
    idle_in: int = 10
    toggled: int = 0
    staggered: bool = False
    bare: bool = False

    @cached_property
    def now(self):
        return datetime.now(UTC).replace(microsecond=0)

    def ago(self, days):
        return (self.now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def used(self, number):
        return self.ago(BUSY + 2 * (self.staggered and number % 2) if number % self.idle_in else IDLE)

    def user(self, number):
        listed = {
            "Path": "/",
            "UserName": f"user-{number:05}",
            "UserId": f"AIDA{number:017}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:user/user-{number:05}",
            "CreateDate": self.ago(MADE),
        }
        return listed | (
            {"PasswordLastUsed": self.used(number)} if has_password(number) and not self.bare else {}
        )

    def user_detail(self, number):
        listed = {name: value for name, value in self.user(number).items() if name != "PasswordLastUsed"}
        return listed | {"Tags": [{"Key": "team", "Value": f"team-{number % 100}"}], "GroupList": ["all"]}

    def role(self, number):
        return {
            "Path": "/service-role/",
            "RoleName": f"role-{number:05}",
            "RoleId": f"AROA{number:017}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/service-role/role-{number:05}",
            "CreateDate": self.ago(MADE),
            "AssumeRolePolicyDocument": POLICY,
        }

    def role_detail(self, number):
        return self.role(number) | {
            "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": POLICY}],
            "AttachedManagedPolicies": [{"PolicyName": "a", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/a"}],
            "Tags": [{"Key": "team", "Value": f"team-{number % 100}"}],
            "RoleLastUsed": {"LastUsedDate": self.used(number), "Region": "eu-west-1"},
        }

    def keys(self, user):
        """Of a user's number."""
        return [
            {
                "UserName": f"user-{user:05}",
                "AccessKeyId": f"AKIA{key:016}",
                "Status": "Active",
                "CreateDate": self.ago(MADE - key % 2),
            }
            for key in (2 * user, 2 * user + 1)
        ]

    def key_last_used(self, key):
        return {"LastUsedDate": self.used(key), "ServiceName": "s3", "Region": "eu-west-1"}

    def credential_report(self):
        return credential_report({"user": "<root_account>"}, *map(self._row, range(self.users)))

    def _row(self, number):
        row = {"user": f"user-{number:05}", "user_creation_time": self.ago(MADE)}
        if self.bare:
            return row
        if has_password(number):
            times = {"password_last_used": self.used(number), "password_last_changed": self.ago(MADE)}
            row |= {"password_enabled": "true"} | times
        for slot in (1, 2):
            key = 2 * number + slot - 1
            row |= {
                f"access_key_{slot}_active": "true",
                f"access_key_{slot}_last_rotated": self.ago(300 if number < self.toggled else MADE - key % 2),
                f"access_key_{slot}_last_used_date": self.used(key),
                f"access_key_{slot}_last_used_region": "eu-west-1",
                f"access_key_{slot}_last_used_service": "ec2" if self.staggered else "s3",
            }
        return row

    def activity(self, principal, facet):
        """The table's item, in plain values; None where there is none."""
        if principal == "coverage":
            return self._seen(self.ago(BUSY))
        kind, _, held = facet.partition("#")
        if principal.endswith(":root") or self.bare:
            return None
        if kind == "SIGNIN":
            return self._seen(self.used(int(principal[-5:])))
        if kind == "KEY" or (kind == "ID" and held.startswith("AROA")):
            return self._seen(self.used(int(held[4:])))
        if kind == "ID" and held:  # A user is as busy as the busier of the keys.
            return self._seen(self.ago(IDLE if self.idle_in == 1 else BUSY))
        return None

    def _seen(self, at):
        return {
            "first_seen": self.ago(MADE - 1),
            "last_seen": at,
            "event_id": "1f6d4e6e-7f4e-4bb0-a6c6-6a1a0b9f1c55",
            "event_source": "s3.amazonaws.com",
            "event_name": "ListBuckets",
            "account": ACCOUNT,
            "region": "eu-west-1",
            "source_ip": "198.51.100.7",
            "user_agent": "aws-cli/2.22.0 md/awscrt#0.23.8 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6",
        }


def has_password(user):
    return user % 3 == 0
