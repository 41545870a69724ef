"""Alembic migrations; the same build both databases."""
