"""How many units of a layer lie inside a single unit of another, beside groupings drawn at random."""

import numpy as np
from matplotlib.lines import Line2D

from diagnostic.draw import page
from diagnostic.draw.charter import find_charter
from diagnostic.draw.charts import keep_top, label_axes, open_chart, shrink_axes, write_legend_row
from diagnostic.draw.style import COLOURS, FONT_SIZES, NO_BREAK_SPACE, TEXT_COLOUR, agree, format_number, format_share

# One look for all comparisons with chance: what chance gives is grey, its mean a black line, what is observed a diamond.
CHANCE, CHANCE_EDGE, OBSERVED = "#CFCFCF", "#8A8A8A", COLOURS["vermillon"]
SHARE = 0.9  # of the draws, between q05 and q95
# Few rows keep the height they have among six.
LEAST_ROWS, AXIS_IN = 6, 0.4
# The sentence at the right of a row: inches, and share of the width, at most.
WORDS_IN, WORDS_SHARE = 3.2, 0.42


def draw_chance(hasard, libelles, territoire, *, mentions, format_page="A4"):
    """Draw, per layer, how many units of another one lie inside a single unit of it, beside groupings drawn at random.

    Parameters
    ----------
    hasard : DataFrame, rows of `hasard` for one territory, one shuffled layer and `nb_a_dans_b`
    libelles : Series, index couche: how a reader reads the layers
    territoire : str, its name
    mentions : dict, as for `charts.draw_discordance`
    """
    # A layer of a single unit holds every EPCI, whatever the draw: it is told in the note, not drawn.
    fixed = (hasard["q05"] == hasard["observe"]) & (hasard["q95"] == hasard["observe"])
    rows = (hasard if fixed.all() else hasard[~fixed]).reset_index(drop=True)
    left = [] if fixed.all() else [libelles.get(couche, couche) for couche in hasard.loc[fixed, "couche_b"]]
    mixed = rows["couche_a"].iloc[0]
    mixed = "EPCI" if mixed == "EPCI" else f"unités de la couche « {libelles.get(mixed, mixed)} »"
    title = mentions.get("titre") or f"{territoire} : {tell_chance(rows, mixed)}"
    figure, axes, room = open_chart(
        title, mentions, notes=tell_draws(rows, left), format_page=format_page, square=False
    )
    most = float(np.nanmax(rows[["observe", "q95"]].to_numpy(dtype=float), initial=1))
    bottom = write_legend_row(figure, list_marks(rows), room[0])
    shrink_axes(axes, bottom - AXIS_IN)
    keep_top(axes, len(rows) / max(LEAST_ROWS, len(rows)))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    label_axes(axes, [libelles.get(couche, couche) for couche in rows["couche_b"]], [], size=FONT_SIZES["legende"])
    width = axes.get_position().width * figure.get_size_inches()[0]
    words = min(WORDS_IN, WORDS_SHARE * width)
    axes.set_xlim(-most * 0.02, most * width / (width - words))
    draw_ticks(axes, most, len(rows), f"Nombre d'{mixed} entièrement dans une seule unité de la couche de la ligne")
    for y, row in enumerate(rows.itertuples()):
        draw_row(axes, y, row)
        told = page.wrap_text(tell_chance_row(row), words - 0.2, FONT_SIZES["legende"] * 0.95)
        page.write_text(axes, most * 1.04, y, told, va="center", fontsize=FONT_SIZES["legende"], linespacing=1.15)
    return figure


def draw_row(axes, y, row):
    """Draw the interval and the mean of the draws, and the diamond of what is observed."""
    if row.q05 == row.q05:
        axes.barh(
            y, row.q95 - row.q05, left=row.q05, height=0.42, color=CHANCE, edgecolor=CHANCE_EDGE, linewidth=0.6, gid="hasard"
        )  # fmt: skip
        axes.plot(
            [row.moyenne_hasard] * 2,
            [y - 0.21, y + 0.21],
            color=TEXT_COLOUR,
            linewidth=1.4,
            solid_capstyle="butt",
            gid="moyenne",
        )
    axes.plot(
        row.observe, y, marker="D", color=OBSERVED, markersize=7, markeredgecolor="white", gid="observe", zorder=5
    )


def list_marks(rows):
    """Return the legend entries: what is observed, and what the draws give where any was made."""
    entries = [make_observed("Observé")]
    if rows["q05"].notna().any():
        entries.append(page.make_patch(CHANCE, f"{format_share(SHARE)} des tirages au hasard"))
        entries.append(make_mean("Moyenne des tirages"))
    return entries


def make_observed(label):
    """Return the legend entry of what is observed, beside chance."""
    return Line2D(
        [], [], linestyle="none", marker="D", markersize=7, color=OBSERVED, markeredgecolor="white", label=label
    )


def make_mean(label):
    """Return the legend entry of the mean of the draws: an upright line."""
    return Line2D(
        [], [], linestyle="none", marker="|", markersize=10, markeredgewidth=1.4, color=TEXT_COLOUR, label=label
    )


def tell_draws(rows, left):
    """Return the footnotes: how many draws, of which kind and seed; the layers that chance says nothing of."""
    drawn = rows.loc[rows["q05"].notna(), "tirages"].max() if "tirages" in rows else np.nan
    notes = []
    if drawn == drawn:
        seed = rows["graine"].dropna() if "graine" in rows else ()
        told = f" (graine {int(seed.iloc[0])} : les mêmes à chaque calcul)" if len(seed) else ""
        notes.append(
            f"Hasard : {agree(int(drawn), 'tirage')} d'autres regroupements des mêmes communes, d'un seul tenant, mêmes tailles "
            f"(en nombre de communes){told}."
        )
    if left:
        notes.append(f"Non comparés, car tout tirage donne le même nombre : {', '.join(left)}.")
    return notes


def tell_chance_row(row):
    """Return the words at the end of a row of `draw_chance`: what is observed, what chance gives, or why it is not known."""
    if row.observe != row.observe or row.q05 != row.q05:
        seen = format_number(row.observe)
        return f"{seen} ; hasard non calculé{f' : {row.raison_absence}' if row.raison_absence else ''}"
    low, high = format_number(row.q05), format_number(row.q95)
    if row.q05 == row.q95 == row.observe:
        return f"{format_number(row.observe)} ; toujours autant au hasard"
    if row.q05 == row.q95 and abs(row.moyenne_hasard - row.q05) < 0.05:
        return f"{format_number(row.observe)} ; au hasard, {low}"
    between = f"de {low} à {high}" if low != high else low
    mean = f"{format_number(row.moyenne_hasard, 1)}{NO_BREAK_SPACE}en{NO_BREAK_SPACE}moyenne"
    return f"{format_number(row.observe)} ; au hasard, {between} ({mean})"


def tell_chance(rows, mixed):
    """Return the title of the chart of chance: for how many layers more units hold in one than random groupings do."""
    known = rows.dropna(subset=["observe", "q95"])
    # Where every grouping gives what is observed (a layer of a single unit), chance has nothing to say.
    known = known[(known["q05"] != known["observe"]) | (known["q95"] != known["observe"])]
    if known.empty:
        return f"les {mixed} : comparaison au hasard non calculée"
    more, less = int((known["observe"] > known["q95"]).sum()), int((known["observe"] < known["q05"]).sum())
    over = f"pour {agree(more, 'couche')} sur {len(known)}" if len(known) > 1 else "pour la seule couche comparée"
    told = f"les {mixed} tiennent dans une seule unité plus souvent que par hasard {over}"
    if not more:
        compared = agree(len(known), "couche comparée", "couches comparées")
        told = f"les {mixed} ne tiennent pas plus souvent que par hasard dans une seule unité ({compared})"
    return f"{told}, moins souvent pour {format_number(less)}" if less else told


def draw_ticks(axes, most, rows, title):
    """Draw light lines at whole numbers along the rows, write the numbers above them, and the name of the axis."""
    step = max(1, int(-(-most // 5)))
    for x in range(0, int(most) + 1, step):
        axes.plot([x, x], [-0.5, rows - 0.5], color="#E6E6E6", linewidth=0.6, zorder=0, gid="graduation")
        page.write_text(axes, x, -0.55, format_number(x), ha="center", va="bottom", fontsize=FONT_SIZES["note"])
    axes.annotate(
        title, (0, -0.55), xytext=(0, 13), textcoords="offset points", ha="left", va="bottom", fontsize=FONT_SIZES["note"],
        color=TEXT_COLOUR, parse_math=False, fontfamily=find_charter().polices, annotation_clip=False,
    )  # fmt: skip
