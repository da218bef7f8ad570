// Themes: what fills the communes, how its value is written, and the layer whose borders are laid over it.
const NO_DATA = "url(#pointilles)", SEVERAL = "url(#hachures)";
const plural = (n, one, many) => `${nombre.format(n)} ${n > 1 ? many : one}`;

// A fill with a pattern over it is made once, the first time it is asked for.
const patterns = new Map();
function fillOf(colour, pattern, ink) {
  if (!pattern) return colour;
  const key = [colour, pattern, ink].join();
  if (!patterns.has(key)) {
    const space = "http://www.w3.org/2000/svg", name = `motif${patterns.size}`, lines = pattern === "hachures";
    const draw = (tag, attributes) => {
      const node = document.createElementNS(space, tag);
      for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
      return node;
    };
    const node = draw("pattern", { id: name, width: 6, height: 6, patternUnits: "userSpaceOnUse", ...(lines ? { patternTransform: "rotate(45)" } : {}) });
    node.append(draw("rect", { width: 6, height: 6, fill: colour }), lines ? draw("rect", { width: 1.3, height: 6, fill: ink }) : draw("circle", { cx: 3, cy: 3, r: 1, fill: ink }));
    document.querySelector(".motifs defs").append(node);
    patterns.set(key, `url(#${name})`);
  }
  return patterns.get(key);
}

// Marks of quotation never part from their word.
const quote = (text) => `«\u00a0${text}\u00a0»`;
const sharePart = (part) => (part === null ? "part inconnue" : part < 0.01 ? "moins de 1 % de la population" : `${nombre.format(Math.round(part * 100))} % de la population`);
const namesOf = (layer, entry) => (entry === -1 ? [] : Array.isArray(entry) ? entry.map(([unit]) => layer.unites[unit][0]) : [layer.unites[entry][0]]);
function tellUnits(layer, entry) {
  if (entry === -1) return "aucune unité connue";
  if (!Array.isArray(entry)) return layer.unites[entry][0];
  return entry.map(([unit, part]) => (part === 1 ? layer.unites[unit][0] : `${layer.unites[unit][0]} (${sharePart(part)})`)).join(" ; ");
}

// Colours of the units are found the first time the layer is shown.
function makeUnits(layer, tell) {
  const groups = layer.index.map(groupOf);
  let colours = null;
  return { ...layer, genre: "unites", groups, tell, get colours() { return (colours = colours || colourUnits(layer, groups)); },
    fill(c) { return groups[c] === -1 ? NO_DATA : Number.isInteger(groups[c]) ? this.colours[groups[c]] : SEVERAL; } };
}
const makeLayer = (layer) => makeUnits({ ...layer, famille: "couches", codes: layer.unites.map((unit, u) => String(u + 1)), mesure: layer.nb_plusieurs ? `habitants : selon la part de chaque ${POLYGON}` : null },
  (c) => tellUnits(layer, layer.index[c]));

function makeClasses(layer) {
  const hatched = new Set(layer.hachures || []);
  const format = new Intl.NumberFormat("fr-FR", { minimumFractionDigits: layer.decimales || 0, maximumFractionDigits: layer.decimales || 0 });
  const fill = (c) => {
    if (layer.index[c] < 0) return NO_DATA;
    const [, colour, pattern, ink] = layer.classes[layer.index[c]];
    return hatched.has(c) ? fillOf(colour, "hachures", "#1a1a1a") : fillOf(colour, pattern, ink);
  };
  const tell = (c) => {
    if (layer.index[c] < 0) return "sans donnée";
    if (!layer.valeurs) return layer.classes[layer.index[c]][0];
    const value = `${layer.complet === false && layer.valeurs[c] ? "au plus " : ""}${format.format(layer.valeurs[c])}${layer.unite ? ` ${layer.unite}` : ""}`;
    return hatched.has(c) ? `${value} ; commune hors de l'unité principale` : value;
  };
  return { ...layer, genre: "classes", fill, tell, ecrire: (value) => format.format(value) };
}

// Communes with the same unit in every layer; a group is told by the units of the layers that are not the same everywhere.
function makeAtoms({ groupes, index, nb_sans, pop_sans }) {
  const telling = couches.filter((layer) => new Set(layer.index.map(groupOf)).size > 1);
  const first = groupes.map(() => -1);
  index.forEach((group, c) => { if (group >= 0 && first[group] < 0) first[group] = c; });
  const unites = groupes.map(([code, nb, people], u) => [telling.flatMap((layer) => namesOf(layer, layer.index[first[u]]).map(shorten)).join(" · ") || code, nb, people]);
  const layer = { famille: "atomes", libelle: "Communes de mêmes interlocuteurs", couche: null, unites, codes: groupes.map(([code]) => code), index, nb_plusieurs: 0, nb_sans, pop_sans,
    mesure: "un groupe : communes qui ont la même unité dans chaque découpage" };
  return makeUnits(layer, (c) => (index[c] < 0 ? "aucun groupe" : `${groupes[index[c]][0]} (${plural(groupes[index[c]][1], POLYGON, POLYGONS)})`));
}
const shorten = (name) => name.replace(/^Communauté de communes\b/i, "CC").replace(/^Communauté d['’]agglomération\b/i, "CA").replace(/^Communauté urbaine\b/i, "CU");

const unitThemes = couches.map(makeLayer);
const atoms = donnees.atomes.groupes.length > 1 ? makeAtoms(donnees.atomes) : null;
const classThemes = donnees.themes.map(makeClasses);
const blank = { libelle: "Aucun", genre: "aucun" };
const themes = [blank, ...Object.keys(donnees.familles).flatMap((family) => [...classThemes, ...unitThemes, atoms].filter((each) => each && each.famille === family))];
let theme = blank, themeBorders = null, compared = null, comparedBorders = null;

function showTheme(chosenTheme) {
  theme = chosenTheme;
  withShape.forEach((c) => polygons[c].setStyle({ fillColor: theme.fill ? theme.fill(c) : BLANK }));
  if (themeBorders) themeBorders.remove();
  themeBorders = theme.genre === "unites" ? drawBorders(theme.groups, 1.1, "#5b5b5b").addTo(carte) : null;
  if (comparedBorders) comparedBorders.eachLayer((line) => line.bringToFront());
  placeNames();
}

// The second layer is lines only, dark between two white edges: the colours under them stay those of the first.
const COMPARED = "#12305E";
function compareWith(layer) {
  compared = layer;
  if (comparedBorders) comparedBorders.remove();
  comparedBorders = layer ? L.layerGroup([drawBorders(layer.groups, 5.5, "#FFFFFF"), drawBorders(layer.groups, 3, COMPARED)]).addTo(carte) : null;
}

// How many units of one layer hold whole in one unit of the other, both ways; measured before, only written here.
function tellPair(one, other) {
  const a = unitThemes.indexOf(one), b = unitThemes.indexOf(other);
  const row = donnees.paires.find(([x, y]) => (x === a && y === b) || (x === b && y === a));
  if (!row || a < 0 || b < 0 || a === b) return [];
  const [x, , ...counts] = row, [mine, theirs] = x === a ? [counts.slice(0, 3), counts.slice(3)] : [counts.slice(3), counts.slice(0, 3)];
  const side = ([units, whole, unknown], from, to) => (units === null || whole === null ? null
    : `${quote(from.libelle)} : ${nombre.format(whole)} ${whole > 1 ? "unités" : "unité"} sur ${nombre.format(units)} ${whole > 1 ? "tiennent entières" : "tient entière"} dans une seule unité de ${quote(to.libelle)}${unknown ? ` (${nombre.format(unknown)} non ${unknown > 1 ? "connues" : "connue"})` : ""}.`);
  return [side(mine, one, other), side(theirs, other, one)].filter(Boolean);
}
