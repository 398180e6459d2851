"""XML of strangers: no document type, no entity, no depth, no size beyond the limits - and every place is known."""

import tracemalloc

import pytest

from api.files import safe_xml
from api.files.findings import BadFile
from api.files.safe_xml import looks_like_xml, read_xml

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Document>&c;</Document>"""
FETCH = b"""<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>"""
OUTSIDE = b"""<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd"><d/>"""
PARAMETER = b"""<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]><d/>"""


def refused(content: bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(BadFile) as raised:
        read_xml(content, file="x.xml")
    return [(found.code, found.row) for found in raised.value.findings]


@pytest.mark.parametrize("content", [LAUGHS, FETCH, OUTSIDE, PARAMETER, FETCH.decode().encode("utf-16")])
def test_a_document_type_is_refused_before_anything_is_expanded(content):
    assert refused(content)[0][0] == "file.doctype"


def test_an_entity_that_nobody_declared_is_no_xml():
    assert refused(b"<d>\n&nbsp;</d>") == [("xml.malformed", 2)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"  \n", "file.empty"),
        (b"<a><b></a>", "xml.malformed"),
        (b"<a/><b/>", "xml.malformed"),
        (b"not xml", "xml.malformed"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "file.encoding"),
        (b'<?xml version="1.0" encoding="GBK"?><a>\xff\xff</a>', "file.encoding"),
        (b"<a>\xff</a>", "xml.malformed"),
    ],
)
def test_what_is_no_xml_is_refused_with_its_reason(content, code):
    assert refused(content)[0][0] == code


def test_depth_elements_attributes_texts_and_size_are_limited(monkeypatch):
    deep = safe_xml.DEPTH_MAX
    assert read_xml(b"<a>" * deep + b"</a>" * deep, file="x").root.name == "a"
    assert refused(b"<a>\n" * (deep + 1) + b"</a>" * (deep + 1)) == [("xml.too_deep", deep + 1)]
    assert refused(b"<a>" + b"x" * (safe_xml.TEXT_CHARS_MAX + 1) + b"</a>")[0][0] == "cell.too_long"
    many = " ".join(f'a{number}="1"' for number in range(safe_xml.ATTRIBUTES_MAX + 1))
    assert refused(f"<a {many}/>".encode())[0][0] == "xml.too_many_attributes"
    monkeypatch.setattr(safe_xml, "ELEMENTS_MAX", 10)
    assert refused(b"<a>" + b"<b/>" * 10 + b"</a>")[0][0] == "xml.too_many_elements"
    monkeypatch.setattr(safe_xml, "XML_BYTES_MAX", 100)
    assert refused(b"<a>" + b" " * 100 + b"</a>")[0][0] == "file.too_large"


def test_a_bomb_of_nesting_costs_no_memory():
    tracemalloc.start()
    try:
        refused(b"<a>" * 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()


def test_chinese_encodings_are_read_and_lines_keep_their_numbers():
    text = "<?xml version='1.0' encoding='{}'?>\n<包>\n<名>张建国</名>\n</包>"
    for encoding in ("GBK", "gb18030", "GB2312"):
        root = read_xml(text.format(encoding).encode("gb18030"), file="x").root
        assert (root.text_at("名"), root.children[0].line) == ("张建国", 3)


def test_namespaces_are_dropped_and_places_are_told():
    document = read_xml(
        b'<!-- seen first --><x:D xmlns:x="urn:any"><x:S n="1"/><x:S><x:A>1</x:A><x:A> 2 </x:A></x:S></x:D>', file="x"
    )
    root = document.root
    assert document.comments == ["seen first"]
    assert [element.path for element in root.all("S/A")] == ["D/S[2]/A[1]", "D/S[2]/A[2]"]
    assert root.text_at("nowhere", "S/A") == "1"
    deepest = list(root.all("S/A"))[1]
    assert (deepest.text_at(""), deepest.text_at("../A"), deepest.first("../../S").attributes) == ("2", "1", {"n": "1"})
    assert root.first("S/B") is None
    assert root.text_at("../x") == ""


def test_xml_is_known_by_its_first_sign():
    assert looks_like_xml(b"\xef\xbb\xbf \n<a/>")
    assert not looks_like_xml(b"PK\x03\x04")
