"""The root user's changes to its own sign-in and credentials, each of which is kept separately."""

from ingest.refusals import CHANGES, SIGN_IN
from ingest.wire import Record, word

IAM = "iam.amazonaws.com"
CHANGES_BY_IAM = {
    "CreateAccessKey",
    "UpdateAccessKey",
    "DeleteAccessKey",
    "EnableMFADevice",
    "DeactivateMFADevice",
    "UploadSigningCertificate",
    "UpdateSigningCertificate",
    "DeleteSigningCertificate",
}
# IAM's calls concern the caller if they name no user. Some name the root user so; no user can have that name.
_ROOT = "AWS ROOT USER"


def is_own_change(record: Record) -> bool:
    """Whether the call changed the root user's sign-in or credentials, provided that the root user made it."""
    if record.event_source == SIGN_IN:
        return record.event_name in CHANGES
    is_change = record.event_source == IAM and record.event_name in CHANGES_BY_IAM and not record.error_code
    return is_change and word(record.request_parameters, "userName") in ("", _ROOT)
