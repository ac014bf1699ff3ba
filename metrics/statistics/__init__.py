"""Statistics over sums that rollups already hold: pure functions of numbers and polars frames, no tables, no words for people.

Signpost, by question:
poisson (limits of a count) · standardise (case mix: O, E, O/E) · funnel (is a unit different from the rest?) · ranking (rank ranges) ·
control (has a series moved?) · shrink (lists of extremes) · attainment (value against target) · forecast (where a series is going) ·
survival and quantiles (times from bins) · grim (can this percentage be true?) · nonresponse (what silence could hide).
Formulas, when each is shown, and sources: docs/statistics.md. Wilson and t intervals live in metrics.intervals.
"""
