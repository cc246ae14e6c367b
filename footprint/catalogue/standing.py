"""Statements that nearly every estimate asks, whatever it is of: they can be asked before anything is known."""

SOURCES = "SELECT * FROM sources"
COEFFICIENTS = "SELECT * FROM factors WHERE kind = 'coefficient'"
INSTRUMENTS = "SELECT * FROM instruments ORDER BY id"
OWN_RESIDUAL_MIXES = "SELECT id FROM factors WHERE kind = 'grid_residual_mix' AND origin = 'overlay'"
#: How many years a kind of factor is carried on, and of which class a host's halls are: for the ladder.
CARRIED = "SELECT kind, carried_years FROM kinds WHERE carried_years IS NOT NULL"
SITE_CLASSES = "SELECT id, site_class FROM providers WHERE site_class IS NOT NULL"
#: Subnational rows come from official statistics of large countries.
LARGE_GRIDS = """
SELECT zone FROM electricity_mix
WHERE generation_twh >= (SELECT value FROM factors WHERE id = 'grid_large_generation')
UNION SELECT id AS zone FROM zones WHERE type = 'subnational'
"""

EVERY = (SOURCES, COEFFICIENTS, INSTRUMENTS, OWN_RESIDUAL_MIXES, CARRIED, SITE_CLASSES, LARGE_GRIDS)
