"""What a call costs by the price list of all large providers (genai-prices); heavy, so seldom read.

Its models take a tenth of a second to import: whoever wants a price opens this module then.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

import genai_prices

SOURCE = f"genai-prices {version('genai-prices')}"


def cost_usd(
    counted: Mapping[str, int], model: str, *, provider: str = "", address: str = ""
) -> tuple[float | None, str]:
    """What the list says that tokens cost, and which list it is.

    Args:
        counted: tokens by kind, as the list names the kinds.
        model: the model id.
        provider: as the list calls it, "" to look the model up among all.
        address: of the provider, in the place of its name.

    Returns:
        US dollars, None where the list knows no price; and its name and version.
    """
    usage = genai_prices.Usage(**counted)
    try:
        if address:
            found = genai_prices.calc_price(usage, model, provider_api_url=address)
        else:
            found = genai_prices.calc_price(usage, model, provider_id=provider or None)
        return float(found.total_price), SOURCE
    except (LookupError, ValueError):
        return None, SOURCE
