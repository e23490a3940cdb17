"""All objects of a chain of packs under their names, with what a later pack adds to an earlier one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from furong.packs.currency import minor_units
from furong.packs.folder import Folder, Item
from furong.packs.models.base import Entry
from furong.packs.models.facts import Fact, FactAddition
from furong.packs.models.kinds import Kind, KindAddition
from furong.packs.models.policies import Document, Policy
from furong.packs.models.sections import NOUN_OF, NOUNS, Noun
from furong.packs.problems import nearest


@dataclass(slots=True)
class Catalogue:
    """Objects by section and identity, base first; `names` also has the ids of faulty ones."""

    folders: list[Folder]
    objects: dict[str, dict[Any, Item[Any]]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    home: dict[int, Folder] = field(default_factory=dict)
    """id() of a source → the folder that it belongs to."""

    def of[M: Entry](self, model: type[M]) -> Mapping[Any, Item[M]]:
        """All objects of one class by identity."""
        return self.objects[NOUN_OF[model].section]

    def pack_of(self, item: Item[Any]) -> str:
        """The id of the pack that an object stands in."""
        return self.home[id(item.source)].path.name

    def document_of(self, policy: Item[Policy]) -> Item[Document] | None:
        """The document of the file that a policy stands in; None where it is faulty."""
        found = (d for d in self.of(Document).values() if d.source is policy.source)
        return next(found, None)


def gather(folders: list[Folder]) -> Catalogue:
    """Name every object of the chain; what is declared twice, or redefined, is a problem."""
    catalogue = Catalogue(folders)
    for noun in NOUNS:
        catalogue.objects[noun.section] = {}
        catalogue.names[noun.section] = set()
    for folder in folders:
        catalogue.home.update((id(source), folder) for source in folder.sources)
        for item in folder.items:
            if type(item.entry) in NOUN_OF:
                _declare(catalogue, NOUN_OF[type(item.entry)], item)
        for noun, identity in folder.faulty:
            name = identity[0] if isinstance(identity, tuple) else identity
            if isinstance(name, str):
                catalogue.names[noun.section].add(name)
        _add(catalogue, folder)
    _complain_of_twin_files(folders)
    return catalogue


def _declare(catalogue: Catalogue, noun: Noun, item: Item[Entry]) -> None:
    identity = noun.identify({name: getattr(item.entry, name) for name in noun.names})
    objects = catalogue.objects[noun.section]
    name = identity[0] if isinstance(identity, tuple) else identity
    if first := objects.get(identity):
        _complain_of_twin(catalogue, noun, item, first, name)
        return
    objects[identity] = item
    catalogue.names[noun.section].add(name)


def _complain_of_twin(
    catalogue: Catalogue, noun: Noun, item: Item[Entry], first: Item[Entry], name: str
) -> None:
    at = (noun.names[0],)
    here, there = catalogue.pack_of(item), catalogue.pack_of(first)
    if here == there:
        item.complain(
            at, f"{noun.word} {name} 在 {first.place}已经写过", "请删去一个，或者换一个编号"
        )
        return
    message = f"{noun.word} {name} 已由内容包 {there} 声明（{first.place}），不能重新定义"
    addable = noun.model in (Fact, Kind)
    item.complain(
        at, message, "请删去；要增加内容，写在 add: 下" if addable else "请删去，或者换一个编号"
    )


def _complain_of_twin_files(folders: list[Folder]) -> None:
    """A procedure, form, … is a file of its own: no two packs of a chain have one of one name."""
    first: dict[tuple[str, str], Folder] = {}
    for folder in folders:
        for section, sources in folder.plain.items():
            for name, source in sources.items():
                other = first.setdefault((section, name), folder)
                if other is not folder:
                    message = (
                        f"{section}/{name}.yaml 已由内容包 {other.path.name} 声明，不能重新定义"
                    )
                    source.add((), message, "请换一个文件名，或者删去")


def _add(catalogue: Catalogue, folder: Folder) -> None:
    """Apply a pack's additions to the facts and kinds of the packs before it."""
    for addition in folder.of(FactAddition):
        if (fact := _target(catalogue, folder, addition, Fact, "fact")) is not None:
            _add_values(catalogue, addition, fact)
    for more in folder.of(KindAddition):
        if (kind := _target(catalogue, folder, more, Kind, "kind")) is not None:
            _add_facts(catalogue, more, kind)


def _target[M: Entry](
    catalogue: Catalogue, folder: Folder, addition: Item[Any], model: type[M], field_name: str
) -> Item[M] | None:
    name = getattr(addition.entry, field_name)
    noun = NOUN_OF[model]
    found = catalogue.of(model).get(name)
    if found is None:
        if name not in catalogue.names[noun.section]:
            hint = nearest(name, catalogue.names[noun.section])
            addition.complain((field_name,), f"没有{noun.word} {name}", hint or "请核对名称")
    elif catalogue.home[id(found.source)] is folder:
        addition.complain(
            (field_name,), f"{noun.word} {name} 就在本包声明（{found.place}）", "请直接写在那里"
        )
        return None
    return found


def _add_values(catalogue: Catalogue, addition: Item[FactAddition], fact: Item[Fact]) -> None:
    entry = fact.entry
    if entry.type not in ("choice", "set"):
        addition.complain(("fact",), f"事实 {entry.key} 没有可选的值", "请删去这一项")
        return
    for code in addition.entry.values.keys() & entry.values.keys():
        addition.complain(("values", code), f"事实 {entry.key} 已有值 {code}", "请删去")
    more = {code: v for code, v in addition.entry.values.items() if code not in entry.values}
    grown = entry.model_copy(update={"values": {**entry.values, **more}})
    catalogue.objects["facts"][entry.key] = fact._replace(entry=grown)


def _add_facts(catalogue: Catalogue, addition: Item[KindAddition], kind: Item[Kind]) -> None:
    entry = kind.entry
    for name in _WORDS:
        for index, word in enumerate(getattr(addition.entry, name)):
            if word in getattr(entry, name):
                addition.complain((name, index), f"主体类别 {entry.id} 已有 {word}", "请删去")
            elif word not in catalogue.names[name]:
                hint = nearest(word, catalogue.names[name]) or "请先声明，或者核对名称"
                addition.complain((name, index), f"没有{_WORDS[name]} {word}", hint)
    grown = {
        name: _union(
            getattr(entry, name),
            tuple(w for w in getattr(addition.entry, name) if w in catalogue.names[name]),
        )
        for name in _WORDS
    }
    made = entry.model_copy(update=grown)
    catalogue.objects["kinds"][entry.id] = kind._replace(entry=made)


_WORDS: Final = {"facts": "事实", "identifiers": "标识"}
"""What an addition gives a kind, by section."""


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def count_money(catalogue: Catalogue) -> None:
    """Give every fact that is money the digits that the chain's currency has after the point."""
    given = (item.entry.currency for item in manifests(catalogue.folders))
    if (currency := next(filter(None, given), None)) is None:
        return
    facts = catalogue.objects["facts"]
    for key, item in facts.items():
        if item.entry.type == "money":
            counted = item.entry.model_copy(update={"scale": minor_units(currency)})
            facts[key] = item._replace(entry=counted)


def manifests(folders: list[Folder]) -> Iterator[Item[Any]]:
    """The manifests of the chain that could be read, base first."""
    for folder in folders:
        if folder.manifest and folder.manifest_source:
            yield Item(folder.manifest, folder.manifest_source, ())
