"""What the notebooks show: tables with French headings, printed pages, the map, menus, a glossary. A thin door on `run`."""

from diagnostic.widgets.comparison import compare_territories, explore_comparison, explore_pair
from diagnostic.widgets.explorers import (
    explore_actors,
    explore_categories,
    explore_gaps,
    explore_links,
    explore_neighbours,
    explore_network,
    explore_pages,
    explore_ressorts,
    explore_statements,
    explore_written,
)
from diagnostic.widgets.glossary import show_glossary
from diagnostic.widgets.opening import choose_rows, open_dossier, run_dossier, show_choice, show_internal
from diagnostic.widgets.pictures import list_files, show_actor, show_file, show_map, show_page, show_statements_page
from diagnostic.widgets.side_by_side import compare_region, count_compared, explore_beside, explore_funnels
from diagnostic.widgets.tables import show_sentences, show_statements, show_table, tell_column

__all__ = [
    "choose_rows", "compare_region", "compare_territories", "count_compared", "explore_actors", "explore_beside", "explore_categories",
    "explore_comparison", "explore_funnels", "explore_gaps", "explore_links", "explore_neighbours", "explore_network", "explore_pages",
    "explore_pair", "explore_ressorts", "explore_statements", "explore_written", "list_files", "open_dossier", "run_dossier",
    "show_actor", "show_choice", "show_file", "show_glossary", "show_internal", "show_map", "show_page", "show_sentences",
    "show_statements", "show_statements_page", "show_table", "tell_column",
]  # fmt: skip
