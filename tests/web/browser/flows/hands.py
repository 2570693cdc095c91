"""Two ways to do the same things on a page: with a mouse, and with a keyboard alone.

    hand.press(page.get_by_role("button", name="Begin"))    # a click; or Tab, Tab, ..., Enter
    hand.write(page.get_by_label("Theme"), "Tides")
    hand.step(page.get_by_label("Values"), -2)              # a slider, two steps down

The keyboard asks for nothing that a person without a mouse could not do: it presses Tab until
the element has the focus, and is not content with an element that has it out of sight, below
something else, or without a mark that shows it.
"""

from __future__ import annotations

from typing import Any

Locator = Any
Page = Any

MOST_TABS = 160
_HAS_FOCUS = "(element) => element === document.activeElement"
_UNSEEN = """(element) => {
  const style = getComputedStyle(element);
  if (element.type === "file" || element.closest("svg")) return "";
  const marked = [element, element.parentElement, ...element.children].some((one) => {
    const drawn = getComputedStyle(one);
    return (drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) > 0)
      || drawn.boxShadow !== "none";
  });
  if (!marked) return "nothing marks the focus";
  const boxes = [...element.getClientRects()];
  const isSeen = boxes.some((box) => {
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const inside = [0.1, 0.5, 0.9].map((part) => box.top + part * box.height);
    return inside.some((y) => {
      if (y < 0 || y > innerHeight) return false;
      const there = document.elementFromPoint(x, y);
      return there && (there === element || element.contains(there) || there.contains(element));
    });
  });
  return isSeen ? "" : `it is out of sight or covered (${style.position})`;
}"""


class Mouse:
    """Points and clicks; writes only where it has clicked."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> None:
        """Go to a page by its address."""
        self.page.goto(address)

    def press(self, wanted: Locator, shortcut: str = "") -> None:
        """Click it; a shortcut is the keyboard's."""
        wanted.click()

    def write(self, wanted: Locator, words: str) -> None:
        """Write into a field, over what stands there."""
        wanted.click(click_count=3)
        self.page.keyboard.type(words)

    def step(self, wanted: Locator, steps: int) -> None:
        """Click where a slider would stand so many steps further."""
        at, least, most, size = wanted.evaluate(
            "(one) => [one.value, one.min || 0, one.max || 100, one.step || 1].map(Number)"
        )
        wanted.scroll_into_view_if_needed()
        box = wanted.bounding_box()
        part = (at + steps * size - least) / (most - least)
        # A thumb's middle never reaches the ends of its track.
        self.page.mouse.click(
            box["x"] + 8 + part * (box["width"] - 16), box["y"] + box["height"] / 2
        )

    def choose(self, wanted: Locator, words: str) -> None:
        """Choose from a list by what is written there."""
        wanted.select_option(label=words)

    def leave(self, wanted: Locator | None = None) -> None:
        """Close what is open, by its button."""
        assert wanted is not None
        wanted.click()


class Keys:
    """Tab, arrows, Enter, and the keys that the overlay of keys tells of."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> None:
        """Go to a page by its address: the focus is at the top, as after an address bar."""
        self.page.goto(address)

    def reach(self, wanted: Locator) -> None:
        """Tab to it."""
        wanted.wait_for(state="attached")
        element = wanted.element_handle()
        for _ in range(MOST_TABS):
            if element.evaluate(_HAS_FOCUS):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"{MOST_TABS} times Tab does not lead to {wanted}")
        unseen = element.evaluate(_UNSEEN)
        assert not unseen, f"{wanted}: {unseen}"

    def press(self, wanted: Locator, shortcut: str = "") -> None:
        """Press its key, or Tab to it and press Enter, or Space on what is ticked."""
        if shortcut:
            self.page.keyboard.press(shortcut)
            return
        self.reach(wanted)
        is_ticked = wanted.evaluate("(one) => ['checkbox', 'radio'].includes(one.type)")
        self.page.keyboard.press("Space" if is_ticked else "Enter")

    def write(self, wanted: Locator, words: str) -> None:
        """Tab to a field and write, over what stands there."""
        self.reach(wanted)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def step(self, wanted: Locator, steps: int) -> None:
        """Tab to a slider and press arrows."""
        self.reach(wanted)
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")

    def choose(self, wanted: Locator, words: str) -> None:
        """Tab to a list and write how the wanted line begins."""
        self.reach(wanted)
        self.page.keyboard.type(words)

    def leave(self, wanted: Locator | None = None) -> None:
        """Close what is open."""
        self.page.keyboard.press("Escape")


Hand = Mouse | Keys
HANDS: dict[str, type[Mouse] | type[Keys]] = {"mouse": Mouse, "keys": Keys}
