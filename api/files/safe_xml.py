"""Reading XML that a stranger wrote: small, shallow, without any document type, or not at all.

What must not be broken: a DOCTYPE ends the reading at once, so no entity can be declared, fetched or expanded; size,
depth and number of elements are limited while reading, never afterwards. Namespaces are dropped: banks write the same
message under several, and half of their own samples under a wrong one. Every element knows the line it began in and its
path, so that a finding can name its place.
Source: XML 1.0 (5th edition) sections 2.8, 3.1, 4.3.3; expat's manual on entity expansion.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from xml.parsers import expat

from api.files.findings import BadFile, finding

XML_BYTES_MAX: Final = 50 * 2**20
DEPTH_MAX: Final = 40
ELEMENTS_MAX: Final = 1_000_000
ATTRIBUTES_MAX: Final = 32
TEXT_CHARS_MAX: Final = 32_767

_DECLARED: Final = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*?\?>""")
# Chinese banks write these; expat reads only encodings of one byte a character and the Unicode ones.
_CHINESE: Final = frozenset({"gbk", "gb2312", "gb18030", "gb_2312-80", "cp936"})

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
"""Most elements have no attributes, and a document may have a million elements."""


class Element:
    """One element: local name, local attribute names, its own text, children; `line` is where it began (from 1)."""

    __slots__ = ("_children", "attributes", "line", "name", "parent", "text")

    def __init__(self, name: str, *, attributes: Mapping[str, str], line: int, parent: "Element | None") -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.parent = parent
        self.text = ""
        # Most elements are leaves, and a list for each of a million would be memory for nothing.
        self._children: list[Element] | None = None
        if parent is not None:
            parent.add(self)

    @property
    def children(self) -> "Sequence[Element]":
        """The elements directly below, in order."""
        return self._children or ()

    def add(self, child: "Element") -> None:
        """Put an element below the others."""
        if self._children is None:
            self._children = []
        self._children.append(child)

    @property
    def path(self) -> str:
        """Where it stands: `Document/Stmt[2]/Ntry/Amt`; a number where siblings share the name."""
        if self.parent is None:
            return self.name
        same = [child for child in self.parent.children if child.name == self.name]
        number = f"[{next(at for at, child in enumerate(same, 1) if child is self)}]" if len(same) > 1 else ""
        return f"{self.parent.path}/{self.name}{number}"

    def all(self, path: str) -> Iterator["Element"]:
        """Every element at a path of names below this one; `..` is the parent, an empty path the element itself."""
        name, _, rest = path.partition("/")
        if not name:
            yield self
        elif name == "..":
            if self.parent is not None:
                yield from self.parent.all(rest)
        else:
            for child in self.children:
                if child.name == name:
                    yield from child.all(rest)

    def first(self, *paths: str) -> "Element | None":
        """The first element at the first of the paths that leads anywhere."""
        return next((found for path in paths for found in self.all(path)), None)

    def text_at(self, *paths: str) -> str:
        """The stripped text of the first element that says anything at one of the paths, or an empty text."""
        return next((text for path in paths for found in self.all(path) if (text := found.text.strip())), "")


class XmlDocument:
    """A document: its root, and what its comments say (a rehearsal's files say 演练 in one)."""

    def __init__(self, root: Element, comments: list[str]) -> None:
        self.root = root
        self.comments = comments


class _Refused(Exception):
    """Reading stops here; `code` is one of `findings.REASONS`."""

    def __init__(self, code: str, *, limit: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


class _Builder:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ExternalEntityRefHandler = self._external
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.CommentHandler = self._comment
        self.root: Element | None = None
        self.comments: list[str] = []
        self._open: list[Element] = []
        self._names: dict[str, str] = {}
        self._count = 0

    def _doctype(self, *_: object) -> None:
        raise _Refused("file.doctype")

    def _external(self, *_: object) -> int:
        raise _Refused("file.doctype")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX:
            raise _Refused("xml.too_many_elements", limit=ELEMENTS_MAX)
        if len(self._open) >= DEPTH_MAX:
            raise _Refused("xml.too_deep", limit=DEPTH_MAX)
        if len(attributes) > ATTRIBUTES_MAX:
            raise _Refused("xml.too_many_attributes", limit=ATTRIBUTES_MAX)
        parent = self._open[-1] if self._open else None
        plain = {_local(key): value for key, value in attributes.items()} if attributes else _NONE
        local = self._names.setdefault(name, _local(name))
        element = Element(local, attributes=plain, line=self.parser.CurrentLineNumber, parent=parent)
        if parent is None:
            self.root = element
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, content: str) -> None:
        element = self._open[-1]
        # White space between children is layout, not text.
        if element.children and not content.strip():
            return
        if len(element.text) + len(content) > TEXT_CHARS_MAX:
            raise _Refused("cell.too_long", limit=TEXT_CHARS_MAX)
        element.text += content

    def _comment(self, content: str) -> None:
        if len(self.comments) < ATTRIBUTES_MAX:
            self.comments.append(content.strip())


def read_xml(content: bytes, *, file: str) -> XmlDocument:
    """The document. Raises BadFile for what is no XML, declares a document type, or exceeds a limit; says the line."""
    if not content.strip():
        raise BadFile([finding("file.empty", file=file)])
    if len(content) > XML_BYTES_MAX:
        raise BadFile([finding("file.too_large", file=file, limit=f"{XML_BYTES_MAX // 2**20} MB")])
    builder = _Builder()
    try:
        builder.parser.Parse(readable(content), True)
    except _Refused as refused:
        line = builder.parser.CurrentLineNumber
        raise BadFile([finding(refused.code, file=file, row=line, limit=refused.limit)]) from None
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise BadFile([finding("xml.malformed", file=file, row=error.lineno, detail=what)]) from error
    except LookupError as error:  # the declared encoding does not exist
        raise BadFile([finding("file.encoding", file=file, row=1)]) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadFile([finding("file.encoding", file=file, row=line)]) from error
    if builder.root is None:
        raise BadFile([finding("file.empty", file=file)])
    return XmlDocument(builder.root, builder.comments)


def looks_like_xml(content: bytes) -> bool:
    """Whether the bytes begin as a document does, with or without a byte order mark."""
    return content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def readable(content: bytes) -> bytes:
    """The bytes as any parser can read them: what declares a Chinese encoding becomes UTF-8, line by line the same."""
    declared = _DECLARED.match(content)
    if declared is None or declared[1].decode().lower() not in _CHINESE:
        return content
    lines = b"\n" * content.count(b"\n", 0, declared.end())
    return lines + content[declared.end() :].decode("gb18030").encode()


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
