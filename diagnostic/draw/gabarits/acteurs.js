// Actors: one mark per point, a counted mark where several stand; links as lines.
const champs = new Map(style.champs.map(([code, libelle, couleur]) => [code, { libelle, couleur }]));
const champOf = (a) => champs.get(acteurs.champ[a]) || champs.get("autre");
const all = acteurs.nom.map((name, a) => a);
const inside = all.filter((a) => !acteurs.hors[a]);
const shownCategories = new Set(acteurs.categories.map((category, k) => k).filter((k) => !acteurs.categories[k][2]));
let showOutside = false;
const marks = L.layerGroup();

// The same four shapes as on paper: disc, square, diamond, triangle.
const SHAPES = {
  social: "M10 2.5a7.5 7.5 0 1 0 .01 0z", developpement_local: "M3.5 3.5h13v13h-13z",
  mixte: "M10 1.5l8.5 8.5-8.5 8.5-8.5-8.5z", autre: "M10 2.5l8 14.5h-16z",
};
function drawShape(code, size) {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
  const known = champs.has(code) ? code : "autre";
  for (const [name, value] of [["viewBox", "0 0 20 20"], ["width", size], ["height", size], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  for (const [name, value] of [["d", SHAPES[known]], ["fill", champs.get(known).couleur], ["stroke", "#fff"], ["stroke-width", "1.6"]]) path.setAttribute(name, value);
  svg.append(path);
  return svg;
}

// A counted mark: its ring shows the share of each champ, its number how many actors.
function drawGroup(group) {
  const stops = [];
  let done = 0;
  for (const [code, { couleur }] of champs) {
    const share = group.filter((a) => champOf(a) === champs.get(code)).length / group.length;
    if (share) stops.push(`${couleur} ${done * 360}deg ${(done += share) * 360}deg`);
  }
  const node = el("span", { class: "groupe" }, el("b", {}, String(group.length)));
  node.style.background = `conic-gradient(${stops.join(",")})`;
  return node;
}

// Who takes part in what, and at what stage: one row a participation.
const roleOf = new Map();
for (const row of dispositifs.participations) roleOf.set(row[0], [...(roleOf.get(row[0]) || []), row]);
const NONE = -2;
const chosen = { champs: new Set([...champs.values()]), dispositif: -1, stade: -1 };
const takesPart = (a, dispositif, stade) => {
  const rows = roleOf.get(a) || [];
  if (dispositif === NONE) return !rows.length;
  return (dispositif < 0 && stade < 0) || rows.some(([, d, s]) => (dispositif < 0 || d === dispositif) && (stade < 0 || s === stade));
};

function shownActors() {
  return all.filter((a) => acteurs.place[a] && shownCategories.has(acteurs.categorie[a]) && chosen.champs.has(champOf(a)) && (showOutside || !acteurs.hors[a])
    && takesPart(a, chosen.dispositif, chosen.stade));
}

// Marks that would cover each other on this screen are one mark; at the closest zoom, only those of one point.
function groupActors(shown) {
  const zoom = carte.getZoom(), close = zoom >= carte.getMaxZoom(), groups = [];
  const cells = new Map();
  for (const a of shown) {
    const at = carte.project([acteurs.lat[a], acteurs.lon[a]], zoom), reach = close ? 0.5 : 22;
    const cx = Math.floor(at.x / 22), cy = Math.floor(at.y / 22);
    let found = null;
    for (let i = -1; i <= 1 && !found; i++) for (let j = -1; j <= 1 && !found; j++) {
      found = (cells.get(`${cx + i},${cy + j}`) || []).find((group) => group.at.distanceTo(at) <= reach);
    }
    if (found) { found.members.push(a); continue; }
    const group = { at, members: [a] };
    groups.push(group);
    const key = `${cx},${cy}`;
    cells.set(key, [...(cells.get(key) || []), group]);
  }
  return groups.map((group) => group.members);
}

function drawActors() {
  const shown = shownActors();
  marks.clearLayers();
  markBoxes = [];
  tellShown(shown.length);
  for (const group of groupActors(shown)) {
    const one = group.length === 1, size = one ? 15 : group.length < 10 ? 20 : group.length < 100 ? 24 : 30;
    const html = one ? drawShape(acteurs.champ[group[0]], 15) : drawGroup(group);
    const icon = L.divIcon({ html, className: "marque", iconSize: [size, size] });
    const label = one ? acteurs.nom[group[0]] : `${group.length} acteurs`;
    const mark = L.marker([acteurs.lat[group[0]], acteurs.lon[group[0]]], { icon, riseOnHover: true, keyboard: true });
    mark.on("add", () => { const node = mark.getElement(); node.setAttribute("aria-label", label); node.setAttribute("role", "button"); });
    mark.on("click", () => openGroup(group, mark.getLatLng()));
    // Leaflet hears Enter for its own popups only.
    mark.on("keydown", ({ originalEvent: event }) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      openGroup(group, mark.getLatLng());
      popup.getElement().querySelector(".leaflet-popup-close-button").focus();
    });
    mark.bindTooltip(() => el("span", {}, label), { direction: "top", offset: [0, -size / 2] });
    marks.addLayer(mark);
    markBoxes.push({ point: mark.getLatLng(), half: size / 2 });
  }
  placeNames();
}

// One popup for all: its content is replaced in place, without the blink of a second one.
const popup = L.popup({ minWidth: 200, autoPanPadding: [16, 16] });
function openAt(where, content) {
  const { x, y } = carte.getSize();
  // A click that replaces the content leaves its button out of the page: the map would take it for its own and close.
  content.addEventListener("click", (event) => event.stopPropagation());
  L.Util.setOptions(popup, { maxWidth: Math.min(320, x - 70), maxHeight: Math.max(220, Math.round(y * 0.65)) });
  popup.setContent(content).setLatLng(where).openOn(carte);
}
function openGroup(group, where) {
  if (group.length === 1) return openAt(where, describeActor(group[0]));
  const spread = L.latLngBounds(group.map((a) => [acteurs.lat[a], acteurs.lon[a]]));
  const apart = !spread.getNorthEast().equals(spread.getSouthWest());
  const sorted = [...group].sort((a, b) => acteurs.nom[a].localeCompare(acteurs.nom[b], "fr") || a - b);
  openAt(where, el("div", { class: "fiche" },
    el("h3", {}, `${group.length} acteurs ${apart ? "proches" : "au même point"}`),
    apart ? el("button", { type: "button", class: "lien", onclick: () => { carte.closePopup(); carte.fitBounds(spread.pad(0.3), { maxZoom: 15 }); } }, "Zoomer pour les séparer") : null,
    listActors(sorted, () => openGroup(group, where), where)));
}
function listActors(group, back, where) {
  return el("ul", { class: "liste" }, ...group.map((a) => el("li", {},
    el("button", { type: "button", class: "ligne", onclick: () => openAt(where, describeActor(a, back)) }, drawShape(acteurs.champ[a], 12), el("span", {}, acteurs.nom[a])))));
}

const DASHES = [null, "8 5", "2 5", "12 4 2 4", "5 3", "1 8", "16 6", "10 3 2 3 2 3"];
const linkLayers = liens.types.map((libelle, type) => {
  const traits = liens.traits.filter((trait) => trait[2] === type);
  const layer = L.layerGroup(traits.map(([a, b]) => L.polyline([[acteurs.lat[a], acteurs.lon[a]], [acteurs.lat[b], acteurs.lon[b]]], {
    renderer: renderers.liens, pane: "liens", className: "trait-lien", color: "#5B3A8C", weight: 1.5, opacity: 0.6, dashArray: DASHES[type % DASHES.length],
  }).bindTooltip(() => el("span", {}, `${acteurs.nom[a]} — ${acteurs.nom[b]} : ${libelle}`), { sticky: true })));
  return { libelle, nombre: traits.length, tirets: DASHES[type % DASHES.length], layer };
});
