"""Cells of text -> values."""
