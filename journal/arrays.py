"""Columns of rows on their way to PostgreSQL and back, as binary arrays.

The driver's own lists ask for every value's type; a batch knows the type of each of its columns. Source: array_recv
in PostgreSQL's arrayfuncs.c (dimensions, has-nulls, element type; length and lower bound; then each value behind
its length).
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EMPTY = struct.Struct(">iiI")
_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_NUMBER = struct.Struct(">iq")
_SIXTEEN = _LENGTH.pack(16)


class Column(Protocol):
    """The values of one column, all of one type."""

    def binary(self) -> bytes:
        """The array of them."""


@dataclass(frozen=True, slots=True)
class Uuids:
    """A column of type uuid."""

    items: Sequence[UUID]

    def binary(self) -> bytes:
        return _array(2950, len(self.items), [_SIXTEEN + item.bytes for item in self.items])


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of type text."""

    items: Sequence[str]

    def binary(self) -> bytes:
        return _array(25, len(self.items), _behind_length([item.encode() for item in self.items]))


@dataclass(frozen=True, slots=True)
class Blobs:
    """A column of type bytea."""

    items: Sequence[bytes]

    def binary(self) -> bytes:
        return _array(17, len(self.items), _behind_length(self.items))


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of type bigint."""

    items: Sequence[int]

    def binary(self) -> bytes:
        """Raises psycopg.DataError for a number beyond 64 bits."""
        try:
            return _array(20, len(self.items), [_NUMBER.pack(8, item) for item in self.items])
        except struct.error as error:
            raise psycopg.DataError(f"a number does not fit into 64 bits: {error}") from error


def _array(element_oid: int, count: int, values: Iterable[bytes]) -> bytes:
    """`values`: every element behind its length."""
    if not count:
        return _EMPTY.pack(0, 0, element_oid)
    return _HEADER.pack(1, 0, element_oid, count, 1) + b"".join(values)


def _behind_length(values: Sequence[bytes]) -> list[bytes]:
    parts = [b""] * (2 * len(values))
    parts[::2] = [_LENGTH.pack(len(value)) for value in values]
    parts[1::2] = values
    return parts


def numbers_in(array: bytes | None) -> list[int | None]:
    """The numbers of a bigint array as it is sent: empty where it is null, None for each null in it."""
    numbers: list[int | None] = []
    at, end = _HEADER.size, len(array or b"")
    while array is not None and at < end:
        (length,) = _LENGTH.unpack_from(array, at)
        at += _LENGTH.size
        numbers.append(None if length < 0 else int.from_bytes(array[at : at + length], "big", signed=True))
        at += max(length, 0)
    return numbers


class _Dumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> bytes:
        return obj.binary()


class _UuidsDumper(_Dumper):
    oid = 2951


class _TextsDumper(_Dumper):
    oid = 1009


class _BlobsDumper(_Dumper):
    oid = 1001


class _NumbersDumper(_Dumper):
    oid = 1016


psycopg.adapters.register_dumper(Uuids, _UuidsDumper)
psycopg.adapters.register_dumper(Texts, _TextsDumper)
psycopg.adapters.register_dumper(Blobs, _BlobsDumper)
psycopg.adapters.register_dumper(Numbers, _NumbersDumper)
