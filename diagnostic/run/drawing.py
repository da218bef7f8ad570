"""What an edition shows, drawn: maps, charts and pages, from the tables of `run.select_edition`."""


def list_pages(shown):
    """Return {name: draw} of the maps and charts of `select_edition`, in order; `draw()` returns a matplotlib Figure."""
    from diagnostic.draw.atlas import list_figures

    figures = list_figures(shown, mentions=shown["mentions"], edition=shown["edition"])
    pages = {}
    for name, _, draw in figures:
        rank, bare = name.split("_", 1)
        # Two layers may begin with the same forty letters.
        pages[f"{bare}_{rank}" if bare in pages else bare] = draw
    return pages


def render_map(shown):
    """Return the web map of `select_edition` as one page that works without a network."""
    from diagnostic.write.offline import render_offline

    return render_offline(draw_map(shown))


def draw_map(shown):
    """Return the web map of `select_edition` (folium)."""
    from diagnostic.draw.charter import make_charter, use_charter
    from diagnostic.draw.web import draw_web_map
    from diagnostic.draw.web_view import prepare_view

    told = shown["mentions"]
    with use_charter(make_charter(shown["reglages"])):
        return draw_web_map(
            shown["communes"], prepare_view(shown, told), titre=shown["titre"], sources=told["sources"]["carte"],
            date=told["date"], edition=shown["edition"],
        )  # fmt: skip


def draw_plans(shown):
    """Return the small maps of the sheets of jurisdictions: the same for every edition."""
    from diagnostic.draw.territory_maps import draw_territory_maps

    return draw_territory_maps(shown["communes"], shown)


def draw_sheets(shown, plans=None):
    """Return the sheets of jurisdictions of `select_edition` as one page that works without a network (HTML)."""
    from diagnostic.draw.territory_page import draw_territory_page

    return draw_territory_page(shown, plans or draw_plans(shown), **_mention_page(shown, "ressorts"))


def draw_gaps(shown):
    """Return the sheets of gaps of `select_edition`, a territory a printed page, as one page that works without a network (HTML)."""
    from diagnostic.draw.gaps_page import draw_gaps_page

    return draw_gaps_page(shown, **_mention_page(shown, "acteurs"))


def draw_statements(shown):
    """Return the freins and leviers of the guide measured in `select_edition`, as one page that works without a network (HTML)."""
    from diagnostic.draw.constats_page import draw_constats_page

    return draw_constats_page(shown, **_mention_page(shown, "acteurs"))


def _mention_page(shown, subject):
    """Return what a page about `subject` says of itself: titre, sources, date, edition, fictif."""
    told = shown["mentions"]
    return {
        "titre": shown["titre"], "sources": told["sources"][subject], "date": told["date"], "edition": shown["edition"],
        "fictif": told["fictif"][subject],
    }  # fmt: skip


def draw_actor(shown, acteur_id):
    """Return one actor of `select_edition` with its partners and dispositifs (matplotlib Figure).

    Raises
    ------
    DiagnosticError
        The edition holds no such actor.
    """
    from diagnostic.draw.charter import make_charter, use_charter
    from diagnostic.draw.network_pages import draw_actor_view

    told = shown["mentions"]
    mentions = {
        "sources": told["sources"]["acteurs"], "date": told["date"], "couverture": told["couverture"], "edition": shown["edition"],
        "fictif": told["fictif"]["acteurs"],
    }  # fmt: skip
    with use_charter(make_charter(shown["reglages"])):
        return draw_actor_view(shown, acteur_id, mentions=mentions)
