"""Yesterday's outage, replayed: what a ledger tells of it, and what another configuration would have done."""
