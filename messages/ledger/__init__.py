"""The ledger: the one place that writes message states. Plan, claim, record, receipts, settle."""

from messages.ledger.due import due_lanes as due_lanes
