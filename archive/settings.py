"""Settings: environment variables with the prefix TESTIMONY_, read once by the command line or
`create_app()`, frozen, and passed down. Nothing else reads the environment; every field stands in
docs/configuration.md (a test compares)."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the archive lives and how it works. Bare defaults run: SQLite, Tantivy, a local folder."""

    # An empty variable is none: TESTIMONY_HOME= would make an archive of the folder where one stands.
    model_config = SettingsConfigDict(
        env_prefix="TESTIMONY_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(default=Path("archive-data"), description="Folder where the archive lives.")
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy address of the database; default: archive.db in the home folder.",
    )
    search: Literal["elasticsearch", "tantivy"] = Field(default="tantivy", description="Search engine.")
    elasticsearch_url: str = Field(
        default="http://127.0.0.1:9200",
        pattern=r"^https?://[^@\s]+$",
        description="Address of Elasticsearch; of several nodes, separated by commas.",
    )
    elasticsearch_api_key: SecretStr | None = Field(
        default=None, description="API key for Elasticsearch, base64 as it was given out."
    )
    elasticsearch_user: str | None = Field(
        default=None, description="User of Elasticsearch, where there is no API key."
    )
    elasticsearch_password: SecretStr | None = Field(default=None, description="That user's password.")
    elasticsearch_ca: Path | None = Field(
        default=None, description="Certificates (PEM) that Elasticsearch's own is checked against."
    )
    elasticsearch_fingerprint: str | None = Field(
        default=None,
        pattern=r"^[0-9A-Fa-f:]{64,95}$",
        description="SHA-256 of the certificate of Elasticsearch, in place of the certificates.",
    )
    elasticsearch_prefix: str = Field(
        default="testimony",
        pattern=r"^[a-z][a-z0-9_]{0,63}$",
        description="Beginning of the names of all that is kept in Elasticsearch.",
    )
    base_url: str | None = Field(
        default=None, description="Public address of the site, for links that leave it; default: as asked."
    )
    name: str = Field(default="We Remember archive", description="Name of the archive, on every page.")
    clips_per_hour: int = Field(
        default=200,
        ge=0,
        description="Clips made in an hour before readers have to wait; 0: readers make none.",
    )
    contact: str | None = Field(
        default=None,
        pattern=r"^(https?://\S+|[^\s@:/]+@[^\s@]+)$",
        description="Where readers write to the archive: a mail address, or the address of a page.",
    )
    models: Path = Field(
        default=Path("~/.cache/testimony/models"),
        description="Folder with recognition models, and cache of those that were fetched.",
    )
    engine: Literal["faster-whisper", "openai-whisper"] = Field(
        default="faster-whisper", description="Recognition engine."
    )
    model: str = Field(default="base", description="Recognition model: a size, or where one lies.")
    device: Literal["cpu", "cuda"] = Field(default="cpu", description="Device for recognition.")
    compute_type: str | None = Field(
        default=None,
        description="Number type for recognition; default: what the engine does best on the device.",
    )
    beam_size: int = Field(default=5, ge=1, le=20, description="Beam width of recognition.")
    recognisers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="Recognition processes of a worker, one thread each; default: one a core.",
    )
    window_seconds: int = Field(
        default=300,
        ge=10,
        le=300,
        description="Longest stretch that is recognised (and lost in a crash) at once.",
    )
    ffmpeg: Path | None = Field(
        default=None, description="ffmpeg program; default: the system's, else the package's."
    )
    ffprobe: Path | None = Field(
        default=None, description="ffprobe program; default: the system's, else the package's."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log messages that go to stderr."
    )

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{(self.home / 'archive.db').absolute()}"

    @property
    def store_folder(self) -> Path:
        """The OCFL storage root."""
        return self.home / "store"

    @property
    def derivatives_folder(self) -> Path:
        """Playback copies, posters and waveforms; all of it can be made again."""
        return self.home / "derivatives"

    @property
    def making_folder(self) -> Path:
        """Derivatives that are not finished, on the same disk; swept when a worker starts."""
        return self.derivatives_folder / ".making"

    @property
    def index_folder(self) -> Path:
        """The embedded search indexes; all of it can be made again."""
        return self.home / "index"

    @property
    def work_folder(self) -> Path:
        """Files of steps in progress; swept when a worker starts."""
        return self.home / "work"
