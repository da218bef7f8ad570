"""A made-up dossier on one small EPCI, for what must run whole and fast: two linked actors, one link to check, one secret."""

FILES = {
    "parametres": """cle,valeur
titre,Essai sur Auzon
epci,244301099
date_edition,2026-11-21
seuils_km,5;15
""",
    "acteurs": """acteur_id,nom,categorie,code_insee,themes,a_repondu,diffusion,source
a,Club <script>alert(1)</script> d'Auzon,centre_social,43016,alimentation,oui,public,FICTIF
b,Épicerie de l'essai,epicerie_sociale,43016,alimentation,oui,public,FICTIF
c,Amap de l'essai,ccas,43016,alimentation,oui,public,FICTIF
d,Lieu tenu secret,ccas,43016,alimentation,oui,interne,FICTIF
""",
    "dispositifs": """dispositif_id,nom,type,nature,territoires,diffusion,source
p,PAT de l'essai,PAT,dispositif,244301099,public,FICTIF
""",
    "participations": """acteur_id,dispositif_id,role,source
a,p,pilotage,FICTIF
b,p,participation,FICTIF
""",
    "liens": """source_id,cible_id,type,source
a,b,partenaire_technique,FICTIF
a,d,partenaire_technique,FICTIF
""",
    "couverture_inventaire": """territoire_id,categorie,statut
244301099,epicerie_sociale,complet
244301099,evs,complet
""",
}


def write_dossier(folder):
    """Write the dossier in `folder` and return its path."""
    inventory = folder / "inventaire"
    inventory.mkdir(parents=True)
    for name, text in FILES.items():
        (inventory / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
