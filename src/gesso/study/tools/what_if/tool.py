"""What if: one change made on the picture, with the measurements before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar

from gesso.core.errors import InputError
from gesso.core.records.maker import Maker
from gesso.study.drawing.plates import drawn_later, size_of
from gesso.study.easel import Easel
from gesso.study.measures.measures import measure
from gesso.study.records import Figure, Intent, Reading, Sheet, WhatIf
from gesso.study.tips.tips import advise
from gesso.study.tips.wording import WORDS, told
from gesso.study.tools.what_if.preview import CHANGES, Preview, added_by, laid_on, moved, preview

_USUAL = 0.8
TOLD = {
    "widen-values": "the values spread wider",
    "lift-darks": "the darks lifted",
    "lower-lights": "the lights taken down",
    "raise-key": "the key raised",
    "lower-key": "the key lowered",
    "separate-levels": "the levels set apart",
    "grow-dominant": "the leading value grown",
    "split-mass": "the largest mass split",
    "calm-masses": "small shapes calmed",
    "merge-blocks": "blocks merged",
    "soften-edges": "edges softened",
    "cut-edges": "edges cut harder",
    "push-focal": "the focal point pushed",
    "quiet-rival": "the second place quieted",
    "quiet-border": "the border quieted",
    "even-weight": "the weight evened out",
    "enrich-colour": "colour enriched",
    "mute-colour": "colour muted",
    "limit-palette": "the palette limited",
    "split-temperature": "lights and darks parted by temperature",
}
"""Every change in words: "with ...". """
assert set(TOLD) == set(CHANGES)  # noqa: S101 - a change without words would be shown without a name


@dataclass(frozen=True)
class WhatIfOptions:
    """Which change.

    Attributes:
        change: its name, "" for the one that shows the first tip.
        amount: 0 to 1; None for the tip's own, 0.8 where a change is named.
        blocks: numbers of those it works on, 1 the darkest; empty for the whole picture.
        intent: what the painter is after, which has a say in what the first tip is.
    """

    change: str = ""
    amount: float | None = None
    blocks: tuple[int, ...] = ()
    intent: Intent = "none"

    def __post_init__(self) -> None:
        if self.amount is not None and not 0 <= self.amount <= 1:
            raise InputError(
                f"A change of {self.amount} cannot be made.", "Ask for an amount from 0 to 1."
            )


class WhatIfTool:
    """Reads what a change would do.

    Args:
        options: which change.
        company: not used.
    """

    Options: ClassVar[type] = WhatIfOptions
    name = "what_if"

    def __init__(self, options: WhatIfOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options

    def read(self, easel: Easel) -> Reading:
        """The change with what it moved, and the picture after it.

        Raises:
            InputError: there is no such change or no such block.
        """
        change, why = self._change(easel)
        if change is None:
            return self._reading(easel, abstains=why)
        shown = preview(easel, change)
        surface, size = easel.surface, size_of(easel.values.shape)
        added = added_by(easel, shown.picture)
        return self._reading(
            easel,
            note=_note(change, shown),
            figures={
                "change": change.name,
                "amount": change.amount,
                "blocks": list(change.blocks),
                "moved": [one.metric for one in moved(shown)],
                "before": dict(shown.before),
                "after": dict(shown.after),
            },
            sheets=(
                drawn_later(
                    "what-if",
                    f"With {TOLD[change.name]}.",
                    size,
                    lambda: laid_on(surface, added, size),
                ),
            ),
        )

    def _change(self, easel: Easel) -> tuple[WhatIf | None, str]:
        asked = self._options
        if asked.change:
            amount = _USUAL if asked.amount is None else asked.amount
            return WhatIf(asked.change, amount, asked.blocks), ""
        advice = advise(easel, easel.once(measure), asked.intent)
        for tip in advice.tips:
            if tip.what_if is not None:
                own = tip.what_if
                amount = own.amount if asked.amount is None else asked.amount
                return WhatIf(own.name, amount, own.blocks), ""
        return None, advice.silence

    def _reading(
        self,
        easel: Easel,
        *,
        note: str = "",
        figures: Mapping[str, Figure] | None = None,
        sheets: tuple[Sheet, ...] = (),
        abstains: str = "",
    ) -> Reading:
        own = {**asdict(self._options), "blocks": ",".join(map(str, self._options.blocks))}
        maker = Maker(self.name, "1", offline=True, settings={**own, **easel.options.settings()})
        return Reading(self.name, "What if", note, figures or {}, sheets, maker, abstains)


def _note(change: WhatIf, shown: Preview) -> str:
    where = f" on blocks {', '.join(map(str, change.blocks))}" if change.blocks else ""
    began = f"With {TOLD[change.name]} by {change.amount:.0%}{where}".replace("%", " %")
    found = moved(shown, 2)
    if not found:
        return f"{began} no figure moves by as much as is seen."
    went = " and ".join(
        f"{WORDS.get(one.metric, one.metric)} goes from {told(one.metric, one.before)} to "
        f"{told(one.metric, one.after)}"
        for one in found
    )
    return f"{began}, {went}."
