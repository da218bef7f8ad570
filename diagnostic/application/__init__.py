"""The application: a page to look at a dossier and to correct it, served on this computer alone. A thin door on `run`."""
