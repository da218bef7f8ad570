// What the pages with a search by commune share. Text only ever enters as a text node, never as HTML.
const nombre = new Intl.NumberFormat("fr-FR");
const MOST_FOUND = 8;

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// The communes that two letters or more lead to, those that begin with them first; `keys` are the names, folded like `key`.
function listFound(found, key, keys, { code }, draw) {
  const hits = key.length < 2 ? [] : keys.map((name, c) => c).filter((c) => keys[c].includes(key) || code[c].toLowerCase().startsWith(key));
  hits.sort((a, b) => keys[b].startsWith(key) - keys[a].startsWith(key) || keys[a].localeCompare(keys[b], "fr") || a - b);
  found.replaceChildren(...hits.slice(0, MOST_FOUND).map((c) => el("li", {}, draw(c))));
  if (hits.length > MOST_FOUND) found.append(el("li", { class: "discret" }, `et ${nombre.format(hits.length - MOST_FOUND)} autres : précisez le nom.`));
  if (key.length >= 2 && !hits.length) found.append(el("li", { class: "discret" }, "Aucune commune de ce nom dans le territoire étudié."));
}
