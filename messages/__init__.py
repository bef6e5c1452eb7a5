"""What leaves the house: one ledger for every text and every placed call."""
