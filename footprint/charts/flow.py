"""From activity to electricity, water and carbon: bands from column to column, each column its own whole.

Of a batch, each group is a band: it widens where its share grows. Of one estimate, the parts of the electricity and
what follows from them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from footprint.charts.amounts import MEASURES, Amount, Scale
from footprint.charts.breakdown import FIRST, joined, label, row_of, told, why
from footprint.charts.chart import Chart
from footprint.charts.frame import Numbers, Picture, Said, Sheet, finished, missing_notes, source_line
from footprint.charts.lettering import fitted, lines, widest
from footprint.charts.subject import Part, Subject
from footprint.charts.theme import FONT, LABEL, TICK
from footprint.charts.titles import things
from footprint.errors import NotEstimableError, clipped
from footprint.language import Language, marked
from footprint.numbers import number

if TYPE_CHECKING:
    import altair as alt

#: Groups that have a band of their own; what they flow through.
_SHOWN = 6
_HEIGHT, _GAP, _THICK = 250.0, 3.0, 12.0
#: From one label to the next, at the least.
_LINE = 15.0
#: Points along a band: enough that it looks smooth.
_POINTS = 17
#: Columns of a batch after the activity: measure, result.
_AFTER = tuple((name, MEASURES[name].result) for name in ("energy", "water", "carbon"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A piece of a column, between two heights."""

    x: float
    top: float
    bottom: float
    colour: str
    name: str
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A band from a piece of one column to a piece of the next."""

    begin: tuple[float, float, float]
    end: tuple[float, float, float]
    colour: str
    name: str
    shown: str = ""


@dataclass(slots=True)
class Drawing:
    """Nodes, links and texts that a flow is made of."""

    height: float = _HEIGHT
    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    #: text, place, side, colour, size, bold
    texts: list[dict[str, Any]] = field(default_factory=list)
    #: thin lines from a label to its piece
    leaders: list[tuple[float, float, float, float]] = field(default_factory=list)

    def text(
        self, text: str, x: float, y: float, colour: str, *, side: str = "left", size: float = TICK, bold: bool = False
    ) -> None:
        """Add a text whose middle stands at a height."""
        self.texts.append({"text": text, "x": x, "y": y, "colour": colour, "side": side, "size": size, "bold": bold})


def flow(column: str, subject: Subject, sheet: Sheet) -> Chart:
    """Return the flow of a batch by a column of its rows, or that of one estimate by its parts."""
    if subject.inventory is None:
        return _of_estimate(subject, sheet)
    return _of_groups(column, subject, sheet)


# --- a batch -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: what it is, its total, and the share of each group."""

    title: str
    #: after a share
    whole: str
    total: str
    between: str
    shares: tuple[float, ...]
    colour: str


def _of_groups(column: str, subject: Subject, sheet: Sheet) -> Chart:
    words = sheet.words
    parts, others, rest = subject.largest(column, _SHOWN, MEASURES["energy"].result)
    groups = [*parts, *([others] if others else [])]
    names = [label(part.key, words) for part in parts]
    if others:
        names.append(words.plural("{count} other", "{count} others", rest))
    columns, lacking = _columns(groups, subject, sheet)
    if len(columns) < 2:
        raise NotEstimableError(f"no flow: neither electricity, water nor carbon is known: {why(subject, [])}.")
    title, named = _title(names, columns, others is not None, words)
    notes = missing_notes(subject, words, [result for _, result in _AFTER if subject.results.get(result)])
    if lacking:
        notes.insert(0, words("Not known: {names}.", names=words.listed(lacking)))
    said = Said(
        title=title,
        subtitle=words(
            "Shares of each total, by {thing}, {period}; totals with their 90 % ranges",
            thing=things(column, words, several=False),
            period=subject.period(words) or words("period not known"),
        ),
        alt=_told(names, columns, words),
        notes=notes,
        source=source_line(subject, words, (*FIRST["carbon"], *FIRST["water"])),
    )
    table = [
        {
            column: part.key if part is not others else None,
            "rows": part.rows,
            "tokens": part.tokens,
            **{key: value for _, result in _AFTER for key, value in row_of(part.amounts[result], result).items()},
        }
        for part in groups
    ]
    numbers = Numbers(
        table=table,
        heads=(things(column, words, several=False), *(item.title for item in columns)),
        cells=[(name, *(words.percent(item.shares[place]) for item in columns)) for place, name in enumerate(names)],
    )
    return finished("flow", subject, sheet, said, _alluvial(names, columns, named, sheet), numbers)


def _columns(groups: Sequence[Part], subject: Subject, sheet: Sheet) -> tuple[list[Column], list[str]]:
    """Return the columns that are known, and the names of those that are not."""
    words, theme = sheet.words, sheet.theme
    tokens = [part.tokens for part in groups]
    use = tokens if sum(tokens) else [part.rows for part in groups]
    size, word = words.magnitude(sum(use))
    counted = words.number(number(sum(use) / size, 3))
    found = [
        Column(
            title=words("tokens") if sum(tokens) else words("rows"),
            whole=words("of the tokens") if sum(tokens) else words("of the rows"),
            total=f"{counted} {word}".strip(),
            between="",
            shares=tuple(count / sum(use) for count in use),
            colour=theme.grey,
        )
    ]
    lacking = []
    for name, result in _AFTER:
        total = subject.results.get(result)
        values = [amount.value if (amount := part.amounts[result]) else 0.0 for part in groups]
        if total is None or sum(values) <= 0:
            lacking.append(words(MEASURES[name].title))
            continue
        scale = Scale.of([total], words)
        found.append(
            Column(
                title=words(MEASURES[name].title),
                whole=words(MEASURES[name].whole),
                total=scale.text(total),
                between=scale.between(total),
                shares=tuple(value / sum(values) for value in values),
                colour=theme.of(name),
            )
        )
    return found, lacking


def _title(names: Sequence[str], columns: Sequence[Column], others: bool, words: Language) -> tuple[str, int]:
    """Return whose share changes most from column to column, and its place; -1 where no share changes much."""
    use, last = columns[0], columns[-1]
    changes = [abs(end - begin) for begin, end in zip(use.shares, last.shares, strict=True)]
    # What stands for many has no name that a title could tell.
    named = changes[:-1] if others else changes
    place = named.index(max(named))
    if changes[place] < 0.1:
        return words("Shares change little from column to column"), -1
    title = words(
        "{name}: {begin} {of_first}, {end} {of_last}",
        name=clipped(names[place], 36),
        begin=words.percent(use.shares[place]),
        of_first=use.whole,
        end=words.percent(last.shares[place]),
        of_last=last.whole,
    )
    return title, place


def _told(names: Sequence[str], columns: Sequence[Column], words: Language) -> str:
    totals = []
    for item in columns:
        text = words("{name}: {amount} ({range})", name=item.title, amount=item.total, range=item.between)
        totals.append(text if item.between else words("{name}: {amount}", name=item.title, amount=item.total))
    shares = [
        words(
            "{name}: {amount}",
            name=name,
            amount=", ".join(f"{words.percent(item.shares[place])} {item.title}" for item in columns),
        )
        for place, name in enumerate(names)
    ]
    return f"{joined(totals, words)} {joined(shares, words)}"


def _alluvial(names: Sequence[str], columns: Sequence[Column], named: int, sheet: Sheet) -> Picture:
    words, theme = sheet.words, sheet.theme
    shares = words.percent(0.99)
    left = math.ceil(min(widest(names, LABEL, True) + 10, sheet.room * 0.32))
    right = math.ceil(widest([shares, "< 0.1 %"], TICK, True) + 8)
    plot = sheet.room - left - right
    step = (plot - _THICK) / (len(columns) - 1)
    drawing = Drawing()
    edges = [_edges(item.shares) for item in columns]
    for place, item in enumerate(columns):
        x = place * step
        for group, (top, bottom) in enumerate(edges[place]):
            shown = words.percent(item.shares[group])
            name = f"{names[group]}, {item.title}"
            drawing.nodes.append(Node(x=x, top=top, bottom=bottom, colour=item.colour, name=name, shown=shown))
            if place + 1 < len(columns):
                begin, end = (x + _THICK, top, bottom), (x + step, *edges[place + 1][group])
                colour = theme.pale(theme.ink, 0.3 if group == named else 0.1)
                drawing.links.append(Link(begin=begin, end=end, colour=colour, name=names[group], shown=shown))
            # A share stands behind its piece where there is room, and always behind the last.
            if bottom - top >= _LINE - 1 and (place == len(columns) - 1 or step > 96):
                drawing.text(shown, x + _THICK + 5, (top + bottom) / 2, theme.ink, bold=group == named)
    for group, (at, y) in enumerate(_spread([(top + bottom) / 2 for top, bottom in edges[0]])):
        name = fitted(names[group], left - 10, LABEL, group == named)
        drawing.text(name, -9, y, theme.ink, side="right", size=LABEL, bold=group == named)
        if abs(y - at) > 2:
            drawing.leaders.append((-6, y, 0, at))
    above = _heads(drawing, columns, step, left, right, plot, sheet)
    return _drawn(drawing, left, right, plot, above, sheet)


def _edges(shares: Sequence[float]) -> list[tuple[float, float]]:
    """Return top and bottom of each piece of a column, with a gap between them."""
    room = _HEIGHT - _GAP * (len(shares) - 1)
    found, at = [], 0.0
    for share in shares:
        found.append((at, at + share * room))
        at += share * room + _GAP
    return found


def _spread(wanted: Sequence[float]) -> list[tuple[float, float]]:
    """Return for each wanted height the one that a label gets: none nearer than a line to the next."""
    got: list[float] = []
    for at in wanted:
        got.append(max(at, got[-1] + _LINE) if got else at)
    over = got[-1] - (_HEIGHT + 4) if got else 0.0
    if over > 0:
        got[-1] -= over
        for place in range(len(got) - 2, -1, -1):
            got[place] = min(got[place], got[place + 1] - _LINE)
    return list(zip(wanted, got, strict=True))


def _heads(
    drawing: Drawing, columns: Sequence[Column], step: float, left: float, right: float, plot: float, sheet: Sheet
) -> float:
    """Write name, total and range over each column, and return the height that they take."""
    theme = sheet.theme
    texts = [
        [
            (item.title[:1].upper() + item.title[1:], theme.grey, False),
            (item.total, theme.ink, True),
            *([(item.between, theme.grey, False)] if item.between else []),
        ]
        for item in columns
    ]
    rows = max(len(lines) for lines in texts)
    # Beside one another where each has room, else every other one higher.
    stagger = any(widest([text for text, _, _ in lines], TICK, True) + 8 > step for lines in texts)
    height = rows * 14 + 8
    for place, parts in enumerate(texts):
        first, last = place == 0, place == len(columns) - 1
        side = "left" if first else "right" if last else "center"
        x = -left if first else plot + right if last else place * step + _THICK / 2
        base = -height - (rows * 14 + 4 if stagger and place % 2 else 0)
        for row, (text, colour, bold) in enumerate(parts):
            drawing.text(text, x, base + row * 14 + 7, colour, side=side, bold=bold)
        if stagger and place % 2:
            drawing.leaders.append(
                (place * step + _THICK / 2, base + len(parts) * 14 + 3, place * step + _THICK / 2, -4)
            )
    return height + (rows * 14 + 4 if stagger else 0)


# --- one estimate ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a column: its amount, and whether it comes from the electricity of this use."""

    name: str
    amount: Amount
    fed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A column of one estimate: pieces of one total."""

    name: str
    colour: str
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> float:
        """Return what the pieces add up to."""
        return sum(piece.amount.value for piece in self.pieces)


#: The pieces of each column: result, its name there, and its name alone.
_CARBON = (
    ("carbon_location", marked("electricity used"), marked("carbon of the electricity")),
    ("carbon_upstream", marked("grid losses and fuel chain"), marked("carbon of grid losses and fuel chain")),
    ("carbon_embodied", marked("making the hardware"), marked("carbon of making the hardware")),
)
_WATER = (
    ("water_grid", marked("power plants"), marked("water of power plants")),
    ("water_site", marked("cooling on site"), marked("water of cooling on site")),
    ("water_embodied", marked("making the hardware"), marked("water of making the hardware")),
)
#: What no electricity of this use has part in.
_MADE_ELSEWHERE = ("carbon_embodied", "water_embodied")
_PART_NAMES = {
    "prefill_it_energy": marked("reading the prompt"),
    "decode_it_energy": marked("writing the answer"),
    "answer_it_energy": marked("the answer"),
    "search_it_energy": marked("the web search"),
    "answer_facility_energy": marked("the answer"),
    "search_facility_energy": marked("the web search"),
}


def _of_estimate(subject: Subject, sheet: Sheet) -> Chart:
    words, theme = sheet.words, sheet.theme
    energy = subject.results["facility_energy"] or subject.results["it_energy"]
    if energy is None:
        raise NotEstimableError(f"no flow: the electricity is not known: {why(subject, ['facility_energy'])}.")
    columns = ((words("Carbon"), theme.carbon, _CARBON), (words("Water"), theme.water, _WATER))
    right = [
        Stack(
            name=name,
            colour=colour,
            pieces=tuple(
                Piece(name=words(text), amount=amount, fed=result not in _MADE_ELSEWHERE)
                for result, text, _ in pieces
                if (amount := subject.results.get(result))
            ),
        )
        for name, colour, pieces in columns
    ]
    right = [stack for stack in right if stack.total > 0]
    lacking = [words(alone) for result, _, alone in (*_CARBON, *_WATER) if subject.results.get(result) is None]
    left = Stack(name=words("Electricity"), colour=theme.energy, pieces=_electricity(subject, energy, words))
    at_meter = subject.results["facility_energy"] is not None
    stacks = (left, *right)
    pieces = [(stack.name, piece, Scale.of([piece.amount], words)) for stack in stacks for piece in stack.pieces]
    said = Said(
        title=words("{amount} of electricity, and what follows from it", amount=Scale.of([energy], words).text(energy)),
        subtitle=words(
            "Electricity {where}, carbon location-based, water consumed; each column is its own whole, {period}",
            where=words("at the building's meter") if at_meter else words("at the servers' plugs"),
            period=subject.period(words) or words("period not known"),
        ),
        alt=told_each([(f"{whole}, {piece.name}", piece.amount) for whole, piece, _ in pieces], words),
        notes=[words("Not known: {names}.", names=words.listed(lacking))] if lacking else [],
        source=source_line(subject, words, (*FIRST["carbon"], *FIRST["water"])),
    )
    numbers = Numbers(
        table=[
            {
                "column": whole,
                "piece": piece.name,
                "value": piece.amount.value,
                "low": piece.amount.ends[0],
                "high": piece.amount.ends[1],
                "unit": piece.amount.unit,
            }
            for whole, piece, _ in pieces
        ],
        heads=(words("piece"), words("estimated"), words("90 % range")),
        cells=[
            (f"{whole}, {piece.name}", scale.text(piece.amount), scale.between(piece.amount))
            for whole, piece, scale in pieces
        ],
    )
    return finished("flow", subject, sheet, said, _forked(left, right, sheet), numbers)


def told_each(items: Sequence[tuple[str, Amount]], words: Language) -> str:
    """Return amounts of several kinds as a text alternative says them."""
    return " ".join(told([item], Scale.of([item[1]], words), words) for item in items)


def _electricity(subject: Subject, energy: Amount, words: Language) -> tuple[Piece, ...]:
    """Return what the electricity is made up of, in parts of one boundary, or all of it as one piece."""
    parts = {name: amount for name, amount in subject.parts.items() if name in _PART_NAMES and amount.value > 0}
    units = sorted({amount.unit for amount in parts.values()}, key=lambda unit: unit != energy.unit)
    chosen = [(name, amount) for name, amount in parts.items() if amount.unit == units[0]]
    if len(chosen) < 2:
        return (Piece(name=words("electricity"), amount=energy),)
    return tuple(Piece(name=words(_PART_NAMES[name]), amount=amount) for name, amount in chosen)


#: Between two columns that stand under one another.
_APART = 44.0


def _forked(left: Stack, right: Sequence[Stack], sheet: Sheet) -> Picture:
    """Return the electricity on the left, and carbon and water on the right, each a column of its own."""
    theme, room = sheet.theme, sheet.room
    texts = [[text for piece in stack.pieces for text, _ in _lines(piece, 999, sheet)] for stack in (left, *right)]
    beside = math.ceil(min(widest(texts[0], TICK, True) + 12, room * 0.3))
    behind = math.ceil(min(widest([text for found in texts[1:] for text in found], TICK, True) + 12, room * 0.4))
    plot = room - beside - behind
    each = max([100.0, *(_need(stack, behind, sheet) for stack in right)])
    height = max(each * len(right) + _APART * (len(right) - 1), _need(left, beside, sheet), 180.0)
    drawing = Drawing(height=height)
    _stack(drawing, left, (0.0, 0.0, height), "right", beside, sheet)
    for place, stack in enumerate(right):
        top = place * (each + _APART) if len(right) > 1 else 0.0
        size = each if len(right) > 1 else height
        edges = _stack(drawing, stack, (plot - _THICK, top, size), "left", behind, sheet)
        # The hardware is made elsewhere: its piece has no band from this electricity.
        fed = [edge for edge, piece in zip(edges, stack.pieces, strict=True) if piece.fed]
        if fed:
            begin, end = (_THICK, 0.0, height), (plot - _THICK, fed[0][0], fed[-1][1])
            drawing.links.append(Link(begin=begin, end=end, colour=theme.pale(stack.colour, 0.3), name=stack.name))
    return _drawn(drawing, beside, behind, plot, 24.0, sheet, see_through=True)


def _lines(piece: Piece, room: float, sheet: Sheet) -> list[tuple[str, bool]]:
    """Return what stands beside a piece, each line with whether it is bold: name, amount, range."""
    scale = Scale.of([piece.amount], sheet.words)
    found = [(line, False) for line in lines(piece.name, room, TICK, most=2)]
    found.append((scale.text(piece.amount), True))
    between = scale.between(piece.amount)
    return [*found, (between, False)] if between else found


def _need(stack: Stack, room: float, sheet: Sheet) -> float:
    return sum(len(_lines(piece, room - 10, sheet)) * 14 + 6 for piece in stack.pieces)


def _stack(
    drawing: Drawing, stack: Stack, place: tuple[float, float, float], side: str, room: float, sheet: Sheet
) -> list[tuple[float, float]]:
    """Draw a column of pieces with their names and amounts beside them, and return their edges."""
    theme = sheet.theme
    x, top, height = place
    gaps = _GAP * (len(stack.pieces) - 1)
    at = top
    edges = []
    for number_, piece in enumerate(stack.pieces):
        bottom = at + piece.amount.value / stack.total * (height - gaps)
        tone = stack.colour if number_ == 0 else theme.pale(stack.colour, 0.78 - 0.24 * number_)
        shown = Scale.of([piece.amount], sheet.words).text(piece.amount)
        name = f"{stack.name}, {piece.name}"
        drawing.nodes.append(Node(x=x, top=at, bottom=bottom, colour=tone, name=name, shown=shown))
        edges.append((at, bottom))
        at = bottom + _GAP
    outer, inner = (x - 8, x) if side == "right" else (x + _THICK + 8, x + _THICK)
    drawing.text(stack.name, x + _THICK if side == "right" else x, top - 14, theme.grey, side=side)
    blocks = [_lines(piece, room - 10, sheet) for piece in stack.pieces]
    need = [len(block) * 14 + 6.0 for block in blocks]
    wanted = [(begin + end) / 2 for begin, end in edges]
    for block, begin, middle, size in zip(blocks, _blocks(wanted, need, top, top + height), wanted, need, strict=True):
        for row, (line, bold) in enumerate(block):
            text = fitted(line, room - 10, TICK, bold)
            colour = theme.grey if row == len(block) - 1 and not bold else theme.ink
            drawing.text(text, outer, begin + 10 + row * 14, colour, side=side, bold=bold)
        if abs(begin + size / 2 - middle) > 6:
            drawing.leaders.append((outer + (2 if side == "right" else -2), begin + size / 2, inner, middle))
    return edges


def _blocks(wanted: Sequence[float], need: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return where each block of lines begins: near its piece, below the one before, within the column."""
    found: list[float] = []
    at = top
    for middle, size in zip(wanted, need, strict=True):
        at = max(at, middle - size / 2)
        found.append(at)
        at += size
    end = bottom
    for place in range(len(found) - 1, -1, -1):
        found[place] = min(found[place], end - need[place])
        end = found[place]
    return found


# --- how both are drawn ------------------------------------------------------------------------------


def _drawn(
    drawing: Drawing, left: float, right: float, plot: float, above: float, sheet: Sheet, see_through: bool = False
) -> Picture:
    import altair as alt

    theme = sheet.theme
    x_scale = alt.Scale(domain=[0, plot], range=[0, plot], nice=False)
    y_scale = alt.Scale(domain=[0, drawing.height], range=[0, drawing.height], nice=False)

    def x(name: str) -> alt.X:
        return alt.X(f"{name}:Q", scale=x_scale, axis=None)

    def y(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q", scale=y_scale, axis=None)

    bands = alt.Chart(alt.InlineData(values=_curves(drawing.links)))
    nodes = [
        {
            "x": _short(node.x),
            "x2": _short(node.x + _THICK),
            "y": _short(node.top),
            "y2": _short(max(node.bottom, node.top + 0.75)),
            "colour": node.colour,
            "name": node.name,
            "shown": node.shown,
        }
        for node in drawing.nodes
    ]
    tip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title="=")]
    layers: list[Any] = [
        bands.mark_area(opacity=0.6 if see_through else 1.0, interpolate="monotone", orient="vertical").encode(
            x=x("x"), y=y("top"), y2="bottom:Q", detail="band:N", fill=alt.Fill("colour:N", scale=None)
        ),
        alt.Chart(alt.InlineData(values=nodes))
        .mark_rect()
        .encode(x=x("x"), x2="x2:Q", y=y("y"), y2="y2:Q", fill=alt.Fill("colour:N", scale=None), tooltip=tip),
    ]
    if drawing.leaders:
        values = [{"x": _short(a), "y": _short(b), "x2": _short(c), "y2": _short(d)} for a, b, c, d in drawing.leaders]
        layers.append(
            alt.Chart(alt.InlineData(values=values))
            .mark_rule(color=theme.grey, strokeWidth=0.8)
            .encode(x=x("x"), x2="x2:Q", y=y("y"), y2="y2:Q")
        )
    kinds: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for text in drawing.texts:
        place = {"text": text["text"], "x": _short(text["x"]), "y": _short(text["y"])}
        kinds.setdefault((text["side"], text["colour"], text["size"], text["bold"]), []).append(place)
    for (side, colour, size, bold), values in kinds.items():
        mark: dict[str, Any] = {"align": side, "baseline": "middle", "color": colour, "fontSize": size, "font": FONT}
        layers.append(
            alt.Chart(alt.InlineData(values=values))
            .mark_text(fontWeight="bold" if bold else "normal", **mark)
            .encode(x=x("x"), y=y("y"), text="text:N")
        )
    return Picture(layers=layers, left=left, right=right, height=drawing.height, above=above, below=8)


def _curves(links: Sequence[Link]) -> list[dict[str, Any]]:
    """Return points along each band: level at both ends, steepest in the middle."""
    points = []
    for band, link in enumerate(links):
        (x0, top0, bottom0), (x1, top1, bottom1) = link.begin, link.end
        for place in range(_POINTS):
            along = place / (_POINTS - 1)
            up = along * along * (3 - 2 * along)
            points.append(
                {
                    "band": band,
                    "x": _short(x0 + (x1 - x0) * along),
                    "top": _short(top0 + (top1 - top0) * up),
                    "bottom": _short(bottom0 + (bottom1 - bottom0) * up),
                    "colour": link.colour,
                    "name": link.name,
                }
            )
    return points


def _short(value: float) -> float:
    return round(value, 2)
