"""Small counts: hidden, and so hidden that sums and differences don't give them back. Functions over polars frames; no tables, no readers' rights.

Signpost: cube (a table with all its margins, fixed once) · protect (what to hide) · attack (what a reader could still work out) ·
memory (what readers have from earlier releases) · ratios (numerators, denominators and 0 % / 100 %). Rule R6 of the metric catalogue; how and why: docs/statistics.md.
"""
