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
if (drawn.length) carte.fitBounds(ground.getBounds(), { padding: [12, 12], animate: false });
carte.setMinZoom(Math.max(3, Math.floor(carte.getZoom()) - 1));
ground.addTo(carte);
L.control.zoom({ position: "topleft", zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer" }).addTo(carte);
L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(carte);
const north = L.control({ position: "topright" });
north.onAdd = () => el("div", { class: "nord", title: "Le nord est en haut", role: "img", "aria-label": "Le nord est en haut" }, el("span", { "aria-hidden": "true" }, "▲"), "N");
north.addTo(carte);

polygons.forEach((polygon, c) => {
  polygon.bindTooltip(() => el("span", {}, el("b", {}, communes.nom[c]), communes.epci[c] < 0 ? "" : ` · ${communes.epcis[communes.epci[c]]}`, theme.genre === "unites" && theme.couche !== "EPCI" ? el("br") : "", theme.genre === "unites" && theme.couche !== "EPCI" ? el("span", {}, `${theme.libelle} : `, describeUnits(theme, theme.index[c])) : "", theme.genre === "comptage" && theme.valeurs[c] !== null ? ` · ${nombre.format(theme.valeurs[c])} (${theme.mesure})` : ""), { sticky: true, direction: "auto" });
  polygon.on("mouseover", () => polygon.setStyle({ weight: 2, color: "#222" }).bringToFront());
  polygon.on("mouseout", () => polygon.setStyle({ weight: 0.6, color: style.limites.commune }));
  polygon.on("click", (event) => openAt(event.latlng, describeCommune(c)));
});

buildSearch();
buildThemes();
buildActors();
buildLinks();
buildLists();
marks.addTo(carte);
drawActors();
carte.on("zoomend", drawActors);
carte.on("moveend zoomend resize", placeNames);

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
