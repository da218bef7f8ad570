"""The sheets of an inventory -> clean tables."""
