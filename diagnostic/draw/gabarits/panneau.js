// Side panel: search, themes with their legend, actors, links, lists of what has no place on the map.
const panel = document.getElementById("panneau"), sourcesSection = document.getElementById("sources");
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
    ...communes.nom.map((name, c) => ({ texte: name, detail: `${POLYGON}, ${communes.code[c]}`, cle: fold(`${name} ${communes.code[c]}`), ouvrir: () => goToCommune(c) })),
    ...all.map((a) => ({ texte: acteurs.nom[a], detail: acteurs.categories[acteurs.categorie[a]][1], cle: fold(acteurs.nom[a]), ouvrir: () => goToActor(a) })),
  ];
  const results = el("ul", { class: "liste", "aria-live": "polite" });
  const field = el("input", { type: "search", id: "recherche", placeholder: `${A_POLYGON[0].toUpperCase()}${A_POLYGON.slice(1)}${acteurs.nom.length ? ", un acteur" : ""}…`, autocomplete: "off", oninput: () => {
    const key = fold(field.value.trim());
    const found = key.length < 2 ? [] : places.filter((place) => place.cle.includes(key)).sort((a, b) => b.cle.startsWith(key) - a.cle.startsWith(key)).slice(0, 8);
    results.replaceChildren(...found.map((place) => el("li", {}, el("button", { type: "button", class: "ligne", onclick: place.ouvrir }, el("span", {}, place.texte, el("small", {}, ` ${place.detail}`))))));
    if (key.length >= 2 && !found.length) results.append(el("li", { class: "discret" }, "Rien de ce nom."));
  }, onkeydown: (event) => {
    const first = results.querySelector("button");
    if (event.key === "Enter" && first) { event.preventDefault(); first.click(); }
  } });
  addSection(null, el("label", { class: "cache", for: "recherche" }, `Chercher ${A_POLYGON}${acteurs.nom.length ? " ou un acteur" : ""}`), field, results).classList.add("ecran");
  if (zones.length > 1) field.parentElement.append(chooseAmong("zone", "Aller à", zones.map((z) => [z, communes.zones[z]]), showZone).node);
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

// Themes by family; the family of the one shown is open. The second layer is lines over the first.
function buildThemes() {
  const legend = el("div", { id: "legende" }), against = el("div", { id: "comparaison" }), told = el("p", { class: "cache", role: "status" });
  const explain = () => {
    against.replaceChildren(...(compared ? [describeCompared(theme, compared)] : []));
    told.textContent = `Couche affichée : ${theme.libelle}${compared ? `, comparée à ${compared.libelle}` : ""}.`;
    fillBoard();
  };
  const choose = (shown) => { showTheme(shown); legend.replaceChildren(legendOf(shown)); explain(); };
  const opening = themes.find((each) => each.famille === donnees.ouverture) || themes.find((each) => each.genre === "unites") || themes[0];
  const radio = (each) => el("label", { class: "choix" }, el("input", { type: "radio", name: "theme", checked: each === opening, onchange: () => choose(each) }), el("span", {}, each.libelle));
  const families = Object.entries(donnees.familles).map(([family, title]) => [family, title, themes.filter((each) => each.famille === family)]).filter(([, , members]) => members.length);
  const folds = families.map(([family, title, members]) => el("details", { class: "rubrique", open: members.includes(opening) }, el("summary", {}, el("span", {}, title), el("span", { class: "nombre" }, nombre.format(members.length))),
    ...members.map(radio), donnees.remarques[family] ? el("p", { class: "discret" }, donnees.remarques[family]) : null));
  const others = [...unitThemes, atoms].filter(Boolean);
  const second = chooseAmong("comparer", "Comparer avec les limites de", [[-1, "Rien"], ...others.map((each, n) => [n, each.libelle])], (value) => { compareWith(value < 0 ? null : others[value]); explain(); });
  addSection("Couches", el("div", { class: "ecran familles", role: "radiogroup", "aria-label": "Couche coloriée" }, radio(blank), ...folds), told, legend,
    others.length > 1 ? el("div", { class: "ecran" }, second.node) : null, against,
    el("div", { class: "limites" }, ...Object.values(limits).filter((limit) => limit.couche).map((limit) => {
      limit.couche.addTo(carte);
      const line = el("span", { class: "trait", "aria-hidden": "true" });
      line.style.borderTopWidth = `${limit.trait}px`;
      return checkbox([line, el("span", {}, limit.libelle)], null, true, (on) => (on ? limit.couche.addTo(carte) : limit.couche.remove()));
    }), offerTiles()));
  choose(opening);
}

// The one thing that asks the network, and only while its box is ticked: the fills let it through.
function offerTiles() {
  if (!donnees.tuiles) return null;
  const told = el("p", { class: "discret", role: "status" });
  const tiles = L.tileLayer(donnees.tuiles.adresse, { maxZoom: Number(donnees.tuiles.zoom_max) });
  const say = (text) => told.replaceChildren(text);
  tiles.on("tileerror", () => say("Ce fond ne vient pas : il faut internet. Le reste de la carte n'en a pas besoin."));
  tiles.on("tileload", () => say(`Fond : ${donnees.tuiles.attribution}.`));
  return el("div", { class: "ecran" }, checkbox([el("span", {}, `${donnees.tuiles.libelle} (demande internet)`)], null, false, (on) => {
    carte.getContainer().classList.toggle("avec-tuiles", on);
    say("");
    if (on) tiles.addTo(carte); else tiles.remove();
  }), told);
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
  addList(`${POLYGON_TITLE}s sans contour, hors du dessin`, communes.nom.map((name, c) => c).filter((c) => !rings[c].length).map((c) => el("li", {}, el("button", { type: "button", class: "ligne", onclick: () => goToCommune(c) }, el("span", {}, communes.nom[c], el("small", {}, ` ${communes.code[c]}`))))));
  const cells = (tag, values) => el("tr", {}, ...values.map((value) => el(tag, {}, typeof value === "number" ? nombre.format(value) : value)));
  const rows = couches.map((layer) => cells("td", [layer.libelle, layer.unites.length, layer.index.length - layer.nb_sans, layer.nb_plusieurs, layer.nb_sans, layer.millesime, layer.source]));
  if (rows.length) panel.insertBefore(el("details", { class: "repli" }, el("summary", {}, "Les couches en tableau"), el("div", { class: "defile", tabindex: "0", role: "region", "aria-label": "Les couches en tableau" }, el("table", {}, el("caption", {}, `${POLYGON_TITLE}s par couche`),
    el("thead", {}, cells("th", ["Couche", "Unités", "Avec unité", "Dont plusieurs", "Sans unité", "Millésime", "Source"])), el("tbody", {}, ...rows)))), sourcesSection);
}
