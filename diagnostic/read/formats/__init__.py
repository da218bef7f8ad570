"""Any file -> its sheets as raw text."""
