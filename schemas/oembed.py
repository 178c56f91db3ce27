"""oEmbed 1.0 (oembed.com): how another site shows a page of ours."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class OEmbed(BaseModel):
    """An answer. Sizes in CSS pixels; a thumbnail has all of its fields or none (section 2.3.4)."""

    model_config = ConfigDict(frozen=True)

    version: Literal["1.0"] = "1.0"
    type: Literal["rich", "video"]
    title: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    thumbnail_url: str | None = None
    thumbnail_width: int | None = None
    thumbnail_height: int | None = None
