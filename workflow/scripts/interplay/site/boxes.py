"""Where the panels of a figure are, read from its SVG file."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

PANEL = "panel-"
"""start of the id that `letter_panels` gives to the axes of a panel"""

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


@dataclass(frozen=True)
class Box:
    """A rectangle, in percent of the figure's width and height, from the upper left."""

    left: float
    top: float
    width: float
    height: float


def panel_boxes(svg: str) -> dict[str, Box]:
    """Return the box of each panel, by its letter.

    Axes without a letter belong to the panel before them in the file, as the lower half of
    a panel that consists of two axes does.

    Args:
        svg: a figure as Matplotlib writes it.
    """
    tree = ElementTree.fromstring(svg)
    *_, width, height = map(float, tree.attrib["viewBox"].split())
    corners: dict[str, list[tuple[float, float]]] = {}
    letter = ""
    for group in tree.iter():
        name = group.attrib.get("id", "")
        if name.startswith(PANEL):
            letter = name.removeprefix(PANEL)
        elif not re.fullmatch(r"axes_\d+", name):
            continue
        if letter:
            corners.setdefault(letter, []).extend(_background(group))
    return {
        letter: _box(points, width, height)
        for letter, points in corners.items()
        if points
    }


def _background(axes: ElementTree.Element) -> list[tuple[float, float]]:
    """Return the corners of the background of axes, in points."""
    for group in axes:
        if group.attrib.get("id", "").startswith("patch_"):
            path = next((each for each in group if each.tag.endswith("path")), None)
            if path is not None:
                numbers = [float(number) for number in NUMBER.findall(path.attrib["d"])]
                return list(zip(numbers[::2], numbers[1::2], strict=True))
    return []


def _box(points: list[tuple[float, float]], width: float, height: float) -> Box:
    x, y = zip(*points, strict=True)
    return Box(
        left=round(100 * min(x) / width, 2),
        top=round(100 * min(y) / height, 2),
        width=round(100 * (max(x) - min(x)) / width, 2),
        height=round(100 * (max(y) - min(y)) / height, 2),
    )
