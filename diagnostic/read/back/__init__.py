"""What a person corrected, and how it is put back."""
