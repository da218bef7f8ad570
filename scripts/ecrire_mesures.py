"""Write docs/mesures.md from `diagnostic/vocabulary/mesures.csv`: every identifier leads to its formula.

Run `python scripts/ecrire_mesures.py` after a change of the table; a test compares the file with what this writes.
"""

import re
from html import escape
from pathlib import Path

from diagnostic.vocabulary import read_vocabulary

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "mesures.md"
# table of results -> heading of its chapter
CHAPTERS = {
    "discordance": "Un territoire et une couche",
    "paires": "Deux couches",
    "millefeuille": "Mille-feuille, commune par commune (classeur seulement)",
    "atomes_territoires": "Atomes",
    "territoires_resume": "Résumé d'un territoire",
    "densites": "Liens déclarés (acteur-acteur)",
    "densites_dispositifs": "Participations (acteur-dispositif)",
    "blocs": "Liens entre groupes",
    "silos": "Silos entre champs",
    "silos_groupes": "Silos, groupe par groupe (classeur seulement)",
    "references": "Silos et hasard",
    "dispositifs_mixtes_part": "Dispositifs mixtes",
    "positions": "Positions des structures (édition interne)",
    "structure": "Groupes et cœur du réseau",
    "relais": "Qui fait le lien",
    "enquete_reseau": "Réponses à l'enquête et bornes",
    "fiabilite": "Liens confirmés",
    "comparaison": "Territoires côte à côte",
    "facettes": "Réseaux par type, thème, stade, intensité, échelle (classeur seulement)",
    "entree_tardive_ensemble": "Financeurs et émergence",
    "affiliations_resume": "Contrats des territoires",
    "categories_territoires": "Catégories par territoire",
    "etats_territoires": "Les trois états et l'âge de l'information",
    "attendus_resume": "Ce qui est attendu",
    "bilan_liens": "Liens à vérifier (édition interne)",
    "bilan_proximites": "Proximités à discuter (édition interne)",
    "acces": "Accès",
    "acces_temps": "Accès en minutes",
    "quantiles_acces": "Distances médianes",
    "accessibilite_territoires": "Accessibilité partagée (2SFCA)",
    "sites_supplementaires": "Un site de plus (édition interne)",
    "fermetures": "Si un site fermait (édition interne)",
    "indicateurs_territoires": "Indicateurs des communes",
    "indicateurs_classes": "Communes par classe",
    "acces_indicateurs": "Indicateurs et accès",
    "acces_classes": "Classes de communes et accès",
    "qualite": "Qualité de l'inventaire",
}
INTRODUCTION = """# Les mesures et leurs formules

Chaque chiffre a un identifiant, une définition, une formule et une valeur de référence : c'est la page où revenir quand un chiffre
surprend. Elle se lit par morceaux. Les mots qui reviennent (discordance, mille-feuille, VI, NMI, indice E-I...) sont dits simplement dans
[Les mots](glossaire.md). L'identifiant est celui de la colonne `mesure` de `resultats.json` (schéma : `resultats.schema.json`).

## Conventions

- **Poids.** w est le poids d'une commune : sa population municipale, sauf réglage `ponderation` (`communes` : 1 chacune ;
  `surface_km2`). Le poids employé est écrit dans chaque enregistrement (`ponderation`). Quand aucune commune du territoire n'a
  d'habitant, chacune compte 1. Compter des unités se fait par appartenance, communes sans habitant comprises.
- **Parts.** p_u est la part du poids couvert du territoire t qui relève de l'unité u ; n_ij le poids commun à l'unité i de la
  couche a et à l'unité j de la couche b ; N leur total, sur les communes que les deux couches couvrent. Logarithme naturel.
- **Couverture.** Part du poids sur laquelle la valeur repose. Une couche absente d'un territoire a une couverture de 0 et des
  valeurs vides, avec leur raison : jamais zéro interlocuteur.
- **Emboîté** veut dire : entièrement dans une seule unité et entièrement couvert par l'autre couche, pour la part de l'unité
  située dans le territoire.
- **Cas limites.** Une couche à une seule unité : NMI 0 (1 si l'autre aussi), part expliquée 1 par convention ; deux couches à
  une unité : VI 0. Égalité entre unités principales : le plus petit code, et la colonne `egalite` le dit. Parts de population
  inconnues dans une commune subdivisée : valeurs vides, bornes données. Commune subdivisée par les deux couches : mise de côté,
  comptée dans `nb_communes_ecartees`. Couche dont les unités se recouvrent : nombre d'unités seulement.
- **Interlocuteurs.** Les unités des couches dites `interlocuteur` ; un bassin de vie, un canton sont des découpages à comparer,
  personne à qui s'adresser. Mille-feuille et atomes ne comptent que les premières ; les paires de couches comparent tout.
- **Parts estimées.** Une commune partagée par des contours reçoit pour part celle de sa surface : `part_estimee` dit quel poids
  en dépend.
- **Amas.** Deux unités qui partagent une commune sont liées ; un amas est ce qu'on atteint de proche en proche. `seuil_amas`
  laisse de côté un recoupement plus petit que cette part des deux unités ; la table Amas donne les deux comptes, la table des
  communes qui relient dit lesquelles.
- **AMI.** Communes entières dans une seule unité des deux couches, chacune comptée une fois : la valeur attendue n'a de forme
  close que pour des objets de même poids.
- **Hasard.** Les communes d'un département sont regroupées au hasard en autant d'unités, d'un seul tenant et d'autant de
  communes que les EPCI (chaîne par arbres couvrants : deux unités voisines réunies, un arbre tiré, une arête coupée qui rend
  les deux tailles). Les tirages ne sont pas équiprobables (les formes compactes le sont davantage) et gardent les nombres de
  communes, non d'habitants. p = (b + 1) / (B + 1) ; la plus petite valeur possible est 1 / (B + 1). Jamais un verdict.
- **Zones non couvertes.** Une couche partielle qui dit son `repli` : l'opérateur est l'acteur recensé, sinon la règle (CCAS
  obligatoire à partir de 1 500 habitants, CASF L.123-4, à confirmer ; facultatif en dessous).
- **Réseaux.** m liens, n acteurs. Les liens déclarés entre acteurs et les participations aux dispositifs sont deux réseaux :
  leurs densités ne se comparent pas. Plusieurs liens entre deux acteurs comptent pour un. Un acteur actif dans plusieurs
  territoires compte dans chacun. Sont comptés les acteurs cités dans un lien ou une participation, joints par l'enquête, ou saisis
  à la main hors des communes ; les communes et les lignes importées que personne ne cite ne le sont pas. Feuille `liens` vide :
  rien n'est calculé. Entre catégories, seules les paires qui ont un lien sont listées.
- **Un lien, deux paroles.** Une paire est `confirme` quand ses deux extrémités l'ont dite. Entre répondants, M paires confirmées et A
  dites d'un seul côté donnent la part des liens que chacun cite, 2M / (2M + A) : les deux côtés sont supposés répondre
  indépendamment. Entre deux acteurs sans réponse, rien ne pouvait être dit : d'où les bornes de la densité.
- **Références.** Le nombre de liens entre champs est comparé à trois idées du hasard, et le choix change la conclusion. `etiquettes` :
  mêmes liens, champs redistribués entre les acteurs (tous les étiquetages s'il y en a 20 000 au plus) ; c'est celle qui répond à « le
  champ est-il lié aux liens ? ». `liens` : autant de liens répartis entre toutes les paires (loi hypergéométrique, exacte). `degres` :
  réseaux simples où chacun garde son nombre de liens (tous comptés s'ils sont assez peu, sinon échanges de partenaires : dix fois
  le temps d'oubli au départ, puis un réseau retenu quand moins de 5 % des liens sont restés). Ces hasards ignorent la distance :
  deux acteurs de deux bouts du territoire y sont aussi proches que deux voisins ; un champ regroupé quelque part peut en avoir l'air
  d'un silo. p = (b + 1) / (B + 1) par tirages, cas / cas quand tout est compté ; la plus petite valeur possible est dite.
- **Convention.** Chaque catégorie dont le champ vient de notre table est rangée à son tour dans l'autre champ, et les chiffres
  recalculés : leur étendue est donnée à côté de celle des trois traitements des acteurs mixtes.
- **Faire le lien.** Dit : colonne `fait_lien`, ou poste passerelle pourvu. Observé : l'acteur relie un acteur social et un acteur du
  développement local sans lien entre eux, et est un point de passage (il sépare d'autres acteurs en partant, ou son intermédiarité
  dépasse celle des trois quarts de ceux qui ont un lien, réglage `seuil_relais`). Un acteur sans lien et sans réponse est inconnu,
  jamais « non ».
- **Comparer des territoires** : à nombre moyen de partenaires égal, la densité baisse comme 1 / n. Nombre d'acteurs, partenaires, part
  de liens entre champs, observé sur attendu (à partir de 5 liens attendus), réponses, et les mêmes sans les acteurs présents partout ; la
  sensibilité (jackknife) dit ce qui tient à chaque acteur inscrit.
- **Trois états.** `present` : un acteur de la catégorie (principale ou secondaire) agit dans le territoire. `absent_verifie` :
  aucun, et la liste est dite complète (`couverture_inventaire`, ou liste publiée par une source qui dit tout recenser) ; la
  déclaration la plus précise l'emporte. `non_renseigne` : aucun, et personne ne l'a dit. L'âge est celui des dates des acteurs vus
  et des déclarations ; une date absente est comptée, jamais prise pour zéro.
- **Attendus.** Liste du logiciel, que la feuille `attendus` change ou complète : une catégorie, un dispositif ou un accès, à une
  échelle, sous une condition, avec sa base et sa source ; la colonne `verification` dit si le texte a été lu. Obligation, pratique
  et choix du groupe ne se mélangent pas. Les seuils sont comparés à la population **municipale** ; à moins de 5 % sous le seuil, si
  le texte peut viser la population totale, l'attente est « à vérifier ». Exception possible (un CIAS, un EPCI, un PETR) : « à
  vérifier » aussi, car rien ne dit ses compétences.
- **Liens à vérifier** : même territoire plus petit qu'un département, et même thème ou même dispositif. Ordre : d'abord entre les
  deux champs, puis dispositifs en commun, thèmes les plus proches, publics en commun, habitants du territoire partagé.
- **Proximités à discuter** : même commune, même thème et même public, sans lien déclaré. Se ressembler n'est pas faire double
  emploi.
- **Accès.** Habitants strictement au-delà du seuil ; `_moins_25` et `_plus_25` : au seuil diminué ou augmenté d'un quart ;
  `_sans_voisins` : sans les sites hors du périmètre. Un temps de trajet fourni remplace le vol d'oiseau pour la catégorie, un seul
  moyen de transport à la fois ; un trajet sans durée est inconnu, ni proche ni loin. Médiane : la plus petite distance en deçà de
  laquelle vit la moitié des habitants.
- **Si un site fermait** : chacun de ceux qui l'avaient pour plus proche va au suivant, tous les autres restant ouverts.
- **Accessibilité partagée (2SFCA)** : R = S / Σ P à portée, puis A = Σ R à portée ; forme améliorée : chaque zone a son poids. Sans
  capacité dite, chaque site compte 1 et le chiffre s'appelle densité de sites. Au bord du périmètre, les habitants d'à côté n'y
  sont pas : A y est haut.
- **Un site de plus** : couverture maximale (habitants nouvellement à portée) ou distance moyenne (p-médian). Un calcul, pas une
  proposition.
- **Indicateurs des communes** : une valeur secrète (`s`) ou non disponible (`nd`) n'est ni zéro ni oubliée au hasard ; une moyenne
  n'est donnée que si assez d'habitants vivent dans une commune publiée ; une valeur publiée est laissée de côté (`masquee`) là où
  elle permettrait de retrouver une valeur secrète par différence. On compare des communes, pas des personnes.
- **Manques.** Éloignement : seulement là où la liste des sites est complète (dite par le groupe, ou publiée par la source ; les
  lignes d'autres imports n'y comptent alors pas). Services itinérants : comptés à part, jamais un point fixe.
- **Éditions.** Les chiffres d'ensemble portent sur tous les acteurs, y compris ceux qu'une édition ne montre pas ; l'éloignement
  d'une catégorie dont un acteur est masqué n'est donné que dans l'édition interne, car des distances disent où il est.
- **Population** : population municipale de l'INSEE telle que la publie le paquet etalab 6.0.0 (2026) ; le paquet ne dit pas l'année
  du recensement (Mayotte : 2017).
- **Champ** (social, développement local, mixte, autre) : le guide ne dit pas quelle catégorie relève de quel champ ; c'est une
  convention du projet, modifiable acteur par acteur. Les mesures de silo sont données pour trois traitements des acteurs mixtes.
- **Distances** : à vol d'oiseau depuis la mairie, en Lambert 93 en métropole ; une route de montagne est plus longue.

## Les tables de ressorts du classeur

- **Fiches ressorts** : par territoire, couche et unité, communes et part du poids couvert ; `emboitee` : aucune commune de
  l'unité n'est hors du territoire ni du périmètre. **Communes à part** : celles dont l'unité (la plus grande part d'une commune
  partagée) n'est pas la principale de leur EPCI. **Rattachements** : n et q2 si ce qu'une unité tient du territoire passait à
  la principale, (p_m + p_u)² au lieu de p_m² + p_u².
- **Comparaison au hasard** : `observe`, `moyenne_hasard`, `q05` et `q95` (90 % des tirages au moins sont entre les deux, bornes
  comprises), `p_superieur` = (1 + tirages au moins aussi grands) / (1 + tirages), `p_inferieur` de même ; `part_deplacee` :
  part moyenne des communes qui ne sont plus avec le gros de leur unité (près de 0, les tirages ne disent rien) ;
  `nb_liens_ajoutes` : liens entre morceaux d'unités.
- **Communes qui relient** : `separe`, sans ce recoupement l'amas se partage en deux, chacun avec des unités des deux couches ;
  `sous_seuil`, recoupement laissé de côté sous `seuil_amas`. **Vis-à-vis** : pour la part d'une unité qui est dans le
  périmètre, les unités de l'autre couche qu'elle rencontre. **Couvertures croisées** : les deux, une seule, aucune ; le poids
  suit les parts.
- **Que changerait** : chaque chiffre de `discordance` et de `paires` qui diffère, dans les territoires touchés, avant et après
  ; une hypothèse à la fois, la commune entière.

## Ce qui n'est jamais fait

- Résumer une discordance par VI ou NMI seules : une couche à une seule unité donne NMI = 0 sans aucun inconvénient pratique.
- Lire une absence dans une case vide : trois états (présente, absence vérifiée, non renseignée).
- Répartir une population à la surface quand une table de communes existe.
- Dire « significatif », classer des structures, ou proposer des liens « à créer » : seulement à vérifier.
- Montrer hors de l'édition interne une position dans le réseau ou un constat défavorable qui nomme une structure.

## Références

À vérifier avant de les citer (connues de mémoire, textes non relus) : Hill 1973 ; Jost 2006 ; Meilă 2007 ; Rosenberg et
Hirschberg 2007 ; Newman 2003 ; Newman et Girvan 2004 ; Vinh, Epps et Bailey 2010 ; DeFord, Duchin et Solomon 2021 ; Phipson et
Smyth 2010 ; Snijders et Borgatti 1999 ; Hurlbert 1971 ; Good 1953 ; Chao 1984 ; Chao et Jost 2012 ; Haldane 1956 ; Burt 1992 ;
Borgatti 1997 ; Gould et Fernandez 1989 ; Borgatti et Everett 1999 ; Lip 2011 ; Blondel et autres 2008 ; Hubert et Arabie 1985. Les autres
auteurs nommés dans les tableaux (Simpson 1949, Shannon 1948, Wasserman et Faust 1994, Freeman 1977, Borgatti et Everett 1997,
Krackhardt et Stern 1988) indiquent l'origine usuelle de la formule ; textes non relus."""
ENDING = """
---

Page écrite par `scripts/ecrire_mesures.py` depuis `diagnostic/vocabulary/mesures.csv` : corrigez la table, pas cette page.
"""
# A letter and its index: p_u, n_ij, m_rs. A name of ours (nb_unites) has more letters before the sign.
INDEX = re.compile(r"(?<![\w`])([A-Za-zΣ])_([a-z]{1,2})(?!\w)")
HEADINGS = ["Mesure", "Ce qu'elle dit", "Unité", "Formule", "Numérateur / dénominateur", "Valeur de référence", "Source"]


def compose_page():
    """Return the whole page as Markdown."""
    measures = read_vocabulary("mesures")
    parts = [spell_indices(INTRODUCTION)]
    for table, rows in measures.groupby("table", sort=False):
        lines = [write_row(HEADINGS), write_row(["---"] * len(HEADINGS))]
        lines += [describe_measure(row) for row in rows.itertuples()]
        parts.append(f"## {CHAPTERS[table]}\n\n" + "\n".join(lines) + "\n")
    return "\n".join([*parts, ENDING.lstrip("\n")])


def spell_indices(text):
    """Return a text with the indices of its formulas below the line.

    >>> spell_indices("Σ_u p_u² sur nb_unites")
    'Σ<sub>u</sub> p<sub>u</sub>² sur nb_unites'
    """
    return INDEX.sub(r"\1<sub>\2</sub>", text)


def write_formula(text):
    """Return a formula as a reader reads it, in letters of one width; "" for none."""
    return f'<span class="formule">{spell_indices(escape(text, quote=False))}</span>' if text else ""


def describe_measure(row):
    """Return the line of a measure: an anchor of its identifier, so that a link leads to it."""
    above = f"valeur × `{row.denominateur}`" if row.numerateur == "=" else f"`{row.numerateur}`" * bool(row.numerateur)
    ratio = " / ".join(filter(None, [above, f"`{row.denominateur}`" * bool(row.denominateur)]))
    identifier = f'<a id="{row.mesure}"></a>`{row.mesure}`'
    expected = f"`{row.valeur_reference}`" if row.valeur_reference else ""
    said = f"**{row.libelle}.** {spell_indices(row.definition)}"
    return write_row([identifier, said, row.unite, write_formula(row.formule), ratio, expected, row.reference])


def write_row(cells):
    """Return a row of a Markdown table; a bar within a cell is escaped."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    TARGET.write_text(compose_page(), encoding="utf-8", newline="\n")
    print(f"Écrit : {TARGET.relative_to(ROOT)}")
