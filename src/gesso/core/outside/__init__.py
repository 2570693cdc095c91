"""Everything between us and the world: the desk, its ledger, its limits, the HTTP client."""
