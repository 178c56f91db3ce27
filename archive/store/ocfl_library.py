"""ocfl-py, imported in this one place: a module that it needs (pairtree) calls `logging.basicConfig` when it
is imported, which would print the informative messages of every library on stderr."""

import logging

_placeholder = logging.NullHandler()
logging.getLogger().addHandler(_placeholder)  # with a handler there, basicConfig does nothing
try:
    from ocfl.inventory import Inventory
    from ocfl.inventory_validator import InventoryValidator
    from ocfl.layout import LayoutException
    from ocfl.layout_registry import get_layout, layout_is_supported
    from ocfl.validation_logger import ValidationLogger
    from ocfl.validator import Validator
finally:
    logging.getLogger().removeHandler(_placeholder)

__all__ = [
    "Inventory",
    "InventoryValidator",
    "LayoutException",
    "ValidationLogger",
    "Validator",
    "get_layout",
    "layout_is_supported",
]
