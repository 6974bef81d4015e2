"""Figure 3 as a picture: an SVG that needs nothing to be drawn."""

from collections.abc import Sequence
from math import log10
from pathlib import Path

from benchmarks.writes import Writes

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 70, 30, 40, 50
COLOURS = {"writes": "#1f6feb", "fewest possible": "#2da44e", "all keys, all the time": "#8c959f"}


def plot(growth: Sequence[Writes], path: Path) -> None:
    lines = {
        "writes": [each.writes for each in growth],
        "fewest possible": [each.floor for each in growth],
        "all keys, all the time": [each.most for each in growth],
    }
    path.write_text("\n".join(_svg([each.events for each in growth], lines)) + "\n")


def _svg(rates: list[int], lines: dict[str, list[int]]) -> list[str]:
    highest = max(map(max, lines.values()))
    across = [_along(log10(rate), log10(rates[0]), log10(rates[-1]), LEFT, WIDTH - RIGHT) for rate in rates]

    def up(writes: float) -> float:
        return _along(writes, 0, highest, HEIGHT - BOTTOM, TOP)

    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        _text(WIDTH / 2, 20, "Writes in one hour, by events in that hour; 700 principals"),
        *(_text(x, HEIGHT - 25, f"{rate:,} events") for x, rate in zip(across, rates, strict=True)),
        *(_grid(up(part * highest / 4), round(part * highest / 4)) for part in range(5)),
        *(_line(name, across, [up(each) for each in writes]) for name, writes in lines.items()),
        *_legend(),
        "</svg>",
    ]


def _along(value: float, least: float, most: float, first: float, last: float) -> float:
    return first + (last - first) * ((value - least) / (most - least))


def _grid(y: float, writes: int) -> str:
    line = f'<path d="M{LEFT} {y:.0f}H{WIDTH - RIGHT}" stroke="#d0d7de"/>'
    return line + _text(LEFT - 8, y + 4, f"{writes:,}", "end")


def _line(name: str, across: list[float], up: list[float]) -> str:
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in zip(across, up, strict=True))
    dashes = "" if name == "writes" else ' stroke-dasharray="6 4"'
    return f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"{dashes}/>'


def _legend() -> list[str]:
    return [
        f'<g fill="{colour}">{_text(WIDTH - RIGHT - 8, HEIGHT - BOTTOM - 46 + 18 * number, name, "end")}</g>'
        for number, (name, colour) in enumerate(COLOURS.items())
    ]


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{text}</text>'
