"""How Sphinx builds the documentation: Markdown pages, one theme, nothing loaded from a network, readable from a disk."""

project = "Diagnostic partagé d'un territoire"
author = "Les contributeurs de diagnostic-maillage"
copyright = f"2026, {author} ; code sous licence MIT"  # noqa: A001 (the name that Sphinx reads)
language = "fr"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_site", "images", "_templates", "_static"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]
# The pages are read in the repository as well: what a link to a file outside of docs/ leads to is copied beside the site.
html_extra_path = ["resultats.schema.json"]

html_theme = "furo"
html_title = "Diagnostic partagé"
html_theme_options = {"navigation_with_keys": False}
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
# Opened from a disk, a page may not read another: the search then shows titles, without extracts.
html_show_search_summary = False
html_search_language = "fr"
html_last_updated_fmt = None
nitpicky = True
