"""Amounts in the capital words that nobody can alter with a stroke of the pen: 壹仟贰佰叁拾肆元伍角陆分.

Source: 中国人民银行《支付结算办法》附件一《正确填写票据和结算凭证的基本规定》. Where the rule leaves a choice,
the first form that it prints is taken: 元 is followed by 零 when the yuan digit is 0 and jiao follow
(壹仟陆佰捌拾元零叁角贰分); no 零 stands for a lone 0 at the place of 万 before thousands (壹拾万柒仟元);
整 ends an amount of whole yuan, and nothing is written after 角 or 分.
"""

from typing import Final

DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
YUAN_MAX: Final = 10**16


def yuan_in_words(amount_fen: int) -> str:
    """The amount in capital words, without the prefix 人民币; 0 is 零元整, a negative amount begins with 负.

    Raises ValueError from 10^16 yuan on, which no journal can hold.
    """
    whole, rest = divmod(abs(amount_fen), 100)
    if whole >= YUAN_MAX:
        raise ValueError(f"too large for capital words: {amount_fen} fen")
    jiao, fen = divmod(rest, 10)
    sign = "负" if amount_fen < 0 else ""
    if not rest:
        return f"{sign}{_whole(whole) or '零'}元整"
    words = f"{_whole(whole)}元" if whole else ""
    # 零 after 元: where jiao are lacking before fen, or where the yuan digit itself is 0.
    if whole and (jiao == 0 or whole % 10 == 0):
        words += "零"
    words += f"{DIGITS[jiao]}角" if jiao else ""
    words += f"{DIGITS[fen]}分" if fen else ""
    return sign + words


def _whole(number: int) -> str:
    """A whole number in capital words, four digits a group; 0 gives nothing."""
    high, low = divmod(number, 10**8)
    if not high:
        return _below_100_million(low)
    # A whole group of zeros, or zeros at the head of the next, are said once.
    gap = "零" if 0 < low < 10**7 else ""
    return f"{_below_100_million(high)}亿{gap}{_below_100_million(low)}"


def _below_100_million(number: int) -> str:
    high, low = divmod(number, 10**4)
    if not high:
        return _below_10_thousand(low)
    gap = "零" if 0 < low < 10**3 else ""
    return f"{_below_10_thousand(high)}万{gap}{_below_10_thousand(low)}"


def _below_10_thousand(number: int) -> str:
    words = ""
    for digit, place in zip(f"{number:04d}", _PLACES, strict=True):
        if digit != "0":
            words += DIGITS[int(digit)] + place
        elif words and not words.endswith("零"):
            words += "零"
    return words.removesuffix("零")
