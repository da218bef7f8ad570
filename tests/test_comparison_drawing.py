"""What a comparison draws: one funnel a figure, a map by EPCI that asks nothing of a network."""

from test_run_comparison import compare_here

from diagnostic.run import comparison, comparison_drawing


def test_funnels_are_those_of_the_table_with_their_own_sources():
    _, asked, done = compare_here()
    gathered = comparison.gather(asked)
    figures = comparison_drawing.draw_funnels(done["resultats"], gathered)
    placed = done["resultats"]["comparaison_entonnoirs"]
    assert len(figures) == placed.groupby(["mesure", "groupe"], dropna=False).ngroups
    for name, figure in figures.items():
        words = " ".join(text.get_text() for text in figure.texts).replace("\n", " ")
        assert "Sources :" in words and "Lecture :" in words, name
    assert comparison_drawing.mention(done["resultats"], gathered, subjects=["acteurs"])["edition"] == "publique"


def test_the_map_is_whole_and_closed():
    folder, _, _ = compare_here()
    page = (folder / "sortie" / "publique" / "carte.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page and "Ni classement ni note" in page


def test_the_parts_of_an_epci_add_up_to_one():
    _, asked, _ = compare_here()
    parts = comparison_drawing.list_parts(comparison.gather(asked)["tables"])
    whole = parts[parts["couche"].eq("CAF")].groupby("epci")["part"].sum()
    assert (whole - 1).abs().max() < 1e-9
