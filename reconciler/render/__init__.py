"""Plans, reports, status and problems as text, JSON and the formats of CI systems.

A value becomes one neutral `report.Report` (`planned`, `applied`, `standing`, `findings`), which the `to_*` modules
print; machine formats are made from the value itself. Pure: no I/O, no clock. Texts from manifests and vendors are
hostile: each sink has exactly one escaping function, in `escape`, and everything foreign passes it.
"""
