"""What the root user changes of its own sign-in and credentials: each change is kept by itself."""

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
# IAM's calls are about the caller where they name no user; some name the root user so, as no user can be named.
_ROOT = "AWS ROOT USER"


def is_own_change(record: Record) -> bool:
    """Whether it changed what its caller signs in with, if that is the root user."""
    if record.event_source == SIGN_IN:
        return record.event_name in CHANGES
    is_change = record.event_source == IAM and record.event_name in CHANGES_BY_IAM and not record.error_code
    return is_change and word(record.request_parameters, "userName") in ("", _ROOT)
