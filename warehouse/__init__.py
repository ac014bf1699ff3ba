"""What tables exist: contracts, SQL models, engines, releases, the ledger, working days. Knows nothing of the rooms above."""
