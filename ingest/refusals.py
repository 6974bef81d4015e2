"""Records that prove nothing, whoever they name, and refused calls, which prove only an attempt."""

from collections.abc import Iterable

from ingest.error_codes import BAD_CREDENTIAL, EITHER, NO_PERMISSION, OF_ONE_SERVICE
from ingest.principals import Ignored, Principal
from ingest.wire import Record, word

SIGN_IN = "signin.amazonaws.com"
INSIGHT = "awscloudtrailinsight"

# AWS prints both AwsVpceEvent and AwsVpceEvents. Records older than eventType have none.
_CALLS = {"awsapicall", "awsvpceevent", "awsvpceevents"}
_SIGN_INS = {"ConsoleLogin", "SwitchRole", "GetSigninToken", "ExitRole", "RenewRole"}
# The root user's changes to its own sign-in. A mere request for a recovery is not one: a stranger may make it.
CHANGES = {"PasswordUpdated", "PasswordRecoveryCompleted", "EmailUpdated"}
_REFUSALS = NO_PERMISSION | EITHER
_LOGIN_TOKENS = {"AuthorizeOAuth2Access", "CreateOAuth2Token"}


def why_it_proves_nothing(record: Record) -> Ignored | None:
    if type_of(record) == INSIGHT:
        return Ignored.INSIGHT
    if record.error_code and _error_of(record) in BAD_CREDENTIAL:
        return Ignored.BAD_CREDENTIAL
    if record.event_source != SIGN_IN:
        return None
    return _failed_token(record) if is_api_call(record) else _failed_sign_in(record)


def is_bad_credential_of(callers: Iterable[Principal], record: Record) -> bool:
    """For an error that may mean either: if the record has no unique id, nobody was authenticated."""
    is_either = record.error_code and _error_of(record) in EITHER
    return bool(is_either) and not all(each.unique_id for each in callers)


def lacks_permission(record: Record) -> bool:
    return bool(record.error_code) and _error_of(record) in _REFUSALS


def is_api_call(record: Record) -> bool:
    """Includes calls through a VPC endpoint."""
    kind = type_of(record)
    return kind in _CALLS if kind else record.event_source != SIGN_IN


def _failed_token(record: Record) -> Ignored | None:
    if record.event_name not in _LOGIN_TOKENS:
        return None
    said = word(record.additional_event_data, "success")
    return Ignored.SIGN_IN_FAILED if said.lower() == "false" else None


def _failed_sign_in(record: Record) -> Ignored | None:
    name = record.event_name or ""
    if name in _SIGN_INS or name in CHANGES:  # Failed sign-ins have no errorCode.
        return None if word(record.response_elements, name) == "Success" else Ignored.SIGN_IN_FAILED
    if name == "UserAuthentication":  # Identity Center sends it once all steps have succeeded.
        said = word(record.service_event_details, name)
        return None if said in ("", "Success") else Ignored.SIGN_IN_FAILED
    return Ignored.SIGN_IN_STEP


def type_of(record: Record) -> str:
    # AWS prints both AwsConsoleSignIn and AwsConsoleSignin.
    return (record.event_type or "").lower()


def _error_of(record: Record) -> str:
    """Without EC2's prefix, which says whose fault it was; with the service if the code is special to it."""
    code = (record.error_code or "").lower().removeprefix("client.").removeprefix("server.")
    own = f"{record.event_source}/{code}"
    return own if own in OF_ONE_SERVICE else code
