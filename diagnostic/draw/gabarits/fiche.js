// What the popup says of an actor, and of a commune: who intervenes, how far, what is known, which dispositifs.
const lineOf = (label, ...content) => el("p", {}, el("span", { class: "cle" }, label), " ", ...content);
function describeActor(a, back) {
  const [rubrique, categorie] = acteurs.categories[acteurs.categorie[a]];
  const commune = acteurs.lieu[a] || (acteurs.commune[a] >= 0 ? communes.nom[acteurs.commune[a]] : "");
  const parts = new Map();
  for (const [, d, s, r] of roleOf.get(a) || []) parts.set(d, [...(parts.get(d) || []), `${dispositifs.roles[r].toLowerCase()}, ${dispositifs.stades[s].toLowerCase()}`]);
  return el("div", { class: "fiche" },
    back ? el("button", { type: "button", class: "lien", onclick: back }, "← Retour à la liste") : null,
    el("h3", {}, acteurs.nom[a]),
    el("p", { class: "champ" }, drawShape(acteurs.champ[a], 13), ` ${champOf(a).libelle}`),
    lineOf("Catégorie", categorie), lineOf("Rubrique", rubrique),
    commune ? lineOf("Commune", commune) : null,
    acteurs.themes[a].length ? lineOf("Thèmes", acteurs.themes[a].join(", ")) : null,
    acteurs.sources[acteurs.source[a]] ? lineOf("Source", acteurs.sources[acteurs.source[a]]) : null,
    acteurs.mobile[a] ? el("p", { class: "discret" }, "Service itinérant : sans point fixe.") : null,
    acteurs.place[a] === 2 ? el("p", { class: "discret" }, "Placé à la mairie : position exacte inconnue.") : null,
    acteurs.hors[a] ? el("p", { class: "discret" }, "Hors du territoire étudié.") : null,
    parts.size ? foldOf(`Dispositifs auxquels il prend part (${nombre.format(parts.size)})`, el("dl", {}, ...[...parts].flatMap(([d, told]) => [el("dt", {}, dispositifs.nom[d]), el("dd", {}, told.join(" ; "))]))) : null);
}

const foldOf = (title, ...content) => el("details", {}, el("summary", {}, title), ...content);
const listOf = (rows) => el("dl", {}, ...rows.flatMap(([term, told]) => [el("dt", {}, term), el("dd", {}, told)]));
function describeCommune(c) {
  const told = (code) => couches.some((layer) => layer.couche === code);
  const here = inside.filter((a) => acteurs.commune[a] === c), where = centres[c] || carte.getCenter();
  const back = () => openAt(where, describeCommune(c));
  const of = (family) => classThemes.filter((each) => each.famille === family);
  const access = of("acces").filter((each) => each.index[c] >= 0), states = of("etats"), present = dispositifs.presents.groupes[dispositifs.presents.index[c]] || [];
  const group = atoms ? atoms.index[c] : -1;
  return el("div", { class: "fiche" },
    el("h3", {}, communes.nom[c], el("small", {}, ` ${communes.code[c]}`)),
    told("EPCI") || byEpci ? null : lineOf("EPCI", communes.epci[c] < 0 ? "hors EPCI" : communes.epcis[communes.epci[c]]),
    told("DEPARTEMENT") || communes.departement[c] < 0 ? null : lineOf("Département", communes.departements[communes.departement[c]]),
    lineOf("Population", communes.pop[c] === null ? "inconnue" : `${nombre.format(communes.pop[c])} habitants`),
    couches.length ? el("h4", {}, "Qui intervient ici") : null,
    couches.length ? listOf(couches.map((layer) => [layer.libelle, tellUnits(layer, layer.index[c])])) : null,
    ...of("millefeuille").map((layer) => el("p", { class: "discret" }, `${layer.libelle} : ${layer.tell(c)}`)),
    group < 0 ? null : el("p", { class: "discret" }, `Mêmes interlocuteurs que ${plural(atoms.unites[group][1] - 1, "autre commune", "autres communes")} (groupe ${atoms.codes[group]}).`),
    present.length ? foldOf(`Dispositifs de ce territoire (${nombre.format(present.length)})`, listOf(present.map((d) => [dispositifs.type[d] || "Dispositif", `${dispositifs.nom[d]}${dispositifs.stade[d] ? ` (${dispositifs.stade[d].toLowerCase()})` : ""}`]))) : null,
    access.length ? foldOf(`Accès (${plural(new Set(access.map((each) => each.categorie)).size, "catégorie", "catégories")})`, listOf(access.map((each) => [each.dit || each.categorie, each.tell(c)])),
      access.some((each) => each.complet === false) ? el("p", { class: "discret" }, "« Au plus » : l'inventaire n'est pas dit complet, un site plus proche peut exister.") : null) : null,
    states.length ? foldOf(`Présent, absent ou non renseigné (${plural(states.length, "catégorie", "catégories")})`, listOf(states.map((each) => [each.categorie, each.tell(c)]))) : null,
    here.length ? foldOf(`Acteurs recensés ici (${here.length})`, listActors(here, back, where)) : acteurs.nom.length ? el("p", { class: "discret" }, "Aucun acteur recensé ici.") : null);
}
