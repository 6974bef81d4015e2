"""Where the sample events are: in a checkout events/ stands beside this package; installed, it is inside."""

from pathlib import Path


def samples_folder() -> Path:
    package = Path(__file__).parent
    inside = package / "events"
    return inside if inside.is_dir() else package.parent / "events"
