// Filters of the actors: champ, category, dispositif, stage. The number shown is always told.
const shownStatus = el("p", { class: "compte", role: "status" });
const placedInside = inside.filter((a) => acteurs.place[a]);
const countPlaced = (keep) => placedInside.filter(keep).length;
function tellShown(number) {
  const outside = showOutside ? all.filter((a) => acteurs.hors[a] && acteurs.place[a]).length : 0;
  const { dispositif, stade } = chosen, told = [];
  if (dispositif !== -1) told.push(dispositif === NONE ? "aucun dispositif connu" : dispositifs.nom[dispositif]);
  if (stade !== -1) told.push(`stade d'entrée : ${dispositifs.stades[stade]}`);
  shownStatus.textContent = `${plural(number, "acteur affiché", "acteurs affichés")} sur ${nombre.format(placedInside.length + outside)}${told.length ? ` (${told.join(" ; ")})` : ""}`;
}

function chooseAmong(id, label, options, onchange) {
  const field = el("select", { id, onchange: () => onchange(Number(field.value)) }, ...options.map(([value, text]) => el("option", { value: String(value) }, text)));
  return { field, node: el("p", { class: "champ-filtre" }, el("label", { for: id }, label), field) };
}
function filterChamps(refresh) {
  const boxes = [...champs.values()].map((champ) => {
    const code = [...champs.keys()].find((key) => champs.get(key) === champ);
    return { champ, node: checkbox([drawShape(code, 14), el("span", {}, champ.libelle)], countPlaced((a) => champOf(a) === champ), true, (on) => { on ? chosen.champs.add(champ) : chosen.champs.delete(champ); refresh(); }) };
  });
  return { node: el("div", { class: "formes", role: "group", "aria-label": "Champ" }, ...boxes.map((box) => box.node)), sync: () => boxes.forEach((box) => { box.node.querySelector("input").checked = chosen.champs.has(box.champ); }) };
}
function filterDispositifs(refresh) {
  const rows = dispositifs.participations;
  if (!rows.length) return [];
  const count = (d, s) => nombre.format(countPlaced((a) => takesPart(a, d, s)));
  const order = dispositifs.nom.map((name, d) => d).filter((d) => rows.some((row) => row[1] === d)).sort((a, b) => dispositifs.nom[a].localeCompare(dispositifs.nom[b], "fr") || a - b);
  return [
    ["dispositif", chooseAmong("filtre-dispositif", "Dispositif", [[-1, `Tous (${nombre.format(placedInside.length)})`], ...order.map((d) => [d, `${dispositifs.nom[d]} (${count(d, -1)})`]), [NONE, `Aucun dispositif connu (${count(NONE, -1)})`]], (value) => { chosen.dispositif = value; refresh(); })],
    ["stade", chooseAmong("filtre-stade", "Stade d'entrée dans le dispositif", [[-1, `Tous (${nombre.format(placedInside.length)})`], ...dispositifs.stades.map((name, s) => [s, `${name} (${count(-1, s)})`])], (value) => { chosen.stade = value; refresh(); })],
  ];
}
function filterCategories(refresh) {
  const rubriques = new Map();
  acteurs.categories.forEach(([rubrique], k) => rubriques.set(rubrique, [...(rubriques.get(rubrique) || []), k]));
  const turn = (members, on) => { members.forEach((k) => (on ? shownCategories.add(k) : shownCategories.delete(k))); refresh(); };
  return [...rubriques].map(([rubrique, members]) => {
    const boxes = members.map((k) => checkbox(el("span", {}, acteurs.categories[k][1]), countPlaced((a) => acteurs.categorie[a] === k), shownCategories.has(k), (on) => turn([k], on)));
    const head = checkbox(el("span", {}, "Toute la rubrique"), countPlaced((a) => members.includes(acteurs.categorie[a])), true, (on) => turn(members, on));
    const told = el("span", { class: "nombre" });
    const sync = () => {
      members.forEach((k, n) => { boxes[n].querySelector("input").checked = shownCategories.has(k); });
      const on = members.filter((k) => shownCategories.has(k)).length, input = head.querySelector("input");
      input.checked = on === members.length;
      input.indeterminate = on > 0 && on < members.length;
      told.textContent = nombre.format(countPlaced((a) => members.includes(acteurs.categorie[a])));
    };
    sync();
    return { sync, node: el("details", { class: "rubrique" }, el("summary", {}, el("span", {}, rubrique), told), members.length > 1 ? head : null, ...boxes) };
  });
}

function buildActors() {
  if (!all.length) return byEpci ? null : addSection("Acteurs", el("p", { class: "discret" }, "Aucun acteur dans cette édition."));
  const refresh = () => { parts.forEach((part) => part.sync()); drawActors(); };
  const fields = filterDispositifs(refresh), champ = filterChamps(refresh), groups = filterCategories(refresh);
  const parts = [champ, ...groups, ...fields.map(([name, each]) => ({ sync: () => { each.field.value = String(chosen[name]); } }))];
  const setAll = (on) => () => {
    acteurs.categories.forEach((category, k) => (on ? shownCategories.add(k) : shownCategories.delete(k)));
    if (on) { champs.forEach((each) => chosen.champs.add(each)); chosen.dispositif = chosen.stade = -1; }
    refresh();
  };
  const outside = all.filter((a) => acteurs.hors[a] && acteurs.place[a]).length;
  const hidden = acteurs.categories.filter((category) => category[2]).map((category) => category[1]);
  const atTown = inside.filter((a) => acteurs.place[a] === 2).length;
  addSection("Acteurs", shownStatus,
    el("p", { class: "ecran boutons" }, el("button", { type: "button", class: "lien", onclick: setAll(true) }, "Tout afficher"), el("button", { type: "button", class: "lien", onclick: setAll(false) }, "Tout masquer")),
    champ.node, el("div", { class: "ecran" }, ...fields.map(([, each]) => each.node),
      el("h3", { class: "petit" }, "Catégories"), ...groups.map((group) => group.node), outside ? checkbox(el("span", {}, "Acteurs hors du territoire"), outside, false, (on) => { showOutside = on; drawActors(); }) : null),
    el("p", { class: "discret" }, "À droite, le nombre d'acteurs placés sur la carte. Un rond numéroté rassemble des acteurs proches ou au même point.", hidden.length ? ` Masqué à l'ouverture, car très nombreux : ${hidden.join(", ")}.` : "", atTown ? ` ${plural(atTown, "acteur placé", "acteurs placés")} à la mairie, faute de point.` : ""));
}
