// Legends: every colour and pattern of the theme, with its communes and inhabitants; the figures come with the data.
const swatch = (fill) => {
  const space = "http://www.w3.org/2000/svg", node = document.createElementNS(space, "svg"), box = document.createElementNS(space, "rect");
  for (const [name, value] of [["class", "pastille"], ["width", 24], ["height", 16], ["aria-hidden", "true"]]) node.setAttribute(name, value);
  for (const [name, value] of [["x", 0.5], ["y", 0.5], ["width", 23], ["height", 15], ["rx", 2], ["fill", fill], ["stroke", "#8d8880"]]) box.setAttribute(name, value);
  node.append(box);
  return node;
};
// A few are not nobody, and nearly all are not all.
function percent(part, whole) {
  if (!whole) return "—";
  const rounded = Math.round((100 * part) / whole);
  if (part && !rounded) return "< 1 %";
  return part < whole && rounded === 100 ? "> 99 %" : `${nombre.format(rounded)} %`;
}
// Under the number, its share where the theme asks for it.
function countOf(kind, number, whole) {
  const told = number === null ? "—" : nombre.format(number);
  return el("span", { class: `nombre ${kind}` }, told, whole && number !== null ? el("small", {}, percent(number, whole)) : null);
}
const legendRow = (head, communesCount, people, wholes = []) => el("li", {}, head, countOf("communes", communesCount, wholes[0]), countOf("habitants", people, wholes[1]));
const plainHead = (fill, label, detail) => el("span", { class: "ligne" }, swatch(fill), el("span", {}, label, detail ? el("small", {}, detail) : null));
const LEGEND_NAME = `Légende, nombres de ${POLYGONS} puis d'habitants`;
const total = (rows, k) => (rows.some((row) => row[k] === null) ? null : rows.reduce((sum, row) => sum + row[k], 0));

function listUnits(shown) {
  return shown.unites.map(([name, count, people], u) => legendRow(
    el("button", { type: "button", class: "ligne", title: "Zoomer sur cette unité", onclick: () => zoomToUnit(shown, u) }, swatch(shown.colours[u]), el("span", { class: "rang" }, shown.codes[u]), el("span", { class: "unite", title: name }, shorten(name))), count, people));
}
function listClasses(shown) {
  const wholes = shown.parts ? [total(shown.classes, 4), total(shown.classes, 5)] : [];
  const rows = shown.classes.map(([label, colour, pattern, ink, count, people, detail]) => legendRow(plainHead(fillOf(colour, pattern, ink), label, detail), count, people, wholes));
  if (shown.hachures && shown.hachures.length) rows.push(legendRow(plainHead(fillOf("#FFFFFF", "hachures", "#1a1a1a"), "dont hors de l'unité principale"), shown.hachures.length, shown.pop_hachures));
  return rows;
}
function legendOf(shown) {
  if (shown.genre === "aucun") return el("p", { class: "discret" }, "Rien n'est colorié. Choisissez une couche pour voir qui intervient où.");
  const rows = shown.genre === "unites" ? listUnits(shown) : listClasses(shown);
  if (shown.nb_plusieurs) rows.push(legendRow(plainHead(SEVERAL, `Dont ${POLYGONS} de plusieurs unités`), shown.nb_plusieurs, null));
  if (shown.nb_sans) rows.push(legendRow(plainHead(NO_DATA, shown.genre === "unites" ? "Aucune unité connue" : "Sans donnée"), shown.nb_sans, shown.pop_sans));
  const count = shown.genre === "unites" ? (shown === atoms ? plural(shown.unites.length, "groupe", "groupes") : plural(shown.unites.length, "unité", "unités")) : null;
  return el("div", { class: "legende" }, el("h3", {}, shown.libelle), el("p", { class: "discret" }, [count, shown.millesime, shown.mesure].filter(Boolean).join(" · ")),
    el("p", { class: "tete", "aria-hidden": "true" }, el("span", {}, POLYGON_HEAD), el("span", {}, "Habitants")),
    el("div", rows.length > 12 ? { class: "longue", tabindex: "0", role: "region", "aria-label": LEGEND_NAME } : {}, el("ul", { "aria-label": LEGEND_NAME }, ...rows)),
    ...(shown.notes || []).map((note) => el("p", { class: "discret" }, note)));
}
function zoomToUnit(shown, unit) {
  const members = polygons.filter((polygon, c) => rings[c].length && (shown.groups[c] === unit || (Array.isArray(shown.index[c]) && shown.index[c].some((part) => part[0] === unit))));
  if (members.length) carte.fitBounds(L.featureGroup(members).getBounds().pad(0.05));
}
function describeCompared(first, second) {
  const line = el("span", { class: "trait compare", "aria-hidden": "true" });
  return el("div", { class: "legende" }, el("p", { class: "ligne" }, line, el("span", {}, `Limites de ${quote(second.libelle)} (${plural(second.unites.length, second === atoms ? "groupe" : "unité", second === atoms ? "groupes" : "unités")})`)),
    ...tellPair(first, second).map((told) => el("p", { class: "discret" }, told)));
}
