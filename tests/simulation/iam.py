"""What IAM answers of the account: late by some hours, its credential report as it was up to four hours ago."""

# ruff: noqa: N803  # The arguments are boto3's.

from datetime import timedelta
from types import SimpleNamespace

from botocore.exceptions import ClientError
from builders import credential_report

_REPORT_AGE = timedelta(hours=4)
_NEVER = {"ServiceName": "N/A", "Region": "N/A"}


class NoSuchEntity(ClientError):
    pass


class Iam:
    """`refused`: the calls that are denied."""

    exceptions = SimpleNamespace(NoSuchEntityException=NoSuchEntity)
    meta = SimpleNamespace(
        events=SimpleNamespace(register=lambda *_, **__: None, unregister=lambda *_, **__: None)
    )

    def __init__(self, account, clock):
        self.account, self.clock = account, clock
        self.refused = frozenset()
        self.reported = None
        self._content = b""

    def generate_credential_report(self):
        self._refuse("GenerateCredentialReport")
        now = self.clock()
        if self.reported is None or now - self.reported >= _REPORT_AGE:
            self.reported = now
            root = {"user": "<root_account>", "password_enabled": "not_supported"}
            self._content = credential_report(root, *(self._row(user) for user in self.account.users))
        return {"State": "COMPLETE"}

    def get_credential_report(self):
        return {"Content": self._content}

    def list_account_aliases(self):
        return {"AccountAliases": ["acme"]}

    def get_account_authorization_details(self, **_):
        self._refuse("GetAccountAuthorizationDetails")
        return {
            "UserDetailList": [{"UserId": user.id, "Tags": _tags(user)} for user in self.account.users],
            "RoleDetailList": [
                {
                    "RoleName": role.name,
                    "Arn": role.arn,
                    "RoleId": role.id,
                    "Path": role.path,
                    "CreateDate": role.made,
                    "RoleLastUsed": self._last_used(("role", role.id)),
                    "Tags": _tags(role),
                }
                for role in self.account.roles
            ],
        }

    def list_users(self, **_):
        self._refuse("ListUsers")
        return {"Users": [self._listed(user) for user in self.account.users]}

    def list_access_keys(self, UserName):
        self._refuse("ListAccessKeys")
        (user,) = (user for user in self.account.users if user.name == UserName)
        status = {True: "Active", False: "Inactive"}
        return {
            "AccessKeyMetadata": [
                {"AccessKeyId": key.id, "CreateDate": key.made, "Status": status[key.is_active]}
                for key in user.keys
            ]
        }

    def list_service_specific_credentials(self, **_):
        return {"ServiceSpecificCredentials": []}

    def list_ssh_public_keys(self, **_):
        return {"SSHPublicKeys": []}

    def list_signing_certificates(self, **_):
        return {"Certificates": []}

    def get_access_key_last_used(self, AccessKeyId):
        self._refuse("GetAccessKeyLastUsed")
        return {"AccessKeyLastUsed": _NEVER | self._last_used(("access_key", AccessKeyId))}

    def last_used(self, thing):
        """What was refused counts as well."""
        known = (
            use.at for use in self.account.uses_of(thing) if use.iam_knows and use.iam_knows <= self.clock()
        )
        return max(known, default=None)

    def _last_used(self, thing):
        at = self.last_used(thing)
        return {"LastUsedDate": at} if at else {}

    def _listed(self, user):
        named = {"UserName": user.name, "Arn": user.arn, "UserId": user.id, "CreateDate": user.made}
        signed_in = self.last_used(("password", user.id))
        return named | ({"PasswordLastUsed": signed_in} if signed_in else {})

    def _row(self, user):
        row = {"user": user.name, "user_creation_time": user.made.isoformat()}
        if user.password:
            used = self.last_used(("password", user.id))
            row |= {
                "password_enabled": "true",
                "password_last_used": used.isoformat() if used else "no_information",
                "password_last_changed": user.password.isoformat(),
            }
        for number, key in enumerate(user.keys[:2], 1):
            used = self.last_used(("access_key", key.id))
            if key.is_active:
                row[f"access_key_{number}_active"] = "true"
                row[f"access_key_{number}_last_rotated"] = (key.toggled or key.made).isoformat()
            if used:
                row[f"access_key_{number}_last_used_date"] = used.isoformat()
        return row

    def _refuse(self, call):
        if call in self.refused:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, call)


def _tags(thing):
    return [{"Key": "last-activity:exempt", "Value": "audit"}] if thing.is_exempt else []
