"""Rehearsals: a school's work through the public API alone, against a running service. `school rehearse` runs them."""
