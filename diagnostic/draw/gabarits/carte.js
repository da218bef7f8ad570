// Opening: ground, controls, panel, printing.
const page = document.getElementById(carte.getContainer().id);
page.setAttribute("role", "application");
page.setAttribute("aria-label", "Carte du territoire. Les flèches déplacent, plus et moins zooment ; la recherche et les listes du panneau donnent les mêmes informations en texte.");
// Who asked the system for less motion gets a map that jumps instead of sliding.
if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
  const { setView, panBy } = carte;
  carte.setView = (centre, zoom, options) => setView.call(carte, centre, zoom, { ...options, animate: false });
  carte.panBy = (offset, options) => panBy.call(carte, offset, { ...options, animate: false });
}
const showZone = (z) => carte.fitBounds(z === undefined ? ground.getBounds() : zoneBounds(z), { padding: [12, 12], animate: false });
// A hidden or very small frame has no room to fit anything in: the opening view waits until there is some.
const hasRoom = () => { const { x, y } = carte.getSize(); return x > 40 && y > 40; };
let opened = false;
function openView() {
  if (opened || !hasRoom()) return;
  opened = true;
  if (drawn.length) showZone(zones.length > 1 ? zones[0] : undefined);
  carte.setMinZoom(Math.max(3, Math.floor(carte.getZoom()) - 1));
}
openView();
L.control.zoom({ position: "topleft", zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer" }).addTo(carte);
L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(carte);
const north = L.control({ position: "topright" });
north.onAdd = () => el("div", { class: "nord", title: "Le nord est en haut", role: "img", "aria-label": "Le nord est en haut" }, el("span", { "aria-hidden": "true" }, "▲"), "N");
north.addTo(carte);

polygons.forEach((polygon, c) => {
  polygon.bindTooltip(() => el("span", {}, el("b", {}, communes.nom[c]), communes.epci[c] < 0 || byEpci ? "" : ` · ${communes.epcis[communes.epci[c]]}`,
    ...[theme, compared].filter((each) => each && each.tell && each.couche !== "EPCI").flatMap((each) => [el("br"), el("span", {}, `${each.libelle} : ${each.tell(c)}`)])), { sticky: true, direction: "auto" });
  polygon.on("mouseover", () => polygon.setStyle({ weight: 2, color: "#222" }).bringToFront());
  polygon.on("mouseout", () => polygon.setStyle({ weight: 0.6, color: style.limites.commune }));
  polygon.on("click", (event) => openAt(event.latlng, describeCommune(c)));
});

// Chromium puts in the order of Tab every path that listens to the focus: hundreds of stops that the search and the table replace.
const leaveTab = (layer) => layer.getElement() && layer.getElement().setAttribute("tabindex", "-1");
linkLayers.forEach((link) => link.layer.eachLayer((line) => line.on("add", () => leaveTab(line))));

buildSearch();
// The communes take their first colour before they are drawn: one drawing instead of two.
buildThemes();
ground.addTo(carte);
drawn.forEach(leaveTab);
buildActors();
buildLinks();
buildLists();
marks.addTo(carte);
drawActors();
carte.on("zoomend", drawActors);
carte.on("moveend zoomend resize", placeNames);
// The table under the map changes its height; on a narrow page the wheel and one finger move the page, not the map.
new ResizeObserver(() => { carte.invalidateSize({ animate: false }); openView(); }).observe(page.parentElement);
const narrow = matchMedia("(max-width: 800px)"), adapt = () => { carte.scrollWheelZoom[narrow.matches ? "disable" : "enable"](); };
narrow.addEventListener("change", adapt);
adapt();
requestAnimationFrame(() => setTimeout(() => performance.mark("carte-prete")));

// Escape closes the popup wherever the focus is, and gives the focus back to the search when it was in what closes.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !popup.isOpen()) return;
  const within = popup.getElement().contains(document.activeElement);
  carte.closePopup();
  if (within) document.getElementById("recherche").focus();
});

// On paper the map takes the width of the sheet; its view stays the same.
let before = null;
window.addEventListener("beforeprint", () => {
  before = carte.getBounds();
  document.body.classList.add("impression");
  carte.invalidateSize({ animate: false });
  carte.fitBounds(before, { animate: false });
});
window.addEventListener("afterprint", () => {
  document.body.classList.remove("impression");
  carte.invalidateSize({ animate: false });
  if (before) carte.fitBounds(before, { animate: false });
});
