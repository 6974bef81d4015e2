"""What commands share: where the table is, how answers are printed, and how that is said in options."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from activity.days import KEPT
from activity.flags import Flags
from activity.keeping import retention_from_env
from activity.names import Names
from activity.quarantine.ledger import Ledger
from activity.scan import Scan
from activity.settings import BadSetting
from activity.table import ActivityTable
from lastseen.asking.beside import Clients
from lastseen.asking.lookup import Lookup
from lastseen.casefile.file import CaseFile, UnusableCase
from lastseen.casefile.nothing import NoFlags, NoNames
from lastseen.casefile.scan import CaseScan
from lastseen.casefile.table import CaseTable
from lastseen.connection import USUAL_STACK, Connection, connected
from lastseen.screen import Screen
from lastseen.terminal import misused, patience, piped
from lastseen.times import Times

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line, and nothing else.")]
Stack = Annotated[
    str | None, typer.Option("--stack", help="The CloudFormation stack whose output names the table.")
]
Region = Annotated[str | None, typer.Option("--region", help="The AWS region, as with the AWS CLI.")]
Profile = Annotated[str | None, typer.Option("--profile", help="The profile, as with the AWS CLI.")]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the activity table is on AWS: for what is kept there and nowhere else."""

    table: Annotated[
        str | None, typer.Option("--table", help="The activity table; by default, that of ACTIVITY_TABLE.")
    ] = None
    stack: Stack = None
    region: Region = None
    profile: Profile = None

    @property
    def names_table(self) -> bool:
        return bool(self.table or self.stack or os.environ.get("ACTIVITY_TABLE", "").strip())

    def words(self) -> list[str]:
        """As they were typed, for commands to be copied."""
        given = ((f"--{each.name}", getattr(self, each.name)) for each in fields(self))
        return [str(word) for name, value in given if value for word in (name, value)]

    def given(self) -> dict[str, Any]:
        return {"table": self.table, "stack": self.stack, "region": self.region, "profile": self.profile}

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """To what somebody has named: what writes takes no usual stack."""
        if not self.names_table:
            misused("no table is named: give --stack or --table, or set ACTIVITY_TABLE")
        with connected(os.environ, **self.given()) as connection:
            yield connection


@dataclass(frozen=True, slots=True)
class Where(Place):
    """Where the activity table is, or the case file in its place."""

    db: Annotated[
        Path | None, typer.Option("--db", metavar="FILE", help="A case file instead of a table on AWS.")
    ] = None

    def stack_or(self, usual: str) -> str | None:
        """The stack that names the table: `usual` if nothing does, None if it is named itself."""
        return self.stack if self.names_table else usual

    @property
    def names_sightings(self) -> bool:
        """Whether a table or a case file is named."""
        return bool(self.db or self.names_table)

    def refuse_db(self, why: str) -> None:
        if self.db:
            misused(f"{why}: leave out --db")

    def refuse_aws(self, *names: str) -> None:
        """Besides a case file, what names a table on AWS, or the way there, says nothing."""
        for each in names:
            if getattr(self, each):
                misused(f"--db is a file on this machine: leave out --{each}")

    @contextmanager
    def connected(self, usual: str | None = None, *, is_optional: bool = False) -> Iterator[Connection]:
        """`usual`: the stack to take if none is named; none for what writes. Beside --db, there is no table."""
        environ = {} if self.db else os.environ
        with connected(environ, **self.given(), usual=usual, is_optional=is_optional) as connection:
            yield connection

    @contextmanager
    def opened(self, *, makes: bool = False) -> Iterator[CaseFile | None]:
        """The case file, if one is named; one that cannot be used ends the command, within the `with` too."""
        if not self.db:
            yield None
            return
        self.refuse_aws("table", "stack")
        try:
            with closing(CaseFile(self.db, makes=makes)) as file:
                yield file
        except UnusableCase as error:
            misused(str(error))

    @contextmanager
    def asking(self) -> Iterator[tuple[Lookup, Clients | None]]:
        """Of the table, and what to ask of AWS besides, which beside a case file is nothing."""
        with piped(), self.opened() as file:
            if file:
                self.refuse_aws("region", "profile")
                parts = CaseTable(file), NoFlags(), CaseScan(file), patience, NoNames()
                yield Lookup(*parts, is_live=False), None
                return
            with self.connected(USUAL_STACK) as connection:
                connection.check_table()
                at = connection.dynamodb(), connection.table
                table, flags = ActivityTable(*at), Flags(*at)
                since = datetime.now(UTC).date() - min(KEPT, _retention())
                every = table, flags, Scan(*at), patience, Names(*at)
                yield Lookup(*every, kept_since=since, quarantine=Ledger(*at)), connection.beside


def _retention() -> timedelta:
    """The stack's, if it is said."""
    try:
        return retention_from_env(os.environ)
    except BadSetting as error:
        misused(str(error))


@dataclass(frozen=True, slots=True)
class Printing:
    """How answers are printed."""

    as_json: AsJson = False
    no_color: Annotated[
        bool, typer.Option("--no-color", help="Print without colors, as with NO_COLOR set.")
    ] = False
    local_time: Annotated[bool, typer.Option("--local-time", help="Show local time beside UTC.")] = False

    def screen(self, *, to_stderr: bool = False) -> Screen:
        return Screen(no_color=self.no_color, to_stderr=to_stderr)

    def beside(self) -> Screen:
        """For what is said besides the answer: JSON has standard output to itself."""
        return self.screen(to_stderr=self.as_json)

    def times(self) -> Times:
        return Times(datetime.now(UTC), datetime.astimezone if self.local_time else None)


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of each dataclass among its parameters; it gets them as one value."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    own = [
        each.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[name])
        for name, each in signature(command).parameters.items()
        if name not in groups
    ]
    every = [*own, *(each for group in groups.values() for each in _options(group))]

    @wraps(command)
    def asked(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{each.name: given.pop(each.name) for each in fields(group)})
        command(**given)

    asked.__signature__ = Signature(every)  # type: ignore[attr-defined]  # typer looks there
    asked.__annotations__ = {each.name: each.annotation for each in every}
    return asked


def _options(group: Any) -> list[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        Parameter(each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=hints[each.name])
        for each in fields(group)
    ]
