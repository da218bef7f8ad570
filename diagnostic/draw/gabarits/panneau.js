// Side panel: search, themes with their legend, actors, links, lists of what has no place on the map.
const panel = document.getElementById("panneau"), sourcesSection = document.getElementById("sources");
const plural = (n, one, many) => `${nombre.format(n)} ${n > 1 ? many : one}`;
const addSection = (title, ...children) => {
  const section = el("section", {}, title ? el("h2", {}, title) : null, ...children);
  panel.insertBefore(section, sourcesSection);
  return section;
};
const addList = (title, items) => items.length && panel.insertBefore(el("details", { class: "repli" }, el("summary", {}, `${title} (${nombre.format(items.length)})`), el("ul", { class: "puces" }, ...items)), sourcesSection);
const checkbox = (label, count, checked, onchange) => el("label", { class: "choix" },
  el("input", { type: "checkbox", checked, onchange: (event) => onchange(event.target.checked) }), ...[].concat(label), count === null ? null : el("span", { class: "nombre" }, nombre.format(count)));

const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
function buildSearch() {
  const places = [
    ...communes.nom.map((name, c) => ({ texte: name, detail: `commune, ${communes.code[c]}`, cle: fold(name), ouvrir: () => goToCommune(c) })),
    ...all.map((a) => ({ texte: acteurs.nom[a], detail: acteurs.categories[acteurs.categorie[a]][1], cle: fold(acteurs.nom[a]), ouvrir: () => goToActor(a) })),
  ];
  const results = el("ul", { class: "liste", "aria-live": "polite" });
  const field = el("input", { type: "search", id: "recherche", placeholder: "Une commune, un acteur…", autocomplete: "off", oninput: () => {
    const key = fold(field.value.trim());
    const found = key.length < 2 ? [] : places.filter((place) => place.cle.includes(key)).sort((a, b) => b.cle.startsWith(key) - a.cle.startsWith(key)).slice(0, 8);
    results.replaceChildren(...found.map((place) => el("li", {}, el("button", { type: "button", class: "ligne", onclick: place.ouvrir }, el("span", {}, place.texte, el("small", {}, ` ${place.detail}`))))));
    if (key.length >= 2 && !found.length) results.append(el("li", { class: "discret" }, "Rien de ce nom."));
  }, onkeydown: (event) => {
    const first = results.querySelector("button");
    if (event.key === "Enter" && first) { event.preventDefault(); first.click(); }
  } });
  addSection(null, el("label", { class: "cache", for: "recherche" }, "Chercher une commune ou un acteur"), field, results).classList.add("ecran");
}
function goToCommune(c) {
  if (rings[c].length) carte.fitBounds(polygons[c].getBounds(), { maxZoom: 11, animate: false });
  openAt(centres[c] || carte.getCenter(), describeCommune(c));
}
function goToActor(a) {
  const where = acteurs.place[a] ? L.latLng(acteurs.lat[a], acteurs.lon[a]) : centres[acteurs.commune[a]] || carte.getCenter();
  if (acteurs.place[a] || centres[acteurs.commune[a]]) carte.setView(where, Math.max(carte.getZoom(), 11), { animate: false });
  openAt(where, describeActor(a));
}

const swatch = (fill) => {
  const node = el("span", { class: fill.startsWith("url") ? `pastille ${fill.slice(5, -1)}` : "pastille", "aria-hidden": "true" });
  if (!fill.startsWith("url")) node.style.background = fill;
  return node;
};
const shorten = (name) => name.replace(/^Communauté de communes\b/i, "CC").replace(/^Communauté d['’]agglomération\b/i, "CA").replace(/^Communauté urbaine\b/i, "CU");
const legendRow = (fill, label, count) => el("li", {}, swatch(fill), el("span", {}, label), el("span", { class: "nombre" }, nombre.format(count)));
function legendOf(chosen) {
  if (chosen.genre === "aucun") return el("p", { class: "discret" }, "Les communes, sans couleur. Choisissez un découpage pour voir qui intervient où.");
  const caption = chosen.genre === "unites" ? [plural(chosen.unites.length, "unité", "unités"), chosen.millesime].filter(Boolean).join(" · ") : chosen.mesure;
  const rows = chosen.genre === "comptage" ? chosen.classes.map(([label, fill, count]) => legendRow(fill, label, count)) : chosen.unites.map(([name, count], u) => el("li", {},
    el("button", { type: "button", class: "ligne", title: "Zoomer sur cette unité", onclick: () => zoomToUnit(chosen, u) }, swatch(chosen.colours[u]), el("span", { class: "rang" }, String(u + 1)), el("span", { title: name }, shorten(name))), el("span", { class: "nombre" }, nombre.format(count))));
  if (chosen.nb_plusieurs) rows.push(legendRow("url(#hachures)", "Plusieurs unités", chosen.nb_plusieurs));
  if (chosen.nb_sans) rows.push(legendRow("url(#pointilles)", chosen.genre === "unites" ? "Aucune unité connue" : "Sans donnée", chosen.nb_sans));
  return el("div", { class: "legende" }, el("h3", {}, chosen.libelle), el("p", { class: "discret" }, `${caption} · à droite, nombre de communes`),
    el("ul", rows.length > 12 ? { class: "longue", tabindex: "0", "aria-label": "Légende" } : {}, ...rows));
}
function zoomToUnit(chosen, unit) {
  const members = polygons.filter((polygon, c) => rings[c].length && (chosen.groups[c] === unit || (Array.isArray(chosen.index[c]) && chosen.index[c].some((part) => part[0] === unit))));
  if (members.length) carte.fitBounds(L.featureGroup(members).getBounds().pad(0.05));
}
function buildThemes() {
  const legend = el("div", { id: "legende", "aria-live": "polite" });
  const choose = (chosen) => { showTheme(chosen); legend.replaceChildren(legendOf(chosen)); };
  const opening = themes.find((each) => each.genre === "unites") || themes[0];
  const radios = themes.map((each) => el("label", { class: "choix" }, el("input", { type: "radio", name: "theme", checked: each === opening, onchange: () => choose(each) }), el("span", {}, each.libelle)));
  addSection("Découpages", el("div", { class: "ecran", role: "radiogroup", "aria-label": "Découpage coloré" }, ...radios), legend,
    el("div", { class: "limites" }, ...Object.values(limits).map((limit) => {
      limit.couche.addTo(carte);
      const line = el("span", { class: "trait", "aria-hidden": "true" });
      line.style.borderTopWidth = `${limit.trait}px`;
      return checkbox([line, el("span", {}, limit.libelle)], null, true, (on) => (on ? limit.couche.addTo(carte) : limit.couche.remove()));
    })));
  choose(opening);
}

function buildActors() {
  if (!all.length) return addSection("Acteurs", el("p", { class: "discret" }, "Aucun acteur dans cette édition."));
  const count = (keep) => inside.filter((a) => acteurs.place[a] && keep(a)).length;
  const legend = el("ul", { class: "formes" }, ...[...champs].map(([code, { libelle }]) => el("li", {}, drawShape(code, 14), el("span", {}, libelle), el("span", { class: "nombre" }, nombre.format(count((a) => champOf(a) === champs.get(code)))))));
  const rubriques = new Map();
  acteurs.categories.forEach(([rubrique], k) => rubriques.set(rubrique, [...(rubriques.get(rubrique) || []), k]));
  const groups = [...rubriques].map(([rubrique, members]) => {
    const boxes = members.map((k) => checkbox(el("span", {}, acteurs.categories[k][1]), count((a) => acteurs.categorie[a] === k), shownCategories.has(k), (on) => { on ? shownCategories.add(k) : shownCategories.delete(k); refresh(); drawActors(); }));
    const head = checkbox(el("span", {}, rubrique), count((a) => members.includes(acteurs.categorie[a])), true, (on) => { members.forEach((k) => (on ? shownCategories.add(k) : shownCategories.delete(k))); refresh(); drawActors(); });
    function refresh() {
      members.forEach((k, n) => { boxes[n].querySelector("input").checked = shownCategories.has(k); });
      const on = members.filter((k) => shownCategories.has(k)).length, input = head.querySelector("input");
      input.checked = on === members.length; input.indeterminate = on > 0 && on < members.length;
    }
    refresh();
    return { refresh, node: el("details", { class: "rubrique" }, el("summary", {}, head), ...boxes) };
  });
  const setAll = (on) => () => { acteurs.categories.forEach((category, k) => (on ? shownCategories.add(k) : shownCategories.delete(k))); groups.forEach((group) => group.refresh()); drawActors(); };
  const outside = all.filter((a) => acteurs.hors[a] && acteurs.place[a]).length;
  const hidden = acteurs.categories.filter((category) => category[2]).map((category) => category[1]);
  const atTown = inside.filter((a) => acteurs.place[a] === 2).length;
  addSection("Acteurs", legend,
    el("p", { class: "ecran boutons" }, el("button", { type: "button", class: "lien", onclick: setAll(true) }, "Tout afficher"), el("button", { type: "button", class: "lien", onclick: setAll(false) }, "Tout masquer")),
    el("div", { class: "ecran" }, ...groups.map((group) => group.node), outside ? checkbox(el("span", {}, "Acteurs hors du territoire"), outside, false, (on) => { showOutside = on; drawActors(); }) : null),
    el("p", { class: "discret" }, "Un rond numéroté rassemble des acteurs proches ou au même point.", hidden.length ? ` Masqué à l'ouverture, car très nombreux : ${hidden.join(", ")}.` : "", atTown ? ` ${plural(atTown, "acteur placé", "acteurs placés")} à la mairie, faute de point.` : ""));
}

function buildLinks() {
  if (!liens.nb) return;
  const boxes = linkLayers.map((link) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    for (const [name, value] of [["width", 34], ["height", 8]]) svg.setAttribute(name, value);
    for (const [name, value] of [["d", "M0 4h34"], ["stroke", "#5B3A8C"], ["stroke-width", 2], ["stroke-dasharray", link.tirets || "none"]]) path.setAttribute(name, value);
    svg.append(path);
    return checkbox([svg, el("span", {}, link.libelle)], link.nombre, false, (on) => (on ? link.layer.addTo(carte) : link.layer.remove()));
  });
  addSection("Liens déclarés", ...boxes, el("p", { class: "discret" }, `${plural(liens.nb, "lien", "liens")}, dont ${nombre.format(liens.nb_non_traces)} ${liens.nb_non_traces > 1 ? "non tracés" : "non tracé"} (acteur sans point, itinérant, ou même lieu).`));
}

function buildLists() {
  const named = (a) => el("li", {}, el("button", { type: "button", class: "ligne", onclick: () => goToActor(a) }, el("span", {}, acteurs.nom[a], el("small", {}, ` ${acteurs.categories[acteurs.categorie[a]][1]}`))));
  addList("Services itinérants, sans point fixe", inside.filter((a) => acteurs.mobile[a]).map(named));
  addList("Acteurs sans point ni commune", inside.filter((a) => !acteurs.mobile[a] && !acteurs.place[a]).map(named));
  addList("Communes sans contour, absentes du dessin", communes.nom.map((name, c) => c).filter((c) => !rings[c].length).map((c) => el("li", {}, el("button", { type: "button", class: "ligne", onclick: () => goToCommune(c) }, el("span", {}, communes.nom[c], el("small", {}, ` ${communes.code[c]}`))))));
  const cells = (tag, values) => el("tr", {}, ...values.map((value) => el(tag, {}, typeof value === "number" ? nombre.format(value) : value)));
  const rows = couches.map((layer) => cells("td", [layer.libelle, layer.unites.length, layer.index.length - layer.nb_sans, layer.nb_plusieurs, layer.nb_sans, layer.millesime, layer.source]));
  if (rows.length) panel.insertBefore(el("details", { class: "repli" }, el("summary", {}, "Les couches en tableau"), el("div", { class: "defile" }, el("table", {}, el("caption", {}, "Communes par couche"),
    el("thead", {}, cells("th", ["Couche", "Unités", "Avec unité", "Dont plusieurs", "Sans unité", "Millésime", "Source"])), el("tbody", {}, ...rows)))), sourcesSection);
}
