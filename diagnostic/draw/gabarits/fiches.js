// Search by commune: who intervenes there. Text only ever enters as a text node, never as HTML.
(function () {
  "use strict";
  const donnees = JSON.parse(document.getElementById("donnees").textContent);
  const section = document.getElementById("recherche"), field = document.getElementById("commune");
  const found = document.getElementById("trouvees"), answer = document.getElementById("reponse");
  if (!donnees.code.length) return;
  section.hidden = false;

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[-'’]/g, " ").toLowerCase();
  const keys = donnees.nom.map(fold);
  const nombre = new Intl.NumberFormat("fr-FR");

  function search() {
    const key = fold(field.value.trim());
    const hits = key.length < 2 ? [] : keys.map((name, c) => c).filter((c) => keys[c].includes(key) || donnees.code[c].toLowerCase().startsWith(key));
    hits.sort((a, b) => keys[b].startsWith(key) - keys[a].startsWith(key) || keys[a].localeCompare(keys[b], "fr") || a - b);
    found.replaceChildren(...hits.slice(0, 8).map((c) => el("li", {}, el("button", { type: "button", onclick: () => show(c) }, donnees.nom[c], el("small", {}, ` ${donnees.code[c]} · ${donnees.epci[c] || "hors EPCI"}`)))));
    if (hits.length > 8) found.append(el("li", { class: "discret" }, `et ${nombre.format(hits.length - 8)} autres : précisez le nom.`));
    if (key.length >= 2 && !hits.length) found.append(el("li", { class: "discret" }, "Aucune commune de ce nom dans le territoire étudié."));
  }
  function show(c) {
    const number = donnees.nombre[c];
    const rows = donnees.couches.flatMap((libelle, layer) => [el("dt", {}, libelle), el("dd", {}, donnees.textes[layer][donnees.unites[layer][c]] || el("em", {}, "aucune unité connue"))]);
    answer.replaceChildren(...[
      el("h3", {}, donnees.nom[c], " ", el("small", {}, donnees.code[c])),
      el("p", {}, number === null ? "Nombre d'interlocuteurs inconnu" : `${nombre.format(number)} ${number > 1 ? "interlocuteurs" : "interlocuteur"}`, donnees.epci[c] ? ` · ${donnees.epci[c]}` : ""),
      el("dl", {}, ...rows),
      donnees.fiche[c] ? el("a", { href: `#${donnees.fiche[c]}` }, "Voir la fiche de son intercommunalité") : null,
    ].filter(Boolean));
    found.replaceChildren();
    field.value = donnees.nom[c];
  }
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    const first = found.querySelector("button");
    if (event.key === "Enter" && first) { event.preventDefault(); first.click(); }
  });
})();
