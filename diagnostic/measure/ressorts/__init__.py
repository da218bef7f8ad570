"""Jurisdictions: how far they coincide, what a territory meets, what would change."""
