"""Meal cards: prepaid accounts on a double-entry ledger, the till."""
