"""Jurisdictions, however given -> one table of who serves which commune."""
