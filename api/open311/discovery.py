"""Where the county's Open311 interface is, in which formats, and how to get a key.

Source: Open311 "Service Discovery"; every field of it is required.
"""

from typing import Final

from api.open311.formats import FORMATS, MEDIA_TYPES, Document

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"


def discovery_document(*, county_name: str, origin: str, base_url: str, rehearsal: bool, changeset: str) -> Document:
    """`changeset` sorts by time and changes whenever a service or its definition does."""
    formats = [MEDIA_TYPES[form].partition(";")[0] for form in FORMATS]
    return Document(
        "discovery",
        {
            "changeset": changeset,
            "contact": f"{county_name}网格中心。网址 {base_url}/ ；jurisdiction_id 为 {origin}，可以不填。",
            "key_service": "查询不需要密钥。上报需要 api_key：请向县网格中心的系统管理员申请，按账号发放，可随时收回。",
            "endpoints": [
                {
                    "specification": SPECIFICATION,
                    "url": f"{base_url}/open311/v2",
                    "changeset": changeset,
                    "type": "test" if rehearsal else "production",
                    "formats": formats,
                }
            ],
        },
    )
