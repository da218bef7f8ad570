"""A folium page made whole: its libraries inside the file, nothing asked of the network."""

import re
from base64 import b64encode
from importlib.resources import files

from diagnostic.write.atomic import write_atomic

# Even a mistake in the page could send nothing out: only inline code and data: images are allowed.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src {images}; "
    "base-uri 'none'; form-action 'none'"
)
# What folium loads by default and our pages never use.
UNUSED_ASSETS = ("jquery", "bootstrap", "awesome", "fontawesome", "glyphicons")
ASSET_TAG = re.compile(
    r'<script\b[^>]*?\bsrc="(?P<script>[^"]*)"[^>]*>\s*</script>|<link\b[^>]*?\bhref="(?P<link>[^"]*)"[^>]*?/?>'
)
STYLE_IMAGE = re.compile(r"url\((images/[\w.-]+)\)")


def inline_assets(html, *, images=()):
    """Return the page `html` with Leaflet inside it, folium's other libraries removed and a closed content policy.

    Leaflet comes from the registry package `xstatic-leaflet`; the images its style names become data URIs. `images` are the
    origins (« https://host ») that the page may ask images of: none, unless the reader of the dossier wanted tiles.

    Raises
    ------
    ValueError
        When the page asks for a file that is neither Leaflet nor one of folium's unused defaults.
    """
    inlined = ASSET_TAG.sub(lambda tag: _inline_tag(tag["script"] or tag["link"]), html)
    policy = write_policy(images)
    return inlined.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


def write_policy(images=()):
    """Return the content policy of a page that may show images of these origins, and nothing else from outside."""
    return POLICY.format(images=" ".join(["data:", *images]))


def render_offline(carte):
    """Return the HTML of a folium map as one page that works without a network (also as an iframe `srcdoc`)."""
    return inline_assets(carte.get_root().render(), images=getattr(carte, "image_origins", ()))


def write_html(html, path):
    """Write the text of a page to `path`, whole or not at all, and return `path`."""
    with write_atomic(path) as temporary:
        temporary.write_text(html, encoding="utf-8", newline="\n")
    return path


def write_web_map(carte, path):
    """Write a folium map to `path` as one offline page and return `path`."""
    return write_html(render_offline(carte), path)


def _inline_tag(address):
    name = address.rsplit("/", 1)[-1].lower()
    if name == "leaflet.js":
        script = _read_leaflet("leaflet.js").decode().split("//# sourceMappingURL")[0]
        return f"<script>{script}</script>"
    if name == "leaflet.css":
        return f"<style>{STYLE_IMAGE.sub(_inline_image, _read_leaflet('leaflet.css').decode())}</style>"
    if any(unused in address.lower() for unused in UNUSED_ASSETS):
        return ""
    raise ValueError(f"cannot be inlined: {address}")


def _inline_image(found):
    return f"url(data:image/png;base64,{b64encode(_read_leaflet(found[1])).decode()})"


def _read_leaflet(name):
    return files("xstatic.pkg.leaflet").joinpath("data", *name.split("/")).read_bytes()
