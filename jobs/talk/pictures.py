"""Pictures of the report, each with its caption, of the files that the claims were read from."""

from plots import autocorrelation, coupling, density, diagrams, pulls, strength, width


def first_nnft(files):
    return [(density.density_figure(files[f"first_{net}"], 1), f"Density of φ = aσ(bσ(cx)) at x = 1.3, σ = {net}.")
            for net in ("tanh", "relu", "sigmoid")]


def gaussian_limit(files):
    return [(width.width_figure(files[f"limit_{net}_d1"], exact=files[f"limit_{net}_d1_exact"], variable="G4c"),
             f"G_c⁽⁴⁾ of {net}-nets against the width.") for net in ("relu", "tanh")]


def width_powers(files):
    return [(width.width_figure(files[f"powers_{net}"], fit=files[f"powers_{net}_{variable}"]), f"{variable} of {net}-nets against the width.")
            for net, variable in (("relu", "G4c"), ("tanh", "G6c"))]


def independence_breaking(files):
    return [(strength.strength_figure(files["relu_quartic"]),
             "Shifts of G_c⁽⁴⁾ of a relu-net with the strength α of the density ∝ e^{−α(ΣW²/N)²}; all strengths share their draws.")]


def edgeworth(files):
    return [(density.density_figure(files["edgeworth_one_series"], 0, width=n),
             f"Density of a cos-net at one site, N = {n:g}, and its Edgeworth series.") for n in files["edgeworth_one_series"].widths[::2]]


def couplings(files):
    return [(diagrams.diagrams_figure(diagrams.read_directory(files.directory / "couplings_diagrams")), "Diagrams of the couplings through 1/N².")]


def duality(files):
    file = files["duality_phi4"]
    return [(width.limit_figure(file, fit=files["duality_phi4_G4c"]), "G_c⁽⁴⁾ of φ⁴ theory against 1/N."),
            (autocorrelation.autocorrelation_figure(file), "Autocorrelation of the Markov chains in parameter space.")]


def phi4(files):
    return [(coupling.coupling_figure(files["phi4_weak"], perturbation=files["phi4_weak_curve"]),
             "G_c⁽²⁾ and G_c⁽⁴⁾ of φ⁴ theory at weak coupling beside perturbation theory.")]


OF = {"first_nnft": first_nnft, "gaussian_limit": gaussian_limit, "width_powers": width_powers, "independence_breaking": independence_breaking,
      "edgeworth": edgeworth, "couplings": couplings, "duality": duality, "phi4": phi4}


def of_section(section, files):
    """[(figure, caption)] of a section of the report."""
    return OF[section.name](files) if section.name in OF else []


def of_all(claims):
    return [(pulls.claims_figure(claims), "Measured minus printed, in standard errors: all numbers with errors, those of claims that fail included.")]
