"""The interactive map: size of the page, time to write it, time until it is drawn, against the same content in plain folium.

    python benchmarks/carte.py [--region] [--france] [--essais 3]

Two departements are the example of the software, with every layer. `--region` and `--france` make a dossier of
Auvergne-Rhône-Alpes (half a minute) and of the whole country, drawn by EPCI (three minutes and 6 GB), and measure them first.
The time until drawn is taken in headless Chromium, network cut, by the clock of the page itself, from the navigation to two
frames after the last script: the best of the tries. Plain folium is a GeoJson with its tooltip for each layer and a Marker for
each actor; Leaflet is put in the page by our own writer, so that it can be drawn without a network at all.
"""

import argparse
import tempfile
import time
from pathlib import Path

import folium
from playwright.sync_api import sync_playwright

from diagnostic import run
from diagnostic.write.offline import inline_assets

CHROMIUM = "/usr/bin/chromium"
AIMS = {"43 + 63": (900, 1.0), "Auvergne-Rhône-Alpes": (4_000, None), "France par EPCI": (6_000, None)}
READY = "performance.getEntriesByName('carte-prete').length > 0"
# Looked at before each frame: asking from outside would add the time of the question.
WATCH = """(() => {
  const tell = () => { window.__drawn = performance.now(); };
  const seek = () => {
    try { if (%s) return requestAnimationFrame(() => requestAnimationFrame(tell)); }
    catch (none) { /* no body yet */ }
    requestAnimationFrame(seek);
  };
  seek();
})()"""
WRITTEN = "document.querySelectorAll('path.leaflet-interactive').length > 0"
REGIONS = ["01", "02", "03", "04", "06", "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94"]


def measure_whole(**territory):
    """Return what the public edition shows of a new dossier of this territory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossier"
        run.create_dossier(path, **territory)
        return run.select_edition(run.measure(path), "publique")


def draw_plain(shown):
    """Return the same content as plain folium draws it: a GeoJson a layer, a Marker an actor."""
    communes = shown["communes"][["nom", "population", "geometry"]]
    carte = folium.Map(location=[45.4, 3.5], zoom_start=8, tiles=None)
    for layer, rows in shown["affectation"].merge(shown["unites"], on=["couche", "unite_id"]).groupby("couche"):
        units = rows.drop_duplicates("code_insee").set_index("code_insee")["unite_nom"]
        table = communes.assign(unite=units.reindex(communes.index).fillna("")).dropna(subset=["geometry"])
        folium.GeoJson(table, name=layer, tooltip=folium.GeoJsonTooltip(["nom", "unite"])).add_to(carte)
    towns = shown["communes"].reindex(shown["acteurs"]["code_insee"])[["mairie_lat", "mairie_lon"]].to_numpy()
    points = shown["acteurs"][["lat", "lon"]].astype(float).set_axis(["lat", "lon"], axis=1)
    points = points.where(points.notna(), towns).assign(nom=shown["acteurs"]["nom"]).dropna()
    for actor in points.itertuples():
        folium.Marker([actor.lat, actor.lon], tooltip=folium.Tooltip(actor.nom)).add_to(carte)
    folium.LayerControl().add_to(carte)
    return inline_assets(carte.get_root().render())


def time_write(draw, tries):
    """Return the page and the best time to make it, in seconds."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        html = draw()
        times.append(time.perf_counter() - start)
    return html, min(times)


def time_ready(browser, html, tries, done=READY):
    """Return the best time from navigation until the map is drawn, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "carte.html"
        path.write_text(html, encoding="utf-8")
        return min(open_once(browser, path.as_uri(), done) for _ in range(tries))


def open_once(browser, address, done):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.add_init_script(WATCH % done)
    page.goto(address)
    while not page.evaluate("window.__drawn"):
        page.wait_for_timeout(50)
    elapsed = page.evaluate("window.__drawn")
    context.close()
    return elapsed / 1000


def tell_row(name, html, written, ready):
    size, (most, longest) = len(html.encode()) / 1000, AIMS.get(name, (None, None))
    aim = "".join([f" ; visé < {most} ko" if most else "", f", < {longest} s" if longest else ""])
    print(f"{name:34} {size:8.0f} ko   écrite en {written:6.2f} s   dessinée en {ready:6.2f} s{aim}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--region", action="store_true")
    parser.add_argument("--france", action="store_true")
    parser.add_argument("--essais", type=int, default=3)
    choice = parser.parse_args()
    shown = {"43 + 63": run.select_edition(run.measure(run.find_example()), "publique")}
    if choice.region:
        shown["Auvergne-Rhône-Alpes"] = measure_whole(regions=["84"])
    if choice.france:
        shown["France par EPCI"] = measure_whole(regions=REGIONS)
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, tables in shown.items():
            html, written = time_write(lambda tables=tables: run.render_map(tables), choice.essais)
            tell_row(name, html, written, time_ready(browser, html, choice.essais))
        html, written = time_write(lambda: draw_plain(shown["43 + 63"]), 1)
        tell_row("43 + 63, folium sans rien d'autre", html, written, time_ready(browser, html, choice.essais, WRITTEN))
        browser.close()


if __name__ == "__main__":
    main()
