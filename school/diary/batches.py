"""Batches, as the diary's verbs and fields name them."""

from school.batches import MOST, check_batch, check_length, decoded, in_order

__all__ = ["MOST", "check_batch", "check_length", "decoded", "in_order"]
