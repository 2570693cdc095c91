"""What a text asks of the offline painter, as numbers: everything that its pictures depend on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PaintSpec:
    """One picture's parameters, read from its text; aims are None where the text leaves them free.

    Attributes:
        seed: of every random number.
        setting: where it plays: a row of the motif table, "sea".
        subjects: what stands in it, by motif name, the first is the focal point.
        skies: what hangs over it, by motif name.
        shuns: motif names that shall not be seen.
        night: 0 broad day to 1 deep night.
        season: "", "spring", "summer", "autumn" or "winter".
        weather: what falls: "", "rain" or "snow".
        storm: 0 none to 1 a thunderstorm, with its lightning.
        metal: what machines are made of: "" for brass, "silver", "iron" or "copper".
        key, contrast: CIE L*, 0 to 100.
        chroma: mean OKLab chroma.
        hue_dark, hue_mid, hue_light: OKLCH angle in degrees.
        ground_chroma: the chroma to mix colours with before any aim is steered to.
        grade: hues of darks, middles and lights that the text asks for, None where it does not.
        symmetry, balance, light_x, light_y, mist: 0 to 1, as `make/aims.py` defines them.
        even, haze: symmetry and mist as the text asks for them, None where it does not.
        density: share of the area that shall hold an edge, 0 to 0.6; None leaves it to the brush.
        brush: 0 the finest brushes to 1 the broadest.
        relief: 0 a glaze without relief to 1 thick impasto.
    """

    seed: int
    setting: str
    subjects: tuple[str, ...] = ()
    skies: tuple[str, ...] = ()
    shuns: tuple[str, ...] = ()
    night: float = 0.0
    season: str = ""
    weather: str = ""
    storm: float = 0.0
    metal: str = ""
    key: float | None = None
    contrast: float | None = None
    chroma: float | None = None
    hue_dark: float = 265.0
    hue_mid: float = 230.0
    hue_light: float = 70.0
    ground_chroma: float = 0.075
    grade: tuple[float | None, float | None, float | None] = (None, None, None)
    symmetry: float = 0.0
    balance: float | None = None
    light_x: float = 0.64
    light_y: float = 0.3
    mist: float = 0.25
    even: float | None = None
    haze: float | None = None
    density: float | None = None
    brush: float = 0.45
    relief: float = 0.5

    @property
    def busy(self) -> float:
        """How much there is of everything that may be more or less: 0 little to 0.6 much."""
        return 0.2 if self.density is None else self.density

    @property
    def liveliness(self) -> float:
        """How freely the paint is laid: 0 smooth to 1 as it comes, a little above for more."""
        return 1.0 if self.density is None else 1.3 * (self.density / 0.6) ** 1.5
