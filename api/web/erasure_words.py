"""Why something is erased, in words: a person, or what somebody said without being known."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "purpose_fulfilled": "处理目的已经实现或不再需要",
    "consent_withdrawn": "本人撤回同意",
    "service_ended": "不再提供服务",
    "retention_ended": "保存期限已满",
    "unlawful": "处理违反规定或约定",
    "registered_in_error": "登记有误",
}

GONE: Final = "内容已依法删除"
"""What stands in the place of words that were destroyed."""
