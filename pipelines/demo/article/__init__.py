"""Cities of the source articles: one generator of channel files, driven by one YAML per city that a person can read."""
