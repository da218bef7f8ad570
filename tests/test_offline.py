"""A page that names no other file and lets nothing leave (in a browser: test_web_navigateur.py)."""

import re

import pytest
from test_web import CAPTION, make_communes, make_view

from diagnostic.draw.web import draw_web_map
from diagnostic.write.offline import inline_assets, render_offline, write_policy, write_web_map


def test_the_page_names_no_other_file():
    html = render_offline(draw_web_map(make_communes(), make_view(), **CAPTION))
    assert write_policy() in html and "img-src data:;" in html and "http" not in write_policy()
    assert not re.search(r'<(script|link|img|iframe)\b[^>]*\b(src|href)="', html)
    assert not re.search(r"url\((?!data:|#)['\"]?\w", html.split("<body>")[0].split("</style>")[0])
    assert "sourceMappingURL" not in html


def test_inlining_drops_the_unused_and_refuses_the_unknown():
    page = '<head><script src="https://cdn.example/jquery-3.min.js"></script><link rel="stylesheet" href="x/leaflet.css"/></head>'
    inlined = inline_assets(page)
    assert "jquery" not in inlined
    assert ".leaflet-pane" in inlined and "url(data:image/png;base64," in inlined
    with pytest.raises(ValueError, match="plugin.js"):
        inline_assets('<head><script src="https://cdn.example/plugin.js"></script></head>')


def test_a_map_is_written_as_one_page_under_a_path_with_accents(chemin_piege):
    path = write_web_map(draw_web_map(make_communes(), make_view(), **CAPTION), chemin_piege / "carte.html")
    assert path.read_text(encoding="utf-8").endswith("</html>")
    assert [file.name for file in chemin_piege.iterdir()] == ["carte.html"]
