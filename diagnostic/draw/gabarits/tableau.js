// What the map says, in text: one row a commune (or an EPCI), for the theme shown and the layer compared.
const MOST_ROWS = 1000;
const board = document.getElementById("tableau"), boardBody = el("div", { class: "defile", tabindex: "0", role: "region", "aria-label": "Tableau de la carte" });
let boardEpci = communes.nom.length > MOST_ROWS && !byEpci && communes.epcis.length ? 0 : -1;

function boardRow(cells) {
  return el("tr", {}, ...cells.map((cell, n) => el(n ? "td" : "th", n ? {} : { scope: "row" }, typeof cell === "number" ? nombre.format(cell) : cell)));
}
const boardThemes = () => [theme, compared].filter((each) => each && each.tell && each.couche !== "EPCI");
function rowsByCommune() {
  const order = communes.nom.map((name, c) => c).filter((c) => boardEpci < 0 || communes.epci[c] === boardEpci).sort((a, b) => communes.nom[a].localeCompare(communes.nom[b], "fr") || a - b);
  const head = [POLYGON_TITLE, "Code", ...(byEpci ? [] : ["Intercommunalité"]), "Habitants", ...boardThemes().map((each) => each.libelle)];
  return [head, order.map((c) => boardRow([
    el("button", { type: "button", class: "lien", onclick: () => goToCommune(c) }, communes.nom[c]), communes.code[c], ...(byEpci ? [] : [communes.epci[c] < 0 ? "hors EPCI" : communes.epcis[communes.epci[c]]]),
    communes.pop[c] === null ? "inconnu" : communes.pop[c], ...boardThemes().map((each) => each.tell(c))]))];
}
// A figure of the EPCI is written once, with the number of communes out of its main unit.
function rowsByEpci() {
  const members = communes.epcis.map(() => []);
  communes.epci.forEach((e, c) => { if (e >= 0) members[e].push(c); });
  const outside = new Set(theme.hachures), order = members.map((list, e) => e).filter((e) => members[e].length);
  const value = (c) => (theme.valeurs[c] === null ? "sans donnée" : theme.ecrire(theme.valeurs[c]));
  return [["Intercommunalité", "Communes", theme.libelle, "Communes hors de l'unité principale"], order.map((e) => boardRow([communes.epcis[e], members[e].length, value(members[e][0]), members[e].filter((c) => outside.has(c)).length]))];
}
function fillBoard() {
  if (!board.open) return boardBody.replaceChildren();
  const whole = theme.maille === "epci" && !byEpci, [head, rows] = whole ? rowsByEpci() : rowsByCommune();
  const caption = `${theme.genre === "aucun" ? `${POLYGON_TITLE}s` : theme.libelle}${compared && !whole ? `, comparé à ${quote(compared.libelle)}` : ""} : ${plural(rows.length, "ligne", "lignes")}${boardEpci >= 0 && !whole ? `, ${communes.epcis[boardEpci]}` : ""}`;
  boardBody.replaceChildren(el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, cell)))), el("tbody", {}, ...rows)));
  boardChoice.hidden = whole;
}
const boardChoice = communes.epcis.length > 1 && !byEpci ? chooseAmong("tableau-epci", "Intercommunalité", [...(communes.nom.length > MOST_ROWS ? [] : [[-1, "Toutes"]]), ...communes.epcis.map((name, e) => [e, name])], (value) => { boardEpci = value; fillBoard(); }).node : el("p", { class: "ecran" });
boardChoice.classList.add("ecran");
board.append(boardChoice, boardBody);
board.addEventListener("toggle", fillBoard);
