"""Columns of rows on their way to PostgreSQL, as binary arrays.

The driver's own lists ask for every value's type; a batch knows the type of each of its columns. Source: array_recv
in PostgreSQL's arrayfuncs.c (dimensions, has-nulls, element type; length and lower bound; then each value behind
its length).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EMPTY = struct.Struct(">iiI")
_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")


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

    def _array(self, values: Sequence[bytes]) -> bytes:
        if not values:
            return _EMPTY.pack(0, 0, self.element_oid)
        parts = [_HEADER.pack(1, 0, self.element_oid, len(values), 1)]
        for value in values:
            parts.append(_LENGTH.pack(len(value)))
            parts.append(value)
        return b"".join(parts)


class _UuidsDumper(_ArrayDumper):
    oid, element_oid = 2951, 2950

    def dump(self, obj: Uuids) -> bytes:
        return self._array([item.bytes for item in obj.items])


class _TextsDumper(_ArrayDumper):
    oid, element_oid = 1009, 25

    def dump(self, obj: Texts) -> bytes:
        return self._array([item.encode() for item in obj.items])


class _BlobsDumper(_ArrayDumper):
    oid, element_oid = 1001, 17

    def dump(self, obj: Blobs) -> bytes:
        return self._array(obj.items)


class _NumbersDumper(_ArrayDumper):
    oid, element_oid = 1016, 20

    def dump(self, obj: Numbers) -> bytes:
        try:
            return self._array([item.to_bytes(8, "big", signed=True) for item in obj.items])
        except OverflowError as error:
            raise psycopg.DataError(f"a number does not fit into 64 bits: {error}") from error


psycopg.adapters.register_dumper(Uuids, _UuidsDumper)
psycopg.adapters.register_dumper(Texts, _TextsDumper)
psycopg.adapters.register_dumper(Blobs, _BlobsDumper)
psycopg.adapters.register_dumper(Numbers, _NumbersDumper)
