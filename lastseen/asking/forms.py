"""What people have in their hands (an ARN, a key id, an address, a name), recognised by its form."""

import re
from dataclasses import replace
from ipaddress import ip_address, ip_network

from activity.arn import without_path
from activity.model import denied_facet, id_facet, ip_facet, key_facet, service_facet, session_facet
from lastseen.asking.handle import Handle, Name, Network
from lastseen.asking.lengths import in_capitals, miscounted

# So many addresses are asked for one by one; a larger network takes a scan.
FEW_ADDRESSES = 16

_NOBODYS_ARN = "is not the ARN of a user, role, root user or session, and only these can be looked up"
_ARN = re.compile(r"arn:(aws[a-z-]*):(iam|sts|identitystore)::(\d*):(.+)")
_LONG_TERM_KEY = re.compile(r"AKIA[A-Z0-9]{12,124}")
_TEMPORARY_KEY = re.compile(r"ASIA[A-Z0-9]{12,124}")
_UNIQUE_ID = re.compile(r"(A(?:IDA|ROA)[A-Z0-9]{12,124})(?::(.+))?")
_OTHER_ID = re.compile(r"(AGPA|AIPA|ANPA|ANVA|APKA|ASCA|ABIA|ACCA)[A-Z0-9]{12,124}")
# As the console shows it, too.
_ACCOUNT = re.compile(r"\d{12}|\d{4}-\d{4}-\d{4}")
_IDENTITY_CENTER_USER = re.compile(r"([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", re.IGNORECASE)
_KIND_AND_NAME = re.compile(r"(user|role)/([\x21-\x7e]+)")
_WORD = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
# Neither is a part of any name. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_AROUND = re.compile(r"^[\s,;]*[\"'`]+|[\"'`]+[\s,;]*$")
_LIKE_IPV4 = re.compile(r"\d{1,4}(\.\d{1,4}){3}(/\d{1,3})?")
_SHARED_BY_PEOPLE = "AWSReservedSSO_"

_OF_PEOPLE = (
    "Addresses are kept of people: users, root, Identity Center. Of other roles, only the last event's is, and"
    " that is looked for where nobody was found, or with --all."
)
_NETWORK = (
    "Addresses are kept of people: users, root, Identity Center. Other roles are found by a single address"
    " alone, if their last event came from there."
)
_ALLOWED = "By service, only calls that were not refused are kept."
_SESSIONS = "Of sessions, Identity Center's are kept; of others, the last event's alone."


class Unrecognised(Exception):
    """No principal can be found by this; the message says why and how to go on."""


def recognise(text: str) -> Handle:
    """Quotes and blanks around it, as copied from JSON, do not matter. Raises Unrecognised.

    A comma is left to what may have one: IAM's names, of all that people have in their hands.
    """
    text = _unwrapped(text)
    for form in (_arn, _credential, _id, _address, _service, _named):
        handle = form(text) or form(text.strip(","))
        if handle:
            return replace(handle, hint=miscounted(text) or handle.hint)
    raise Unrecognised(
        f"{text!r} can't be looked up. Give an IAM or STS ARN, a name of a user, role or session, an"
        " access key id, a unique id, an account's id, an Identity Center user's id, an address or a CIDR,"
        " or a service"
    )


def readings(text: str) -> list[Handle]:
    """What it may mean as it is written, and as one of a list, without the comma at its end.

    Raises Unrecognised.
    """
    text = _unwrapped(text)
    return list(dict.fromkeys(map(recognise, (text, text.rstrip(",") or text))))


def _unwrapped(text: str) -> str:
    return _AROUND.sub("", text.strip()).strip("; \t")


def _arn(text: str) -> Handle | None:
    found = _ARN.fullmatch(text)
    if not found:
        if text.startswith("arn:"):
            raise Unrecognised(f"{text} {_NOBODYS_ARN}")
        return None
    partition, service, account, resource = found.groups()
    kind, _, rest = resource.partition("/")
    match service, kind:
        case "iam", "user" if rest:
            return Handle("a user's ARN", principals=(text,), name=_end_of(rest, "user", account))
        case "iam", "role" if rest:
            known = tuple(dict.fromkeys((text, without_path(text))))
            return Handle("a role's ARN", principals=known, name=_end_of(rest, "role", account))
        case "iam", "root":
            return Handle("the root user's ARN", principals=(text,))
        case "identitystore", "user" if rest:
            return Handle("an Identity Center user's ARN", principals=(text,))
        case "sts", "assumed-role" if rest:
            return _role_session(partition, account, rest)
        case "sts", "federated-user" if rest:
            return Handle("a federated user's ARN", federated=rest, account=account)
    raise Unrecognised(f"{text} {_NOBODYS_ARN}")


def _end_of(resource: str, kind: str, account: str) -> Name:
    """Whatever its path: some who ask, and some records, leave it out."""
    return Name(resource.rpartition("/")[2], (kind,), account)


def _role_session(partition: str, account: str, rest: str) -> Handle:
    """The session's ARN leaves out the role's path, so that the role may have to be found by its name."""
    role, _, session = rest.partition("/")
    shared = session and role.startswith(_SHARED_BY_PEOPLE)
    return Handle(
        "a role session's ARN",
        principals=(f"arn:{partition}:iam::{account}:role/{role}",),
        facets=(session_facet(session),) if shared else (),
        name=Name(role, ("role",), account),
        session=session,
    )


def _credential(text: str) -> Handle | None:
    text = in_capitals(text)
    if _TEMPORARY_KEY.fullmatch(text):
        raise Unrecognised(
            f"{text} is a temporary key, and those are not kept: `aws cloudtrail lookup-events"
            f" --lookup-attributes AttributeKey=AccessKeyId,AttributeValue={text}`, in the account and region"
            " of its use, shows its events of the last 90 days, and in them whose it is (userIdentity.arn)"
        )
    if _LONG_TERM_KEY.fullmatch(text):
        return Handle("an access key id", facets=(key_facet(text), denied_facet(text)))
    return None


def _id(text: str) -> Handle | None:
    name, mark, session_name = text.partition(":")
    text = f"{in_capitals(name)}{mark}{session_name}"
    if _OTHER_ID.fullmatch(text):
        raise Unrecognised(f"{text} is not the id of a user or role, and only these can be looked up")
    unique = _UNIQUE_ID.fullmatch(text)
    if unique:
        held, session = unique.groups()
        return Handle("a unique id", facets=(id_facet(held), denied_facet(held)), session=session or "")
    if _ACCOUNT.fullmatch(text):
        account = text.replace("-", "")
        others = f"All principals of the account: lastseen list --account {account}"
        return Handle(
            "an account's id, and so its root user's",
            facets=(id_facet(account), denied_facet(account)),
            name=Name(text),  # IAM takes any letters and digits for a name.
            is_certain=False,
            account=account,
            caveat=others,
        )
    if _IDENTITY_CENTER_USER.fullmatch(text):
        held = text.lower()
        event = f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventId,AttributeValue={held}"
        caveat = f"If it is an event's id, in the account and region of the event: {event}"
        facets = id_facet(held), denied_facet(held)
        return Handle("an Identity Center user's id", facets=facets, caveat=caveat)
    return None


def _address(text: str) -> Handle | None:
    try:
        network = _as_kept(ip_network(text, strict=False))
    except ValueError as error:
        if _LIKE_IPV4.fullmatch(text):
            raise Unrecognised(
                f"{text} is not an IPv4 address or network: it takes four numbers from 0 to 255 without leading"
                " zeros, and for a network a slash and 0 to 32"
            ) from error
        return None
    if network.num_addresses > FEW_ADDRESSES:
        return Handle("a network", network=network, caveat=_NETWORK)
    facets = tuple(ip_facet(str(ip_address(each))) for each in network)
    if network.num_addresses > 1:
        return Handle("a network", facets=facets, caveat=_NETWORK)
    address = str(network.network_address)
    return Handle("an address", facets=facets, last_address=address, caveat=_OF_PEOPLE)


def _as_kept(network: Network) -> Network:
    """IPv4 addresses within IPv6 are kept as what they are."""
    first = getattr(network.network_address, "ipv4_mapped", None)
    return ip_network((first, network.prefixlen - 96)) if first and network.prefixlen >= 96 else network


def _service(text: str) -> Handle | None:
    facets = (service_facet(text.lower()),)
    return Handle("a service", facets=facets, caveat=_ALLOWED) if _SERVICE.fullmatch(text) else None


def _named(text: str) -> Handle | None:
    """A bare word may name a user, a role, a service or a session: all are tried."""
    restricted = _KIND_AND_NAME.fullmatch(text)
    if restricted:
        kind, name = restricted.groups()
        return Handle(f"a {kind}'s name", name=Name(name, (kind,)), is_certain=False)
    if not _WORD.fullmatch(text):
        return None
    service = () if "@" in text else (service_facet(f"{text.lower()}.amazonaws.com"),)
    facets = (*service, session_facet(text))
    return Handle("a name", facets=facets, name=Name(text), is_certain=False, last_session=text, hint=_SESSIONS)
