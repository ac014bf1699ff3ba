"""Reference data that ships with the warehouse, and the small tables that models join: event types in order, channels and their groups, source priorities."""
