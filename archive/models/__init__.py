"""The domain model, one table a word of DESIGN section 2. Imported whole, so that every relationship
resolves whichever model is asked for."""

from archive.models.access import AccessStatement
from archive.models.address import OldAddress
from archive.models.base import Base
from archive.models.change import DescriptionChange, DescriptionImport
from archive.models.chapter import Chapter
from archive.models.clip import Clip
from archive.models.collection import Collection
from archive.models.copies import CopiesDue
from archive.models.drafted import Drafted
from archive.models.event import Event
from archive.models.file import Derivative, File
from archive.models.indexed import Indexed
from archive.models.job import Job
from archive.models.outbox import OutboxEntry
from archive.models.person import Person, Role
from archive.models.preserved import Preserved
from archive.models.recognition import Recognition, RecognitionWindow
from archive.models.recording import Recording
from archive.models.segment import Segment
from archive.models.testimony import Testimony
from archive.models.text import DepositedText
from archive.models.transcript import Revision, RevisionSegment, Transcript

__all__ = [
    "AccessStatement",
    "Base",
    "Chapter",
    "Clip",
    "Collection",
    "CopiesDue",
    "DepositedText",
    "Derivative",
    "DescriptionChange",
    "DescriptionImport",
    "Drafted",
    "Event",
    "File",
    "Indexed",
    "Job",
    "OldAddress",
    "OutboxEntry",
    "Person",
    "Preserved",
    "Recognition",
    "RecognitionWindow",
    "Recording",
    "Revision",
    "RevisionSegment",
    "Role",
    "Segment",
    "Testimony",
    "Transcript",
]
