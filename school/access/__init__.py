"""Entry passes: doors, rules, verdicts, passages, presence."""
