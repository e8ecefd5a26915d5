"""An element of XML, and what is in it. Most elements are a name and a text, which need no object of their own."""

from __future__ import annotations

from collections.abc import Iterator

from riskscore.manifest.formats.messages.customs_xml.xml_opening import plain


class Node:
    """An element: its plain `name`, its attributes (name, value, name, value ...), its text, and its line.

    `names` are the plain names of its children, and `values` their texts: nodes for those with children or attributes.
    """

    __slots__ = ("attributes", "line", "name", "names", "text", "values")

    def __init__(self, name: str, attributes: list[str] | None = None, text: str = "") -> None:
        self.name = name
        self.attributes = attributes
        self.text = text
        self.line = 1
        self.names: list[str] = []
        self.values: list[str | Node] = []

    def add(self, name: str, attributes: list[str] | None = None) -> Node:
        """Add a child that is a node, and return it."""
        node = Node(name, attributes)
        self.names.append(name)
        self.values.append(node)
        return node

    @property
    def children(self) -> list[Node]:
        """All children as nodes."""
        return [self._child(place) for place in range(len(self.names))]

    def facts(self) -> dict[str, str]:
        """The text of each child by its name; of several with one name, that of the first."""
        texts = [value if isinstance(value, str) else value.text for value in reversed(self.values)]
        return dict(zip(reversed(self.names), texts, strict=True))

    def texts(self) -> Iterator[tuple[str, str]]:
        """The name and the text of each child."""
        for name, value in zip(self.names, self.values, strict=True):
            yield name, value if isinstance(value, str) else value.text

    def all(self, *names: str) -> list[Node]:
        """The children with one of these plain names."""
        return [self._child(place) for place, name in enumerate(self.names) if name in names]

    def find(self, *path: str) -> Node | None:
        """The element at the end of `path`, of which each step goes to the first child with that name."""
        node = self
        for name in path:
            if name not in node.names:
                return None
            node = node._child(node.names.index(name))
        return node

    def get(self, name: str, *deeper: str) -> str:
        """The text of the element at the end of the path; an empty text where there is none."""
        if name not in self.names:
            return ""
        value = self.values[self.names.index(name)]
        if isinstance(value, str):
            return "" if deeper else value
        return value.get(*deeper) if deeper else value.text

    def deep(self, name: str) -> Iterator[Node]:
        """All elements with this name, at any depth below."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.deep(name)

    def attribute(self, name: str) -> str:
        """The value of the attribute with this plain name; an empty text where there is none."""
        pairs = self.attributes or []
        values = (pairs[place + 1] for place in range(0, len(pairs), 2) if plain(pairs[place]) == name)
        return next(values, "")

    def _child(self, place: int) -> Node:
        value = self.values[place]
        return Node(self.names[place], text=value) if isinstance(value, str) else value
