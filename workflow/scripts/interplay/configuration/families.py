"""Expand the entries and the families of a stage to its experiments.

A family is a set of experiments that differ in one thing:

    scaling: { of: [flipflop, mante], N: [64, 128], with: { g: [0.0, 0.9] } }

adds flipflop_N64, flipflop_N128, mante_N64 and mante_N128. Each member starts from the
experiment in `of`, as with `like`, and takes the settings in `with`. Instead of a list of
values, `variants` gives settings by name. A member that is trained exactly as the experiment
it starts from, or as one in `existing`, is that experiment, so no network is trained twice. A
variant with a g or seeds of its own has other networks, and stays.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from interplay.configuration.layers import BUILT_IN, GRID, Layer, trained_alike
from interplay.storage.errors import InputError

NETWORKS, FAMILIES, LIKE = "networks", "families", "like"

OF, WITH, EXISTING, NAME, VARIANTS = "of", "with", "existing", "name", "variants"
"""keys of a family; any other key is the one that varies"""


@dataclass(frozen=True)
class Experiments:
    """The experiments of a stage, with all families expanded."""

    layers: dict[str, tuple[Layer, ...]]
    """of each experiment, by its name; the first layer counts most"""
    families: dict[str, list[str]]
    """the experiments that each family compares: its members, and those in `of`"""


class _Entry(NamedTuple):
    own: tuple[Layer, ...]
    like: str | None
    """name of the entry that it starts from"""
    key: str
    """that says so, from the top of the configuration"""


class _Family(NamedTuple):
    place: tuple[str, ...]
    members: dict[str, list[str]]
    """names of the members that start from each experiment"""
    existing: list[str]


def expanded(stage: str, section: Mapping[str, Any]) -> Experiments:
    """Expand a stage's `networks` and `families`.

    Args:
        stage: nonlinear or sentiment.
        section: the stage's part of the configuration. An entry or family that is null
            does not exist.

    Returns:
        The experiments of `networks`, in order, then the members of each family.

    Raises:
        InputError: an entry starts from one that does not exist, or from itself; a family
            is incomplete, or makes a name that exists.
    """
    named = section.get(NETWORKS, {})
    entries = {}
    for name, entry in named.items():
        if entry is not None:
            place = (stage, NETWORKS, name)
            own = {key: value for key, value in entry.items() if key != LIKE}
            key = "/".join((*place, LIKE))
            entries[name] = _Entry((Layer(place, own),), entry.get(LIKE), key)
    families = {}
    for name, content in section.get(FAMILIES, {}).items():
        if content is not None:
            place = (stage, FAMILIES, name)
            family, members = _family(place, content)
            for member, entry in members.items():
                if member in named:
                    made = f"found a member of {'/'.join(place)}; set its keys there"
                    key = (stage, NETWORKS, member)
                    raise _error(key, f"expected a name that no family makes, {made}")
                if member in entries:
                    raise _repeated(place, member)
                entries[member] = entry
            families[name] = family
    last = stage_layer(stage, section), Layer((), BUILT_IN.get(stage, {}))
    layers = {name: (*_chain(name, entries), *last) for name in entries}
    same = {name: _same(family, layers) for name, family in families.items()}
    doubles = {double for one in same.values() for double in one}
    compared = {name: _compared(families[name], same[name]) for name in families}
    layers = {name: one for name, one in layers.items() if name not in doubles}
    for name, family in families.items():
        for one in compared[name]:
            if one not in layers:
                raise _error((*family.place, OF), f"expected an entry, found {one!r}")
    return Experiments(layers, compared)


def stage_layer(stage: str, section: Mapping[str, Any]) -> Layer:
    """Return the layer of a stage's defaults: its keys that have no keys of their own."""
    defaults = {key: v for key, v in section.items() if not isinstance(v, Mapping)}
    return Layer((stage,), defaults)


def _family(
    place: tuple[str, ...], content: Mapping[str, Any]
) -> tuple[_Family, dict[str, _Entry]]:
    """Return a family, and the entries of its members by name."""
    of = content[OF]
    of = of if isinstance(of, Mapping) else {base: {} for base in of}
    bases = {base: settings for base, settings in of.items() if settings is not None}
    variants = list(varied(place, content))
    if not bases or not variants:
        key = VARIANTS if bases else OF
        raise _error((*place, key), "expected at least one that is not null, found none")
    pattern = content.get(NAME, "{of}_{variant}")
    shared = Layer((*place, WITH), content.get(WITH) or {})
    members: dict[str, list[str]] = {base: [] for base in bases}
    entries: dict[str, _Entry] = {}
    for base, settings in bases.items():
        for fields, layer in variants:
            own = layer, Layer((*place, OF, base), settings), shared
            for one in own:
                if LIKE in one.settings:
                    message = f"expected none, since members start from `{OF}`, found one"
                    raise _error((*one.place, LIKE), message)
            name = _name(place, pattern, {OF: base, **fields})
            if name in entries:
                raise _repeated(place, name)
            members[base].append(name)
            entries[name] = _Entry(own, base, "/".join((*place, OF)))
    return _Family(place, members, content.get(EXISTING, [])), entries


def varied(
    place: tuple[str, ...], content: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Any], Layer]]:
    """Yield the values that may be in a member's name, and the settings that differ.

    Args:
        place: keys that lead to the family.
        content: the family.

    Raises:
        InputError: none or several keys vary.
    """
    keys = [key for key in content if key not in (OF, WITH, EXISTING, NAME)]
    if len(keys) != 1:
        found = " and ".join(keys) or "none"
        raise _error(place, f"expected one key that varies, or {VARIANTS}, found {found}")
    (key,) = keys
    if key == VARIANTS:
        for name, settings in content[key].items():
            if settings is not None:
                yield {"variant": name}, Layer((*place, key, name), settings)
    elif isinstance(content[key], Mapping):
        # An option of the task, or of Adam.
        ((inner, values),) = content[key].items()
        for value in values:
            fields = {"variant": f"{inner}{value}", inner: value}
            yield fields, Layer(place, {key: {inner: value}})
    else:
        for value in content[key]:
            yield {"variant": f"{key}{value}", key: value}, Layer(place, {key: value})


def _name(place: tuple[str, ...], pattern: str, values: Mapping[str, Any]) -> str:
    try:
        return pattern.format_map(values)
    except (LookupError, ValueError, TypeError, AttributeError):
        fields = ", ".join(f"{{{field}}}" for field in values)
        raise _error(
            (*place, NAME), f"expected a pattern of {fields}, found {pattern!r}"
        ) from None


def _chain(name: str, entries: Mapping[str, _Entry]) -> Iterator[Layer]:
    """Yield the layers of an entry, then those of the entries that it starts from."""
    chain = [name]
    yield from entries[name].own
    while (base := entries[chain[-1]].like) is not None:
        key = entries[chain[-1]].key
        if base not in entries:
            raise InputError(f"config: {key}: expected an entry, found {base!r}")
        if base in chain:
            raise InputError(f"config: {key}: {base!r} leads back to itself")
        chain.append(base)
        yield from entries[base].own


def _same(family: _Family, layers: Mapping[str, tuple[Layer, ...]]) -> dict[str, str]:
    """Return the members that are trained as an experiment that exists, with its name."""
    for one in family.existing:
        if one not in layers:
            raise _error((*family.place, EXISTING), f"expected an entry, found {one!r}")
    same = {}
    for base, members in family.members.items():
        known = {one: trained_alike(layers[one]) for one in (base, *family.existing)}
        for member in members:
            settings = trained_alike(layers[member])
            # The first layer has what varies.
            if not layers[member][0].settings.keys().isdisjoint(GRID):
                continue
            if found := [one for one, theirs in known.items() if theirs == settings]:
                same[member] = found[0]
    return same


def _compared(family: _Family, same: Mapping[str, str]) -> list[str]:
    """Return the names of a family's experiments, each once, in the order of its values."""
    names: list[str] = []
    for base, members in family.members.items():
        group = [same.get(member, member) for member in members]
        names += group if base in group else [base, *group]
    return list(dict.fromkeys(names))


def _repeated(place: tuple[str, ...], name: str) -> InputError:
    return _error((*place, NAME), f"expected names that differ, found {name!r} again")


def _error(place: Iterable[str], problem: str) -> InputError:
    return InputError(f"config: {'/'.join(place)}: {problem}")
