"""The three pictures of a bulletin, drawn with svg.py: a course with interval, target and forecast; bars from zero; a small line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from dashboards.bulletin.svg import SIZE, Axis, Bar, Box, Goal, Point, area, breadth, dot, label, line, over, picture, ticks
from dashboards.theme import LIGHT

WIDTH, HEIGHT = 340.0, 132.0
ROW, DENSE = 17.5, 12.5  # of one bar; of one among many
MANY = 9
NAME_ROOM = 118.0
BOLD = 1.08  # times as wide as plain letters
DASH, DOTS, DASH_DOT = 'stroke-dasharray="4 3"', 'stroke-dasharray="1.5 2.5"', 'stroke-dasharray="6 2.5 1.5 2.5"'


def course(points: Sequence[Point], goal: Goal, axis: Axis, alt: str) -> str:
    """The course of a figure; months run to the right, the last settled one and the target are labelled where they lie."""
    known = [point for point in points if point.value is not None]
    if not known:
        return ""
    first, last = points[0].day, max([points[-1].day, *(point.day for point in goal.forecast)])
    path = list(_clipped(goal.path, first, last))
    box, marks = _box(points, [value for _, value in path], goal, axis)

    def at(day: date, value: float) -> tuple[float, float]:
        share = (day - first).days / max((last - first).days, 1)
        return box.left + share * (box.right - box.left), box.y(value)

    body = [*_grid(box, marks, axis), *_days(points, at, box, axis), *_band(points, at)]
    body += _forecast(goal, known, at)
    body.append(line([at(*place) for place in path], LIGHT.ink_soft, 1.1, DOTS))
    for run in _runs(points):
        body.append(line([at(point.day, point.value) for point in run], LIGHT.accent, 1.8))  # type: ignore[arg-type]
    body += _tail(known, at)
    if path:
        body.append(_goal_label([at(*place) for place in path], [at(point.day, point.value) for point in known], goal.label, box))  # type: ignore[arg-type]
    return picture(WIDTH, HEIGHT, alt, [*body, *_last(known, at, axis, box)])


def _goal_label(path: Sequence[tuple[float, float]], marks: Sequence[tuple[float, float]], text: str, box: Box) -> str:
    """Where the target's line begins, far from the last value's label, on the side where the course is further away."""
    x, y = path[0][0] + 4, path[0][1]
    crossed = [mark[1] for mark in marks if mark[0] <= x + breadth(text) + 6]
    spots = [spot for spot in (y - 4.0, y + SIZE + 1.5) if box.top - 6 <= spot - SIZE / 3 <= box.bottom - 4]
    best = max(spots, key=lambda spot: min((abs(mark - (spot - SIZE / 3)) for mark in crossed), default=0.0), default=y - 4.0)
    return over((x, best), text, LIGHT.ink_soft)


def _box(points: Sequence[Point], extra: Sequence[float], goal: Goal, axis: Axis) -> tuple[Box, list[float]]:
    """Room for every value; intervals may run off by as much again, so that one wide month does not flatten the rest."""
    values = [point.value for point in (*points, *goal.forecast) if point.value is not None] + list(extra)
    low, high = min(values), max(values)
    reach = (high - low) or abs(high) * 0.1 or 1.0
    ends = [end for point in points if not point.is_provisional for end in (point.low, point.high) if end is not None]
    low, high = min([low, *(max(end, low - reach) for end in ends)]), max([high, *(min(end, high + reach) for end in ends)])
    low = low if axis.floor is None else max(low, axis.floor)
    high = high if axis.ceiling is None else min(high, axis.ceiling)
    marks = ticks(low, high)
    if axis.ceiling is not None:
        marks = [mark for mark in marks if mark <= axis.ceiling + 1e-9]
    left = 8 + max(breadth(axis.value(mark)) for mark in marks)
    return Box(left, 12, WIDTH - 10, HEIGHT - 18, min(low, marks[0]), max(high, marks[-1])), marks


def _grid(box: Box, marks: Sequence[float], axis: Axis) -> Iterator[str]:
    for mark in marks:
        y = box.y(mark)
        yield line([(box.left, y), (box.right, y)], LIGHT.rule, 0.7)
        yield label((box.left - 4, y + 3.2), axis.value(mark), LIGHT.ink_faint, 'text-anchor="end"')


def _days(points: Sequence[Point], at, box: Box, axis: Axis) -> Iterator[str]:
    """The first month of each half year is named."""
    yield line([(box.left, box.bottom), (box.right, box.bottom)], LIGHT.rule_strong, 0.8)
    for point in points:
        if point.day.month not in (1, 7):
            continue
        x = at(point.day, box.low)[0]
        if x < box.left + 12 or x > box.right - 8:
            continue
        yield line([(x, box.bottom), (x, box.bottom + 3)], LIGHT.rule_strong, 0.8)
        yield label((x, box.bottom + 13), axis.day(point.day), LIGHT.ink_faint, 'text-anchor="middle"')


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Unbroken runs of settled months."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if point.value is not None and not point.is_provisional:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _band(points: Sequence[Point], at) -> Iterator[str]:
    for run in _runs(points):
        sure = [point for point in run if point.low is not None and point.high is not None]
        ends = [at(point.day, point.high) for point in sure] + [at(point.day, point.low) for point in reversed(sure)]
        yield area(ends, LIGHT.accent, 0.14)


def _forecast(goal: Goal, known: Sequence[Point], at) -> Iterator[str]:
    steps = [point for point in goal.forecast if point.value is not None]
    settled = [point for point in known if not point.is_provisional and (not steps or point.day < steps[0].day)]
    if not steps or not settled:
        return
    sure = [point for point in steps if point.low is not None and point.high is not None]
    yield area(
        [at(point.day, point.high) for point in sure] + [at(point.day, point.low) for point in reversed(sure)], LIGHT.ink_faint, 0.14
    )
    yield line([at(point.day, point.value) for point in (settled[-1], *steps)], LIGHT.ink_faint, 1.2, DASH_DOT)


def _tail(known: Sequence[Point], at) -> Iterator[str]:
    """What is provisional: dashes and hollow marks."""
    settled = [point for point in known if not point.is_provisional][-1:]
    open_ones = [point for point in known if point.is_provisional]
    if open_ones:
        yield line([at(point.day, point.value) for point in (*settled, *open_ones)], LIGHT.accent, 1.5, DASH)
        for point in open_ones:
            yield dot(at(point.day, point.value), LIGHT.accent, is_hollow=True)


def _last(known: Sequence[Point], at, axis: Axis, box: Box) -> Iterator[str]:
    """The last settled month with its value, on the side where the course is further away."""
    settled = [point for point in known if not point.is_provisional]
    if not settled:
        return
    x, y = at(settled[-1].day, settled[-1].value)
    text = axis.value(settled[-1].value or 0.0)
    edge = min(x + breadth(text) / 2, box.right)
    near = [
        at(point.day, point.value)[1]
        for point in known
        if point is not settled[-1] and at(point.day, point.value)[0] > edge - breadth(text) - 4
    ]
    spots = [y - 6, y + SIZE + 4]
    free = [min((abs(other - (spot - SIZE / 3)) for other in near), default=box.bottom) for spot in spots]
    fits = [spots[0] > box.top - 2, spots[1] < box.bottom]
    above = fits[0] and (not fits[1] or free[0] >= free[1])
    yield dot((x, y), LIGHT.accent)
    yield over((edge, spots[0] if above else spots[1]), text, LIGHT.accent, 'text-anchor="end" font-weight="bold"')


def _clipped(path: Sequence[tuple[date, float]], first: date, last: date) -> Iterator[tuple[date, float]]:
    """The part of a target's way that lies on the picture; a single point is a level line."""
    if len(path) == 1:
        yield from ((first, path[0][1]), (last, path[0][1]))
        return
    for (start, begin), (end, goal) in zip(path, path[1:], strict=False):
        days = max((end - start).days, 1)
        for day in (max(start, first), min(end, last)):
            if start <= day <= end:
                yield day, begin + (goal - begin) * (day - start).days / days


def small(points: Sequence[Point], alt: str) -> str:
    """A course without axes, its last settled month marked."""
    known = [point for point in points if point.value is not None and not point.is_provisional]
    if len(known) < 2:
        return ""
    low, high = min(point.value for point in known), max(point.value for point in known)  # type: ignore[type-var]
    width, height = 120.0, 26.0
    box = Box(3, 4, width - 4, height - 4, low, high)  # type: ignore[arg-type]
    first, days = points[0].day, max((points[-1].day - points[0].day).days, 1)

    def at(point: Point) -> tuple[float, float]:
        return box.left + (point.day - first).days / days * (box.right - box.left), box.y(point.value or 0.0)

    body = [line([at(point) for point in run], LIGHT.ink_faint, 1.2) for run in _runs(points)]
    return picture(width, height, alt, [*body, dot(at(known[-1]), LIGHT.accent)])


def bars(rows: Sequence[Bar], whole: tuple[float, str] | None, axis: Axis, alt: str) -> str:
    """Bars from zero with their intervals; a dashed line for the whole, named on top."""
    known = [row for row in rows if row.value is not None]
    if not known:
        return ""
    names = [_cut(row.name) for row in rows]
    name_room = 10 + max(breadth(name) * BOLD for name in names)
    text_room = 8 + max(breadth(row.text) * BOLD for row in rows)
    deep = ROW if len(rows) < MANY else DENSE
    top, height = 20.0, 20.0 + deep * len(rows) + 6
    values = [row.value or 0.0 for row in known] + ([whole[0]] if whole else [])
    ends = [min(row.high, max(values) * 1.6) for row in known if row.high is not None]
    high = max([*values, *ends]) or 1.0
    high = high if axis.ceiling is None else min(high, axis.ceiling)
    left, right = name_room, WIDTH - text_room

    def x(value: float) -> float:
        return left + min(max(value / high, 0.0), 1.0) * (right - left)

    body = [
        part
        for place, row in enumerate(rows)
        for part in _bar(replace(row, name=names[place]), (top + deep * place, deep), x, (left, right))
    ]
    if whole is not None:
        mark = x(whole[0])
        body.append(line([(mark, top - 4), (mark, height - 4)], LIGHT.ink_soft, 1.0, DASH))
        half = breadth(whole[1]) / 2
        body.append(label((min(max(mark, half + 2), WIDTH - half - 2), top - 8), whole[1], LIGHT.ink_soft, 'text-anchor="middle"'))
    body.append(line([(left, top - 2), (left, height - 4)], LIGHT.rule_strong, 0.8))
    return picture(WIDTH, height, alt, body)


def _cut(name: str) -> str:
    """A name that leaves room for its bar."""
    while breadth(name) > NAME_ROOM:
        name = name.rstrip("…")[:-1].rstrip() + "…"
    return name


def _bar(row: Bar, span: tuple[float, float], x, edges: tuple[float, float]) -> Iterator[str]:
    left, right = edges
    top, deep = span
    middle = top + deep / 2
    pad = 4.0 if deep == ROW else 2.0
    colour = LIGHT.accent if row.is_here else LIGHT.ink_faint
    weight = ' font-weight="bold"' if row.is_here else ""
    yield label((left - 5, middle + 3.2), row.name, LIGHT.ink, f'text-anchor="end"{weight}')
    yield label((right + 5, middle + 3.2), row.text, LIGHT.ink if row.value is not None else LIGHT.ink_faint, weight)
    if row.value is None:
        return
    yield f'<rect x="{left:.1f}" y="{top + pad:.1f}" width="{max(x(row.value) - left, 0.6):.1f}" height="{deep - 2 * pad:.1f}" fill="{colour}" fill-opacity="0.42"/>'
    if row.low is not None and row.high is not None:
        yield line([(x(row.low), middle), (x(row.high), middle)], LIGHT.ink, 1.0)
        for end in (row.low, row.high):
            yield line([(x(end), middle - 2.5), (x(end), middle + 2.5)], LIGHT.ink, 1.0)
