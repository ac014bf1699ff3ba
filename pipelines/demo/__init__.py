"""Generators of demo cities: they write channel files and never a result."""
