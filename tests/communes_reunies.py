"""A small dossier of 2024 around a merger of 2025 (63330 into 63109, Agglo Pays d'Issoire) and a separation (15141)."""

FILES = {
    "parametres": "cle,valeur\ntitre,Essai d'été\n",
    "communes": (
        "code_insee,nom,population,lat\n63109,Chidrac,494,\n63330,Saint-Cirgues-sur-Couze,348,\n63178,Issoire,15000,\n"
        "15141,Neussargues en Pinatelle,1577,\n"
    ),
    "acteurs": (
        "acteur_id,nom,categorie,code_insee,commune,territoires,source,a_garder\n"
        "a,Café FICTIF,centre_social,63330,Saint-Cirgues-sur-Couze,63330;63109,FICTIF,=1+1\n"
        "b,Amap FICTIF,ccas,63109,Chidrac,,FICTIF,\nc,Issoire FICTIF,ccas,63178,Issoire,200070407 ; 63330,FICTIF,\n"
        "d,Cantal FICTIF,ccas,15141,,,FICTIF,\n"
    ),
    "couches": (
        "couche,nature,exclusive,complete,millesime\nCAS,communes,oui,non,2024\nMSAT,communes,oui,non,2024\nCIAS,communes,oui,non,2024\n"
    ),
    "ressorts": (
        "code_insee,couche,unite_id,unite_nom,millesime,source\n63109,CAS,C1,CAS un,2024,FICTIF\n63330,CAS,C1,CAS un,2024,FICTIF\n"
        "63109,MSAT,M1,MSA un,2024,FICTIF\n63330,MSAT,M2,MSA deux,2024,FICTIF\n63330,CIAS,I1,CIAS un,2024,FICTIF\n"
        "63178,CIAS,I1,CIAS un,2024,FICTIF\n"
    ),
    "couverture_inventaire": (
        "territoire_id,categorie,statut\n63109,ccas,complet\n63330,ccas,complet\n63109,evs,complet\n63330,evs,partiel\n"
        "63330,amap,complet\n200070407,mds,complet\n"
    ),
    "territoires": "territoire_id,nom,type,communes\nBV,Bassin FICTIF,bassin,63330;63178\n",
}  # fmt: skip


def write_dossier(folder):
    """Write the dossier in `folder` as text tables and return its path."""
    inventory = folder / "inventaire"
    inventory.mkdir(parents=True)
    for name, text in FILES.items():
        (inventory / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "ressorts").mkdir()
    (folder / "ressorts" / "liste.csv").write_text("code_insee;unite\n63330;U\n63178;V\n", encoding="utf-8")
    (folder / "sorties" / "interne").mkdir(parents=True)
    (folder / "sorties" / "interne" / "problemes.xlsx").write_bytes(b"mien")
    return folder
