"""What the numbers mean: definitions as data, a small compiler to SQL, rollups, intervals and value states."""
