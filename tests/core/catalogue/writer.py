"""A process that writes all kinds of things into a studio, to be met by another one or killed.

python writer.py STUDIO URL NAME COUNT
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept
from gesso.core.records.runs import Item
from gesso.core.records.works import Provenance, Rights


def main() -> None:
    folder, url, name, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    with Catalogue.open(folder, options=CatalogueOptions(url=url)) as catalogue:
        catalogue.runs.create(name, "", {}, [Item(name, str(n), n) for n in range(count)])
        for n in range(count):
            concept = Concept(f"Same {n}", "", "", "", Maker("offline"))
            won = catalogue.runs.claim_concept(name, str(n), concept, allow_repeat=False)
            pixels = np.full((8, 8, 3), n % 256, dtype=np.uint8)
            shared = Provenance("collected", "museum", str(n))
            catalogue.accession.accept_bytes(
                encode(Picture(pixels)), name="x", provenance=shared, rights=Rights()
            )
            call = catalogue.calls.open(
                errand=Errand(name), provider="p", operation="paint", model="", attempt=1,
                key=f"{name}{n}", reserved_usd=1, waited_s=0,
            )  # fmt: skip
            catalogue.calls.settle(
                call, state="done", status=200, request_id="", cost_usd=0.5, price_source="",
                input_units=None, output_units=None, error="",
            )  # fmt: skip
            print(n, int(won), flush=True)


if __name__ == "__main__":
    main()
