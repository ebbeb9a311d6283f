"""What lies on disk: whole files, digests, units of work, seeds and the failures ledger."""
