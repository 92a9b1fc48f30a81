"""Files inside the project: read by handle without following links, written whole or not at all.

Stands above the model. Knows nothing of YAML or manifests. What cannot be read is a problem with a code, never
a traceback.
"""

from reconciler.files.attaching import read_attached, read_bytes
from reconciler.files.limits import Limits
from reconciler.files.reading import SourceFile, Tree, read_source, read_tree, selected
from reconciler.files.writing import write_file

__all__ = [
    "Limits",
    "SourceFile",
    "Tree",
    "read_attached",
    "read_bytes",
    "read_source",
    "read_tree",
    "selected",
    "write_file",
]
