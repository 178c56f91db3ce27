"""Search in process, with Tantivy: no server, one folder that can be deleted and built again.

Testimonies are found, counted and scored by their own documents; the first 200 are then put in the order of
their best passages, and those on the page give their passages. Since passages lie in the same index, the
average length that a testimony's score is measured by is too short by much: its score follows how thick
what is asked for lies in it. For the order on the first pages that doesn't matter.
"""

from search.tantivy_backend.engine import TantivyBackend

__all__ = ["TantivyBackend"]
