"""When and in what order: fetching, conforming, ingesting, and the Dagster graph. The only importer of dagster."""
