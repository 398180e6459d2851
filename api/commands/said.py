"""What somebody said as the vault keeps it: his words, and below them who he is and how to reach him, if he told it.

What must not be broken: whoever is not registered can be known to those who answer him, and to nobody else; all of it
lies under one commitment, and goes with it.
"""

from typing import Final

NAME_MAX: Final = 60
CONTACT_MAX: Final = 100


def signed(text: str, *, name: str = "", contact: str = "") -> str:
    """The words with what he told of himself; without it, the words alone."""
    told = [("姓名", name.strip()), ("联系方式", contact.strip())]
    return "\n".join([text, *(f"{what}：{value}" for what, value in told if value)])
