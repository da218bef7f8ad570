"""Gaps: what is missing, and how far."""
