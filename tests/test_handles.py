"""Entries of legends: what a reader sees beside the words."""

from diagnostic.draw import handles, style


def test_what_is_not_known_is_grey_and_hatched():
    patch = handles.make_missing_patch("Non renseigné")
    assert patch.get_hatch() == style.MISSING_HATCH and patch.get_label() == "Non renseigné"


def test_a_fill_has_its_hatch_only_when_asked():
    plain, hatched = handles.make_patch("#FFFFFF", "a"), handles.make_patch("#FFFFFF", "b", hatch="//", hatch_colour="#111111")
    assert plain.get_hatch() is None and hatched.get_hatch() == "//" and hatched.get_edgecolor() != plain.get_edgecolor()


def test_borders_and_points():
    assert [handles.make_line(kind).get_label() for kind in style.LINE_LABELS] == list(style.LINE_LABELS.values())
    inside, outside = handles.make_marker("o", "#D55E00", "ici"), handles.make_marker("o", "#D55E00", "ailleurs", hollow=True)
    assert inside.get_markerfacecolor() == "#D55E00" and outside.get_markerfacecolor() == "white"
    assert outside.get_markeredgecolor() == "#D55E00"
