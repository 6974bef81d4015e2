"""What a month is to be priced for: how much happens, where, and how the stack is set."""

from dataclasses import dataclass
from enum import StrEnum

# The defaults of template.yaml, in seconds.
RESOLUTION = 300
DETAIL_RESOLUTION = 3_600


class Roads(StrEnum):
    """As the template's parameter."""

    EVENTS = "events"
    LOGS = "logs"
    BOTH = "both"

    @property
    def are_events(self) -> bool:
        return self is not Roads.LOGS

    @property
    def are_logs(self) -> bool:
        return self is not Roads.EVENTS


@dataclass(frozen=True, slots=True)
class Load:
    """`events`, `principals`: of all accounts and regions. Resolutions are in seconds."""

    events: int
    principals: int
    regions: int = 1
    accounts: int = 1
    roads: Roads = Roads.EVENTS
    resolution: int = RESOLUTION
    detail_resolution: int = DETAIL_RESOLUTION

    @property
    def places(self) -> int:
        """Each account in each region."""
        return self.accounts * self.regions
