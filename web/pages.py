"""Templates and what they may use: one Jinja environment a language, autoescaping always, undefined names an
error."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from archive.settings import Settings
from web import urls
from web.assets import Assets
from web.languages import direction, language_name
from web.terms import field_name, role_name
from web.wording import Wording, choose_wording, load_wordings


class Pages:
    """Makes pages in every language of the interface."""

    def __init__(self, settings: Settings, assets: Assets) -> None:
        self._settings = settings
        self._wordings = load_wordings()
        self._environments = {
            tag: _environment(wording, settings, assets) for tag, wording in self._wordings.items()
        }

    def answering(self, request: Request) -> "Page":
        """What answers one request: in the reader's language, with addresses that lead back here."""
        wording = choose_wording(self._wordings, request.headers.get("accept-language", ""))
        origin = (self._settings.base_url or str(request.base_url)).rstrip("/")
        return Page(self._environments[wording.language], wording, self._settings, origin)


class Page:
    """The page that one request gets."""

    def __init__(self, environment: Environment, wording: Wording, settings: Settings, origin: str) -> None:
        self._environment = environment
        self.wording = wording
        self.site_name = settings.name
        self.clips = settings.clips_per_hour > 0
        """Whether readers may make clips."""
        self.contact = contact_address(settings)
        """Where readers write to the archive."""
        self.origin = origin
        """`https://archive.example`, for addresses that leave the site: citations, the API."""

    def absolute(self, address: str) -> str:
        """A full address from one of `web.urls`."""
        return f"{self.origin}{address}"

    def render(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """The answer."""
        html = self._environment.get_template(template).render(context, absolute=self.absolute)
        told = {"content-language": self.wording.language, "vary": "Accept-Language", **(headers or {})}
        return HTMLResponse(html, status, told)


def contact_address(settings: Settings) -> str | None:
    """Where readers write to the archive, as an address that a link leads to."""
    contact = settings.contact
    return f"mailto:{contact}" if contact and "://" not in contact else contact


def _environment(wording: Wording, settings: Settings, assets: Assets) -> Environment:
    environment = Environment(
        loader=PackageLoader("web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        wording.gettext, wording.ngettext, newstyle=True
    )
    environment.globals.update(
        site_name=settings.name,
        contact=contact_address(settings),
        wording=wording,
        urls=urls,
        asset=assets.address,
        direction=direction,
        language_name=lambda tag: language_name(tag, wording.language),
        role_name=lambda role: role_name(role, wording),
        field_name=lambda field: field_name(field, wording),
    )
    return environment
