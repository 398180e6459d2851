"""How often somebody may send the public form: a few times at once, then ever more rarely; of a place, so many a day.

What must not be broken: nobody has to prove that he is no machine. What an address sent is kept in memory for that
count alone, never with what was said, and a restart forgets it.
"""

import ipaddress
import math
import time
from collections.abc import Callable
from typing import Final

from api.open311.pace import Pace, Rate
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal

OF_ADDRESS: Final = Rate(burst=5, per_minute=0.1)
"""Five at once (a family shares one), then one in ten minutes."""
OF_PLACE: Final = Rate(burst=200, per_minute=0.1)
"""What a village can read and answer; more in a day is no villager's."""
IPV6_NETWORK_BITS: Final = 64
"""One household has so many addresses (RFC 6177)."""


class Limits:
    """The stores of one application."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._addresses = Pace(OF_ADDRESS, clock=clock)
        self._places = Pace(OF_PLACE, clock=clock)

    def take(self, address: str, *, division: Division) -> None:
        """Count one form. Refuses `hearing.too_often` with the minutes to wait."""
        wait_s = self._addresses.wait_s(network_of(address)) or self._places.wait_s(division)
        if wait_s:
            raise Refusal("hearing.too_often", minutes=math.ceil(wait_s / 60))


def network_of(address: str) -> str:
    """What is counted as one sender: an IPv4 address, the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), IPV6_NETWORK_BITS), strict=False))
