"""What the root user changed of its own sign-in and credentials, in words."""

_KEY = "an access key of the root user"
_DEVICE = "an MFA device of the root user"
_CERTIFICATE = "a signing certificate of the root user"
_PASSWORD = "the root user's password"  # noqa: S105  # what is told, not a password

# By the names of CloudTrail's events.
_WORDS = {
    "EmailUpdated": ("the root user's email address", "changed"),
    "PasswordUpdated": (_PASSWORD, "changed"),
    "PasswordRecoveryCompleted": (_PASSWORD, "reset"),
    "CreateAccessKey": (_KEY, "created"),
    "UpdateAccessKey": (_KEY, "enabled or disabled"),
    "DeleteAccessKey": (_KEY, "deleted"),
    "EnableMFADevice": (_DEVICE, "added"),
    "DeactivateMFADevice": (_DEVICE, "removed"),
    "UploadSigningCertificate": (_CERTIFICATE, "added"),
    "UpdateSigningCertificate": (_CERTIFICATE, "enabled or disabled"),
    "DeleteSigningCertificate": (_CERTIFICATE, "deleted"),
}


def in_words(event_name: str) -> tuple[str, str]:
    """What was changed, and what was done to it."""
    return _WORDS.get(event_name, ("a credential of the root user", "changed"))
