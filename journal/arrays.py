"""Columns of rows on their way to PostgreSQL, as binary arrays.

The driver's own lists ask for every value's type; a batch knows the type of each of its columns. Source: array_recv
in PostgreSQL's arrayfuncs.c (dimensions, has-nulls, element type; length and lower bound; then each value behind
its length).
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EMPTY = struct.Struct(">iiI")
_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_EIGHT, _SIXTEEN = _LENGTH.pack(8), _LENGTH.pack(16)


@dataclass(frozen=True, slots=True)
class Uuids:
    """A column of type uuid."""

    items: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of type text."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Blobs:
    """A column of type bytea."""

    items: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of type bigint."""

    items: Sequence[int]


class _ArrayDumper(Dumper):
    format = Format.BINARY
    element_oid: ClassVar[int]

    def _array(self, count: int, values: Iterable[bytes]) -> bytes:
        """`values`: every element behind its length."""
        if not count:
            return _EMPTY.pack(0, 0, self.element_oid)
        return _HEADER.pack(1, 0, self.element_oid, count, 1) + b"".join(values)


class _UuidsDumper(_ArrayDumper):
    oid, element_oid = 2951, 2950

    def dump(self, obj: Uuids) -> bytes:
        return self._array(len(obj.items), [_SIXTEEN + item.bytes for item in obj.items])


class _TextsDumper(_ArrayDumper):
    oid, element_oid = 1009, 25

    def dump(self, obj: Texts) -> bytes:
        return self._array(len(obj.items), _behind_length([item.encode() for item in obj.items]))


class _BlobsDumper(_ArrayDumper):
    oid, element_oid = 1001, 17

    def dump(self, obj: Blobs) -> bytes:
        return self._array(len(obj.items), _behind_length(obj.items))


class _NumbersDumper(_ArrayDumper):
    oid, element_oid = 1016, 20

    def dump(self, obj: Numbers) -> bytes:
        try:
            return self._array(len(obj.items), [_EIGHT + item.to_bytes(8, "big", signed=True) for item in obj.items])
        except OverflowError as error:
            raise psycopg.DataError(f"a number does not fit into 64 bits: {error}") from error


def _behind_length(values: Sequence[bytes]) -> list[bytes]:
    parts = [b""] * (2 * len(values))
    parts[::2] = [_LENGTH.pack(len(value)) for value in values]
    parts[1::2] = values
    return parts


psycopg.adapters.register_dumper(Uuids, _UuidsDumper)
psycopg.adapters.register_dumper(Texts, _TextsDumper)
psycopg.adapters.register_dumper(Blobs, _BlobsDumper)
psycopg.adapters.register_dumper(Numbers, _NumbersDumper)
