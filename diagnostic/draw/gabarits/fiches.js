// Search by commune: who intervenes there. Text only ever enters as a text node, never as HTML.
(function () {
  "use strict";
  const donnees = JSON.parse(document.getElementById("donnees").textContent);
  const section = document.getElementById("recherche"), field = document.getElementById("commune");
  const found = document.getElementById("trouvees"), answer = document.getElementById("reponse");
  if (!donnees.code.length) return;
  section.hidden = false;

  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[-'’]/g, " ").toLowerCase();
  const keys = donnees.nom.map(fold);

  const search = () => listFound(found, fold(field.value.trim()), keys, donnees, (c) =>
    el("button", { type: "button", onclick: () => show(c) }, donnees.nom[c], el("small", {}, ` ${donnees.code[c]} · ${donnees.epci[c] || "hors EPCI"}`)));
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
