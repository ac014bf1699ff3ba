"""Dagster assets, checks, jobs, sensors and schedules, by subject."""
