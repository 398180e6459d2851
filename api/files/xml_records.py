"""Payment files and answers in a bank's XML: written from a template, read back by the same template.

What must not be broken: what was written is read back to the same batch, part by part; an answer that names no payment
and no batch never settles anything. Findings name the line of the file and the element's path.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from api.files.bank_tables import Table
from api.files.cells import Row
from api.files.findings import BadFile, finding
from api.files.safe_xml import Element, read_xml
from api.files.xml_layouts import AnswerPath, XmlAnswer, XmlLayout, XmlTemplate, filled, holds
from domain.kernel.money import fen, yuan

PARTS_MAX: Final = 100
PARTS_BYTES_MAX: Final = 20 * 2**20

_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)
_ZIP_ERRORS: Final = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, ValueError)
_DATE_FIELDS: Final = frozenset({"date", "booked_on"})
Values = Mapping[str, str]


# Writing.
def write_payments(layout: XmlLayout, *, totals: Values, lines: Sequence[Values]) -> bytes:
    """The batch as one message or, beyond the bank's number of lines, as a zip archive of several."""
    size = layout.lines_max
    groups = [lines[at : at + size] for at in range(0, len(lines), size)]
    parts = []
    for number, group in enumerate(groups, 1):
        head = {
            **totals,
            "part": str(number),
            "parts": str(len(groups)),
            "part_count": str(len(group)),
            "part_total": yuan(sum(fen(line["amount"]) for line in group)),
            "first": "Y" if number == 1 else "N",
            "last": "Y" if number == len(groups) else "N",
        }
        parts.append((f"{totals['batch']}-{number:03d}.xml", _message(layout, layout.payment, head, group)))
    return packed(parts)


def write_reply(layout: XmlLayout, *, totals: Values, lines: Sequence[Values], file: str) -> bytes:
    """What a rehearsal's bank answers. Raises BadFile for a layout that does not say how."""
    if layout.reply is None:
        raise BadFile([finding("profile.no_reply", file=file)])
    return _message(layout, layout.reply, totals, lines)


def _message(layout: XmlLayout, template: XmlTemplate, head: Values, lines: Sequence[Values]) -> bytes:
    """One message. A rehearsal's remark is a comment before the root, where whoever opens the file sees it first."""
    root = _node(template.root, None)
    if template.namespace:
        root.attributes = {"xmlns": template.namespace}
    _put(root, template.head, head)
    *place, name = template.line_at.split("/")
    parent = root
    for above in place:
        parent = _last_named(parent, above)
    for values in lines:
        _put(_node(name, parent), template.line, {**head, **values})
    remark = head.get("remark", "")
    texts = [f'<?xml version="1.0" encoding="{layout.encoding}"?>']
    texts += [f"<!-- {remark} -->"] if remark else []
    texts += serialized(root)
    return "".join(text + "\n" for text in texts).encode(layout.encoding)


def _put(root: Element, entries: Sequence[Sequence[str]], values: Values) -> None:
    for path, text, *condition in entries:
        content = filled(text, values) if holds(condition, values) else ""
        if not content:
            continue
        place, _, attribute = path.partition("@")
        element = root
        names = place.split("/")
        for name in names[:-1]:
            element = _last_named(element, name)
        if attribute:
            place_of = _last_named(element, names[-1])
            place_of.attributes = {**place_of.attributes, attribute: content}
        else:
            _node(names[-1], element).text = content


def _last_named(parent: Element, name: str) -> Element:
    """The child that stands last, if it has the name; else a new one."""
    if parent.children and parent.children[-1].name == name:
        return parent.children[-1]
    return _node(name, parent)


def _node(name: str, parent: Element | None) -> Element:
    return Element(name, attributes={}, line=0, parent=parent)


def serialized(element: Element, indent: str = "") -> list[str]:
    """The element as lines of XML, each child on its own."""
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    opened = f"{indent}<{element.name}{attributes}>"
    if not element.children:
        return [f"{opened}{escape(element.text)}</{element.name}>"]
    texts = [opened]
    for child in element.children:
        texts += serialized(child, indent + "  ")
    texts.append(f"{indent}</{element.name}>")
    return texts


def packed(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """The parts as one zip archive, always the same bytes; a single part stays as it is."""
    if len(parts) == 1:
        return parts[0][1]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DAY), content)
    return buffer.getvalue()


# Reading.
def unpacked(content: bytes, *, file: str) -> list[tuple[str, bytes]]:
    """The parts of a payment file by name. Raises BadFile for an archive that is damaged or beyond the limits."""
    if not content.startswith(b"PK\x03\x04"):
        return [(file, content)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > PARTS_MAX or sum(member.file_size for member in members) > PARTS_BYTES_MAX:
                limit = f"{PARTS_BYTES_MAX // 2**20} MB"
                raise BadFile([finding("file.unpacked_too_large", file=file, limit=limit)])
            return [(f"{file}“{member.filename}”", _bounded(archive, member)) for member in members]
    except _ZIP_ERRORS as error:
        raise BadFile([finding("file.damaged", file=file, detail=type(error).__name__)]) from error


def _bounded(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The member's bytes, never more than it claims to have: a directory may lie."""
    with archive.open(member) as part:
        content = part.read(member.file_size + 1)
    if len(content) > member.file_size:
        raise zipfile.BadZipFile(member.filename)
    return content


def read_payments(layout: XmlLayout, content: bytes, table: Table) -> None:
    """Read a payment file, in one part or several, into the table. Raises BadFile for what is none."""
    template = layout.payment
    heads: list[dict[str, str]] = []
    for file, part in unpacked(content, file=table.file):
        document = read_xml(part, file=file)
        if document.root.name != template.root:
            shown, expected = document.root.name, template.root
            raise BadFile([finding("xml.other_message", file=file, row=1, value=shown, expected=expected)])
        table.remark = table.remark or next(iter(document.comments), "")
        head = _texts(document.root, template.head_paths())
        heads.append(head)
        if table.totals is None:
            table.totals = Row(file, 1, head, template.head_paths(), table.findings)
        for element in document.root.all(template.line_at):
            cells = _texts(element, template.line_paths())
            cells |= {name: filled(text, {**head, **cells}) for name, text in layout.composed.items()}
            table.add(Row(file, element.line, cells, _titles(element, template.line_paths()), table.findings))
    if any(head.get(name) != heads[0].get(name) for head in heads for name in ("batch", "payer_account", "total")):
        table.note("record.repeated", what="批次号、付款账号或总金额在各部分里不一致：")


def read_answers(layout: XmlLayout, content: bytes, table: Table) -> None:
    """Read one of the bank's messages into the table: lines or, where it has none, an answer for the whole batch."""
    document = read_xml(content, file=table.file)
    table.remark = next(iter(document.comments), "")
    answer = _kind(layout, document.root)
    if answer is None:
        expected = "、".join(known.title for known in layout.answers)
        shown = document.root.name
        raise BadFile([finding("xml.other_message", file=table.file, row=1, value=shown, expected=expected)])
    for element in document.root.all(answer.lines) if answer.lines is not None else ():
        cells = _said(answer, element, answer.fields)
        for name, text in layout.composed.items():
            if name not in cells and {"batch", "seq"} <= cells.keys():
                cells[name] = filled(text, cells)
        titles = _titles(element, {name: paths[0] for name, paths in answer.fields.items()})
        table.add(Row(table.file, element.line, cells, titles, table.findings))
    group = _said(answer, document.root, answer.group)
    titles = {name: paths[0] for name, paths in answer.group.items()}
    table.totals = table.lines[0] if table.lines else Row(table.file, 1, group, titles, table.findings)
    if not table.lines and "status" in group:
        table.group = table.totals


def _kind(layout: XmlLayout, root: Element) -> XmlAnswer | None:
    """Which of the bank's messages this is, by its marks."""
    for answer in layout.answers:
        found = [(root.first(path), text) for path, text in answer.marks()]
        if all(place is not None and (not text or place.text.strip() == text) for place, text in found):
            return answer
    return None


def _said(answer: XmlAnswer, element: Element, fields: Mapping[AnswerPath, Sequence[str]]) -> dict[str, str]:
    """Field -> text; what the message does not say is left out."""
    said = {str(name): _dated(name, text) for name, paths in fields.items() if (text := _at(element, paths))}
    return said | ({"status": answer.status} if answer.status is not None else {})


def _dated(name: str, text: str) -> str:
    """A day without its time of day."""
    return text.partition("T")[0] if name in _DATE_FIELDS else text


def _titles(element: Element, paths: Mapping[str, str]) -> dict[str, str]:
    """How findings name the places of a line's fields. The element's number is its line's business."""
    return {name: f"{element.name}/{path}" for name, path in paths.items()}


def _texts(element: Element, paths: Mapping[str, str]) -> dict[str, str]:
    return {name: _at(element, [path]) for name, path in paths.items()}


def _at(element: Element, paths: Sequence[str]) -> str:
    """The first text at one of the paths, or an empty one."""
    for path in paths:
        place, _, attribute = path.partition("@")
        for found in element.all(place):
            text = (found.attributes.get(attribute, "") if attribute else found.text).strip()
            if text:
                return text
    return ""
