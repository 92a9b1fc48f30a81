"""The one table of limits on what a person can put into a repository."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What is read at most; everything beyond is refused with a problem that names the limit.

    The parser's events are counted as they come, so a document that nests or multiplies beyond its limit is
    refused before it takes memory or stack.
    """

    file_bytes: int = 1_048_576
    """Bytes in one file."""
    attached_bytes: int = 16_777_216
    """Bytes in one file that an order attaches."""
    files: int = 20_000
    """Files in one run."""
    total_bytes: int = 268_435_456
    """Bytes in all files of one run."""
    directory_depth: int = 32
    """Directories below the project."""
    documents: int = 5_000
    """YAML documents in one file."""
    depth: int = 64
    """Nested lists and mappings in one document."""
    document_events: int = 20_000
    """Parser events (about one for each key, value, start and end) in one document."""
    file_events: int = 500_000
    """Parser events in one file."""
    scalar: int = 65_536
    """Characters in one value."""
    problems: int = 200
    """Problems listed for one file."""
