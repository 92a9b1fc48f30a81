"""Reading YAML with exact places, and typing it by the schema field each value lands in.

Owner of PyYAML. Stands above files; knows models only as something given to it, and no kind of manifest. Whatever
bytes come in, what goes out is trees, data and problems: never a traceback.
"""

from reconciler.documents.checking import Checked, check
from reconciler.documents.compile import Shape, shape
from reconciler.documents.nodes import MappingNode, Node, head_of, lookup, range_of, text_at, value_range
from reconciler.documents.reading import Document, LazyPlaces, Reading, read
from reconciler.documents.report import Report, span
from reconciler.documents.suggest import advice, nearest

__all__ = [
    "Checked",
    "Document",
    "LazyPlaces",
    "MappingNode",
    "Node",
    "Reading",
    "Report",
    "Shape",
    "advice",
    "check",
    "head_of",
    "lookup",
    "nearest",
    "range_of",
    "read",
    "shape",
    "span",
    "text_at",
    "value_range",
]
