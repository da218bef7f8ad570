// Ground: communes decoded from their grid, borders found where two neighbours differ, colours, names.
const donnees = JSON.parse(document.getElementById("donnees").textContent);
const { communes, couches, acteurs, liens, dispositifs, style } = donnees;
const GRILLE = 1e4;
// What a polygon of the map is: a commune, an EPCI where communes are too many, or a territory that is compared.
const byEpci = donnees.maille !== "commune", [POLYGON, POLYGONS, POLYGON_TITLE, POLYGON_HEAD, A_POLYGON] = donnees.mots;
const nombre = new Intl.NumberFormat("fr-FR");

// Every node is built here; text only ever enters as a text node, never as HTML.
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function decodeRing(steps) {
  const ring = [];
  let x = 0, y = 0;
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i]; y += steps[i + 1];
    ring.push([x, y]);
  }
  return ring;
}
const rings = communes.formes.map((shape) => shape.map(decodeRing));
const latlng = ([x, y]) => [y / GRILLE, x / GRILLE];
const segmentKey = ([ax, ay], [bx, by]) => (ax < bx || (ax === bx && ay < by) ? `${ax},${ay},${bx},${by}` : `${bx},${by},${ax},${ay}`);

// beyond[commune][ring][k]: the commune on the other side of segment k, or -1 outside.
const beyond = (function findNeighbours() {
  const owners = new Map();
  rings.forEach((shape, commune) => shape.forEach((ring) => {
    for (let k = 0; k + 1 < ring.length; k++) {
      const key = segmentKey(ring[k], ring[k + 1]);
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, [commune, -1]);
      else owner[1] = commune;
    }
  }));
  return rings.map((shape, commune) => shape.map((ring) => ring.slice(0, -1).map((vertex, k) => {
    const [one, other] = owners.get(segmentKey(vertex, ring[k + 1]));
    return one === commune ? other : one;
  })));
})();

// Lines where the group of a commune differs from its neighbour's; each border once, the outer one included.
function findBorders(groups) {
  const lines = [];
  rings.forEach((shape, commune) => shape.forEach((ring, r) => {
    let line = null;
    beyond[commune][r].forEach((other, k) => {
      const border = other < 0 || (commune < other && groups[commune] !== groups[other]);
      if (!border) { line = null; return; }
      if (!line) lines.push((line = [latlng(ring[k])]));
      line.push(latlng(ring[k + 1]));
    });
  }));
  return lines;
}

// One number per commune for any layer: its unit, -1, or a text key when it has several.
const groupOf = (entry) => (Array.isArray(entry) ? (entry.length === 1 ? entry[0][0] : entry.map((part) => part[0]).join("+")) : entry);

// Half way to white: the marks of the actors must stand out.
const soften = (colour) => "#" + [1, 3, 5].map((i) => Math.round((parseInt(colour.slice(i, i + 2), 16) + 255) / 2).toString(16)).join("");

// Neighbouring units never share a colour, as far as the palette allows; large units choose first.
function colourUnits(couche, groups) {
  const touching = couche.unites.map(() => new Set());
  beyond.forEach((shape, commune) => shape.forEach((ring) => ring.forEach((other) => {
    const a = groups[commune], b = other < 0 ? -1 : groups[other];
    if (Number.isInteger(a) && Number.isInteger(b) && a >= 0 && b >= 0 && a !== b) { touching[a].add(b); touching[b].add(a); }
  })));
  const colours = couche.unites.map(() => null), used = style.unites.map(() => 0);
  const order = couche.unites.map((unit, u) => u).sort((a, b) => couche.unites[b][1] - couche.unites[a][1] || a - b);
  for (const unit of order) {
    const taken = new Set([...touching[unit]].map((other) => colours[other]));
    const free = style.unites.map((colour, c) => c).sort((a, b) => taken.has(a) - taken.has(b) || used[a] - used[b] || a - b);
    colours[unit] = free[0]; used[free[0]]++;
  }
  return colours.map((colour) => soften(style.unites[colour]));
}

for (const [name, order] of [["limites", 410], ["liens", 420], ["noms", 610]]) carte.createPane(name).style.zIndex = order;
for (const name of ["limites", "noms"]) carte.getPane(name).style.pointerEvents = "none";
const renderers = { communes: L.svg({ padding: 0.6 }), limites: L.svg({ pane: "limites", padding: 0.6 }), liens: L.svg({ pane: "liens", padding: 0.6 }) };

const BLANK = "#FBFAF7";
const polygons = rings.map((shape) => L.polygon(shape.map((ring) => ring.map(latlng)), {
  renderer: renderers.communes, className: "commune", color: style.limites.commune, weight: 0.6, fillColor: BLANK, fillOpacity: 1, smoothFactor: 0.5,
}));
const withShape = communes.nom.map((name, c) => c).filter((c) => rings[c].length);
const drawn = withShape.map((c) => polygons[c]);
const ground = L.featureGroup(drawn);
// The largest land first: what the page opens on.
const inZone = (z) => withShape.filter((c) => !communes.zone.length || communes.zone[c] === z);
const zones = communes.zones.map((name, z) => z).filter((z) => inZone(z).length).sort((a, b) => inZone(b).length - inZone(a).length);
const zoneBounds = (z) => L.featureGroup(inZone(z).map((c) => polygons[c])).getBounds();
const centres = polygons.map((polygon, c) => {
  if (communes.lat[c] !== null && communes.lon[c] !== null) return L.latLng(communes.lat[c], communes.lon[c]);
  return rings[c].length ? polygon.getBounds().getCenter() : null;
});
const drawBorders = (groups, weight, colour) => L.polyline(findBorders(groups), {
  renderer: renderers.limites, pane: "limites", interactive: false, color: colour, weight, opacity: 0.9, lineJoin: "round", smoothFactor: 0.5,
});
const limits = {
  epci: { libelle: "Limites d'EPCI", trait: 1.3, couche: byEpci ? null : drawBorders(communes.epci, 1.3, style.limites.epci) },
  departement: { libelle: "Limites de département", trait: 2.2, couche: byEpci ? null : drawBorders(communes.departement, 2.2, style.limites.departement) },
};

// The number of a unit stands on one of its communes: the nearest to its middle that is free.
function numberUnits(chosen) {
  return chosen.unites.map((unit, u) => {
    const members = chosen.groups.map((group, c) => c).filter((c) => chosen.groups[c] === u && centres[c]);
    const lat = members.reduce((sum, c) => sum + centres[c].lat, 0) / members.length;
    const lng = members.reduce((sum, c) => sum + centres[c].lng, 0) / members.length;
    const away = (c) => (centres[c].lat - lat) ** 2 + ((centres[c].lng - lng) * 0.7) ** 2;
    return { points: members.sort((a, b) => away(a) - away(b)).slice(0, 12).map((c) => centres[c]), texte: chosen.codes[u], genre: "numero", half: 4 + 5 * chosen.codes[u].length };
  });
}

const byPopulation = communes.nom.map((name, c) => c).filter((c) => centres[c]).sort((a, b) => (communes.pop[b] || 0) - (communes.pop[a] || 0) || a - b);
const OFFSETS = { numero: [[0, 0]], valeur: [[0, 0]], nom: [[0, -13], [0, 13], [0, -21], [0, 21]] };
OFFSETS.ville = OFFSETS.nom;
let markBoxes = [];

// The largest towns in view, far from each other: enough to know where one is.
function chooseTowns(view) {
  const chosen = [];
  for (const c of byPopulation) {
    const at = carte.latLngToLayerPoint(centres[c]);
    if (view.contains(centres[c]) && chosen.every((town) => town.at.distanceTo(at) > 110)) chosen.push({ c, at });
    if (chosen.length === 8) break;
  }
  return chosen.map((town) => town.c);
}

function listLabels(zoom, view) {
  const name = (genre, width) => (c) => ({ points: [centres[c]], texte: communes.nom[c], genre, half: communes.nom[c].length * width + 3 });
  const towns = chooseTowns(view), many = zoom < 9.5 ? 0 : zoom < 10.25 ? 60 : byPopulation.length;
  const values = !theme.valeurs || theme.maille || zoom < 10.5 ? [] : byPopulation.filter((c) => theme.valeurs[c] !== null).map((c) => ({ points: [centres[c]], texte: theme.ecrire(theme.valeurs[c]), genre: "valeur", half: 9 + 3 * theme.decimales }));
  const others = byPopulation.filter((c) => !towns.includes(c)).slice(0, many);
  return [...towns.map(name("ville", 3.6)), ...(theme.genre === "unites" ? numberUnits(theme) : []), ...values, ...others.map(name("nom", 3.2))];
}

// Names and numbers, the most important first, none over another nor over a mark.
function placeNames() {
  const pane = carte.getPane("noms"), view = carte.getBounds().pad(0.1), boxes = markBoxes.map(({ point, half }) => {
    const at = carte.latLngToLayerPoint(point);
    return [at.x - half, at.y - half, at.x + half, at.y + half];
  });
  const nodes = [];
  const free = (box) => !boxes.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1]);
  for (const { points, texte, genre, half } of listLabels(carte.getZoom(), view)) {
    const places = points.filter((point) => view.contains(point)).flatMap((point) => {
      const at = carte.latLngToLayerPoint(point);
      const sides = OFFSETS[genre].length > 1 ? [[half + 11, 0], [-half - 11, 0]] : [];
      return [...OFFSETS[genre], ...sides].map(([dx, dy]) => [at.x + dx, at.y + dy]);
    });
    // A main town is named even where marks leave no room.
    const found = places.find(([x, y]) => free([x - half, y - 7, x + half, y + 7])) || (genre === "ville" && places[0]);
    if (!found) continue;
    const [x, y] = found;
    boxes.push([x - half, y - 7, x + half, y + 7]);
    const node = el("span", { class: `etiquette ${genre}`, "aria-hidden": "true" }, texte);
    L.DomUtil.setPosition(node, L.point(x, y));
    nodes.push(node);
  }
  pane.replaceChildren(...nodes);
}
