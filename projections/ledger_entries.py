"""The ledgers: one row a posting, and sums in blocks of 256, 65,536 and 16,777,216 log indexes, like the log's tiles.

Every event's postings are added, whatever its type: nothing here knows a business rule. Debit is positive. A reader who
wants to know what was booked by a day as known at a position adds whole blocks up, and at most 255 events besides:
what must not be broken is that a block's sums are its rows' sums, whatever the batches in which they came.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from domain.kernel.postings import book_of
from domain.streams import event_types
from domain.trial_balance import control_of
from journal.codec import Recorded
from projections.rows import Row, WriteCursor, to_json

NAME = "ledger_entries"

DDL = """
-- One row a posting; `number` counts from 1 within its event, `day` is when it takes effect.
CREATE TABLE ledger_entries (
    log_index bigint NOT NULL,
    number    integer NOT NULL,
    event     text NOT NULL,
    type      text NOT NULL,
    day       date NOT NULL,
    book      text NOT NULL,
    control   text NOT NULL,
    account   text NOT NULL,
    commodity text NOT NULL,
    amount    bigint NOT NULL,
    PRIMARY KEY (log_index, number)
);
CREATE INDEX ledger_entries_of_control ON ledger_entries (control, day, log_index, number) INCLUDE (commodity, amount);
-- Where an account has no subsidiaries, it is its own control account.
CREATE INDEX ledger_entries_of_account ON ledger_entries (account, day, log_index, number) WHERE account <> control;
-- What moved money and is no payment: a handful of documents, however many payments there are.
CREATE INDEX ledger_entries_by_document ON ledger_entries (day)
    WHERE control LIKE 'fin:10%' AND type NOT LIKE 'payment.%';
CREATE INDEX ledger_entries_of_book ON ledger_entries (book, day, log_index, number);

-- What a control account was debited and credited on a day, by the events of one block: level 1 has blocks of 256 log
-- indexes, 2 of 65,536, 3 of 16,777,216. The last block of each level grows.
CREATE TABLE ledger_blocks (
    level     smallint NOT NULL,
    block     bigint NOT NULL,
    control   text NOT NULL,
    commodity text NOT NULL,
    day       date NOT NULL,
    book      text NOT NULL,
    debit     bigint NOT NULL,
    credit    bigint NOT NULL,
    PRIMARY KEY (level, block, control, commodity, day)
);
"""

TYPES = frozenset(name for name, cls in event_types().items() if "postings" in cls.__annotations__)

BLOCK_BITS: Final = 8
"""A block holds 2^8 of the blocks below it, as a tile of the log does (C2SP tlog-tiles)."""
LEVELS: Final = (1, 2, 3)

ADD_ENTRIES: Final = """
INSERT INTO ledger_entries SELECT * FROM json_populate_recordset(NULL::ledger_entries, %s)
"""

ADD_TO_BLOCKS: Final = """
INSERT INTO ledger_blocks AS stored SELECT * FROM json_populate_recordset(NULL::ledger_blocks, %s)
ON CONFLICT (level, block, control, commodity, day) DO UPDATE
    SET debit = stored.debit + EXCLUDED.debit, credit = stored.credit + EXCLUDED.credit
"""

_Key = tuple[int, int, str, str, str]  # level, block, control, commodity, day


def block_of(log_index: int, *, level: int) -> int:
    """The block of a level in which a log index lies."""
    return log_index >> (BLOCK_BITS * level)


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add the postings, and to the sums of the blocks in which they lie."""
    entries: list[Row] = []
    blocks: defaultdict[_Key, list[int]] = defaultdict(lambda: [0, 0])
    for recorded in events:
        entries += _rows(recorded)
        places = [(level, block_of(recorded.index, level=level)) for level in LEVELS]
        for account, commodity, amount in recorded.postings:
            control = control_of(account)
            for level, block in places:
                blocks[level, block, control, commodity, recorded.line.on][amount < 0] += abs(amount)
    if entries:
        cursor.execute(ADD_ENTRIES, (to_json(entries),))
        cursor.execute(ADD_TO_BLOCKS, (to_json([_block(key, sums) for key, sums in sorted(blocks.items())]),))


def _rows(recorded: Recorded) -> list[Row]:
    shared: Row = {
        "log_index": recorded.index,
        "event": recorded.name,
        "type": recorded.type,
        "day": recorded.line.on,
    }
    return [
        {
            **shared,
            "number": number,
            "book": book_of(account),
            "control": control_of(account),
            "account": account,
            "commodity": commodity,
            "amount": amount,
        }
        for number, (account, commodity, amount) in enumerate(recorded.postings, start=1)
    ]


def _block(key: _Key, sums: list[int]) -> Row:
    level, block, control, commodity, day = key
    return {
        "level": level,
        "block": block,
        "control": control,
        "commodity": commodity,
        "day": day,
        "book": book_of(control),
        "debit": sums[0],
        "credit": sums[1],
    }
