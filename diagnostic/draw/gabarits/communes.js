// One commune at a time: the search, the index, the sheet, the printed page. Text only ever enters as a text node, never as HTML.
(function () {
  "use strict";
  const donnees = JSON.parse(document.getElementById("donnees").textContent), mots = donnees.mots;
  const byId = (name) => document.getElementById(name);
  const field = byId("commune"), found = byId("trouvees"), sheet = byId("feuille"), index = byId("index");
  const decimal = new Intl.NumberFormat("fr-FR", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const pageTitle = document.title;

  const plural = (n, one, many) => `${nombre.format(n)} ${n < 2 ? one : many}`;
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[-'’]/g, " ").toLowerCase().replace(/\bst\b/g, "saint").replace(/\bste\b/g, "sainte");
  const keys = donnees.nom.map(fold);
  const epciOf = (c) => (donnees.epci[c] < 0 ? "hors intercommunalité" : donnees.epcis[donnees.epci[c]]);
  const link = (c, ...children) => el("a", { href: `#${donnees.code[c]}` }, donnees.nom[c], ...children);

  const search = () => listFound(found, fold(field.value.trim()), keys, donnees, (c) => link(c, el("small", {}, ` ${donnees.code[c]} · ${epciOf(c)}`)));

  function tellDistance(code, far) {
    if (far < 0) return null;
    if (code === mots.minutes) return [`à\u00a0${nombre.format(far)}\u00a0min`, " (durée fournie)"];
    if (far < 10) return ["à moins de 1\u00a0km", " à vol d'oiseau"];
    return [`à\u00a0${far < 100 ? decimal.format(far / 10) : nombre.format(Math.round(far / 10))}\u00a0km`, " à vol d'oiseau"];
  }
  // One body: how it is linked to the commune, its name, then what it is, where, how far, for which territory, in which dispositif.
  function describeBody(body, code, far, held) {
    const qui = donnees.qui, rank = Math.min(code, mots.liens.length - 1);
    const place = rank ? qui.lieux[qui.lieu[body]] : "";
    const distance = tellDistance(code, far);
    const ressort = qui.ressorts[qui.ressort[body]], within = qui.dispositifs[body].filter((d) => held.includes(d)).map((d) => donnees.dispositifs[d][0]);
    const where = [place, place && distance ? ", " : "", distance && distance[0], distance && el("span", { class: "ecran" }, distance[1])].filter(Boolean);
    const kind = qui.genres[qui.genre[body]];
    const parts = [where, rank ? [el("span", { class: "ecran" }, kind)] : [kind], ressort ? [el("span", { class: "ecran" }, `ressort : ${ressort}`)] : [], within.length ? [el("span", { class: "ecran" }, `dispositif : ${within.join(", ")}`)] : []];
    const told = parts.filter((part) => part.length).flatMap((part, n) => (n ? [el("span", part[0].className ? { class: part[0].className } : {}, " · "), ...part] : part));
    return el("li", {}, el("div", { class: rank ? "" : "court" }, el("span", { class: `lien lien${rank}` }, mots.liens[rank]), " ", el("strong", {}, qui.nom[body]), " ", el("small", {}, told)));
  }
  function describeNeed(c, n) {
    const [label, clear] = donnees.besoins[n], flat = donnees.lignes[c][n], held = donnees.actions[c][n];
    const lines = [];
    for (let i = 0; i < flat.length; i += 3) lines.push(describeBody(flat[i], flat[i + 1], flat[i + 2], held));
    const [absent, unknown] = [donnees.textes[donnees.etats[c][2 * n]], donnees.textes[donnees.etats[c][2 * n + 1]]];
    const title = `besoin${n}`;
    const carried = (d) => [donnees.dispositifs[d][0], donnees.dispositifs[d][1] ? el("span", { class: "ecran" }, `, porté par ${donnees.dispositifs[d][1]}`) : null];
    return el("section", { "aria-labelledby": title }, el("h3", { id: title }, label, el("small", { class: "reste" })), el("p", { class: "clair" }, clear),
      lines.length ? el("ul", { class: "qui" }, lines) : el("p", { class: "etat" }, mots.rien),
      absent ? el("p", { class: "etat court" }, el("b", {}, "Le relevé est complet et n'en connaît aucun dans la commune : "), `${absent}.`) : null,
      unknown ? el("p", { class: "etat court" }, el("b", {}, "Non renseigné", el("span", { class: "ecran" }, ", nous ne savons pas"), " : "), `${unknown}.`) : null,
      held.length ? el("p", { class: "actions court" }, el("b", {}, held.length > 1 ? "Dispositifs : " : "Dispositif : "), held.flatMap((d, rank) => [rank ? " ; " : "", ...carried(d)]), ".") : null);
  }
  function tellCounts(c) {
    const [here, bound, near, needs, own] = donnees.comptes[c];
    return `Cette page connaît ${plural(here, "structure installée", "structures installées")} dans la commune, ${plural(bound, "autre", "autres")} dont c'est le ressort, et ${nombre.format(near)} parmi les plus proches. Sur ${plural(donnees.besoins.length, "besoin", "besoins")}, ${nombre.format(needs)} ${needs < 2 ? "a" : "ont"} au moins une réponse, dont ${nombre.format(own)} dans la commune.`;
  }
  function show(c) {
    const people = donnees.population[c] === null ? "population inconnue" : plural(donnees.population[c], "habitant", "habitants");
    sheet.replaceChildren(
      el("header", {}, el("h2", { id: "nom" }, `Vous habitez ${donnees.nom[c]}`), el("p", { class: "faits" }, `${people} · ${epciOf(c)} · code Insee ${donnees.code[c]}`), el("p", { class: "compte" }, tellCounts(c)), el("p", { class: "compte ecran" }, mots.cle),
        el("p", { class: "outils" }, el("button", { type: "button", onclick: () => window.print() }, "Imprimer cette page (une feuille A4)"))),
      el("div", { class: "besoins" }, donnees.besoins.map((_, n) => describeNeed(c, n))),
      el("p", { class: "pied papier" }, mots.pied));
    sheet.setAttribute("aria-labelledby", "nom");
    sheet.hidden = false;
    document.title = `${donnees.nom[c]} : qui s'occupe de quoi ?`;
  }
  function follow(moved) {
    const code = decodeURIComponent(location.hash.slice(1)), c = donnees.code.indexOf(code);
    if (c >= 0) {
      show(c);
      found.replaceChildren();
      field.value = donnees.nom[c];
      if (moved) { sheet.focus({ preventScroll: true }); sheet.scrollIntoView(); }
    } else if (/^[0-9AB]{5}$/i.test(code)) {
      sheet.replaceChildren(el("p", {}, `Aucune commune de code ${code} dans le territoire étudié.`));
      sheet.removeAttribute("aria-labelledby");
      sheet.hidden = false;
      document.title = pageTitle;
    }
  }

  // Printing: as many lines of each need as one A4 page holds, as evenly as they can be; what is left out is counted.
  const ROOM = 275 * 96 / 25.4;  // an A4 page without its margins, in CSS pixels
  function cut(list) {
    list.lines.forEach((line, rank) => line.classList.toggle("retire", rank >= list.most));
    const rest = list.lines.length - list.most;
    list.rest.textContent = rest > 0 ? ` et ${plural(rest, "autre, à l'écran", "autres, à l'écran")}` : "";
  }
  const fits = () => sheet.getBoundingClientRect().height <= ROOM;
  function fit() {
    document.body.classList.add("impression");
    const lists = [...sheet.querySelectorAll(".qui")].map((node) => ({ lines: [...node.children], rest: node.parentElement.querySelector(".reste"), most: 0 }));
    lists.forEach(cut);
    let open = lists.filter((list) => list.lines.length);
    while (open.length) {
      open = open.filter((list) => {
        list.most += 1;
        cut(list);
        if (!fits()) { list.most -= 1; cut(list); return false; }
        return list.most < list.lines.length;
      });
    }
  }
  function loosen() {
    document.body.classList.remove("impression");
    sheet.querySelectorAll(".retire").forEach((line) => line.classList.remove("retire"));
    sheet.querySelectorAll(".reste").forEach((rest) => rest.replaceChildren());
  }
  window.addEventListener("beforeprint", () => { if (!sheet.hidden) fit(); });
  window.addEventListener("afterprint", loosen);

  function buildIndex() {
    const order = donnees.nom.map((name, c) => c).sort((a, b) => keys[a].localeCompare(keys[b], "fr") || a - b);
    const groups = new Map();
    for (const c of order) groups.set(epciOf(c), [...(groups.get(epciOf(c)) || []), c]);
    const names = [...groups.keys()].sort((a, b) => fold(a).localeCompare(fold(b), "fr"));
    index.replaceChildren(...names.map((name) => el("details", {}, el("summary", {}, name, el("small", {}, ` (${plural(groups.get(name).length, "commune", "communes")})`)), el("ul", {}, groups.get(name).map((c) => el("li", {}, link(c)))))));
  }
  if (!donnees.code.length) return;
  byId("recherche").hidden = false;
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    const first = found.querySelector("a");
    if (event.key === "Enter" && first) { event.preventDefault(); location.hash = first.getAttribute("href"); }
  });
  window.addEventListener("hashchange", () => follow(true));
  buildIndex();
  follow(false);
})();
