"""Figures -> sentences in French."""
