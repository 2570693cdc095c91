"""The composer: works in, a story out: its order, words, scenes, soundtrack, on one timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import GessoError, InputError, UnknownItem
from gesso.core.llms.plain import plain
from gesso.core.pixels.picture import Picture
from gesso.core.pixels.type.faces import OWN, Faces
from gesso.core.records.works import Work
from gesso.show.story.film.cards import Roll
from gesso.show.story.orders.looks import Look, look_at, small_picture
from gesso.show.story.orders.orders import by_arc, by_flow, by_light, by_years, permuted
from gesso.show.story.records import (
    TICKS,
    Change,
    Frame,
    Move,
    OrderName,
    Point,
    Scene,
    Story,
)
from gesso.show.story.sound.choosing import SoundDesk, SoundWish, scored
from gesso.show.story.sound.joining import ended
from gesso.show.story.timeline import LEAVE, checked, laid_out, ticks_of, transition
from gesso.show.story.words.credits import credits_of
from gesso.show.story.words.llm import StoryTeller
from gesso.show.story.words.offline import Words, line_of, title_of, words_for

MOST = 500
"""Works of one story."""
_LONGEST_TITLE = 200
_LACKING = "No face here has the letters"
_NAME_ONE = "Name a font file that has them: [story] font."
_SLACK = 4 * TICKS
"""Music is laid a little longer than wished: holds wait for beats."""


@dataclass(frozen=True)
class StoryWish:
    """How a story shall be.

    Attributes:
        title, subtitle: "" for what is known of the works.
        order: how they follow one another.
        hold: seconds for each picture, 1 to 600.
        into: how pictures come.
        into_s: for how long, seconds; None for as long as suits it.
        move: of the pictures while they are shown.
        sound: what is heard.
        frame: what it looks like.
        asks: an llm for title and texts, where there is one.
        has_title, has_credits: a card before, a roll after.
    """

    title: str = ""
    subtitle: str = ""
    order: OrderName = "flow"
    hold: float = 5.0
    into: Change = "blocks"
    into_s: float | None = None
    move: Move = "towards"
    sound: SoundWish = field(default=SoundWish())
    frame: Frame = field(default=Frame())
    asks: bool = False
    has_title: bool = True
    has_credits: bool = True


@dataclass(frozen=True)
class Eyes:
    """Who sees what the composer cannot.

    Attributes:
        focus: where the eye goes in a picture; None where nothing stands out.
        teller: the llm that orders and tells; None where there is none.
        faces: that words are set in: which letters they have, and how much room words take.
    """

    focus: Callable[[Picture], Point | None] = lambda _picture: None
    teller: Callable[[], StoryTeller | None] = lambda: None
    faces: Faces = OWN


class Composer:
    """Puts stories together; keeps nothing.

    Args:
        catalogue: whose works and tracks.
        eyes: who sees what it cannot.
        sounds: chooses and lays soundtracks.
    """

    def __init__(self, catalogue: Catalogue, eyes: Eyes, sounds: SoundDesk) -> None:
        self._catalogue = catalogue
        self._eyes = eyes
        self._sounds = sounds

    def compose(self, works: Sequence[int], wish: StoryWish) -> Story:
        """A story of works.

        Args:
            works: their numbers; one that comes twice counts once.
            wish: how it shall be.

        Raises:
            InputError: too many, none with a picture, or a wish that cannot be.
            UnknownItem: there is no such work or track.
        """
        notes: list[str] = []
        looks = self._looks(works, notes)
        checked(_bare(wish, looks))
        looks = self._ordered(looks, wish.order, notes)
        words, story = self._worded(looks, wish, notes)
        scenes = tuple(
            self._scene(look, text, wish) for look, text in zip(looks, words.texts, strict=True)
        )
        story = replace(
            story,
            title=plain(wish.title)[:_LONGEST_TITLE] or words.title,
            subtitle=plain(wish.subtitle)[:_LONGEST_TITLE] or words.subtitle,
            scenes=scenes,
            notes=tuple(notes),
        )
        return self.sounding(self.credited(story), wish.sound, looks)

    def sounding(self, story: Story, wish: SoundWish, looks: Sequence[Look] | None = None) -> Story:
        """A story with another soundtrack, its holds on the new beats."""
        seen = looks or [look_at(self._catalogue, work) for work in self.works_of(story)]
        wished = sum(scene.wish for scene in story.scenes)
        ticks = story.opening + wished + story.closing + _SLACK
        chosen = self._sounds.choose(wish, seen, ticks)
        notes = tuple(dict.fromkeys((*story.notes, *chosen.notes)))
        told = replace(story, soundtrack=chosen.soundtrack, notes=notes)
        return self.relaid(self.credited(told))

    def relaid(self, story: Story) -> Story:
        """A story with its holds on the beats, and its soundtrack as long as the film."""
        laid = laid_out(story)
        sound = laid.soundtrack
        if sound.kind == "score":
            sound = scored(sound, laid.ticks)
        elif sound.kind == "tracks":
            if sound.cues and max(cue.at + cue.ticks for cue in sound.cues) < laid.ticks:
                return self._laid_again(laid)
            sound = replace(sound, cues=ended(sound.cues, laid.ticks))
        return replace(laid, soundtrack=sound)

    def reordered(self, story: Story, by: OrderName, works: Sequence[int] = ()) -> Story:
        """A story in another order, its scenes as they are; see `retold`.

        Args:
            story: whose scenes.
            by: how.
            works: the order itself, for "manual".

        Raises:
            InputError: the order leaves a work out or names a strange one.
        """
        notes: list[str] = []
        scenes = {scene.work: scene for scene in story.scenes}
        if by == "manual":
            order = [story.works[place] for place in permuted(works, story.works)]
        else:
            looks = self._ordered([self._look(work) for work in story.works], by, notes)
            order = [look.work.id for look in looks]
        moved = tuple(scenes[work] for work in order)
        return replace(story, scenes=moved, order=by, notes=(*story.notes, *notes))

    def retold(self, before: Story, story: Story) -> Story:
        """A changed story in which what is measured between two works is true again.

        Args:
            before: the story as it was.
            story: the same with other works, or in another order. Words that a person or a model
                gave it stay.
        """
        if story.works == before.works:
            return story
        try:
            looks = {work: self._look(work) for work in {*before.works, *story.works}}
        except GessoError:  # of a work that is gone nothing can be told, but it can be taken out
            return story
        own = words_for([looks[work] for work in before.works]).texts
        was = dict(zip(before.works, own, strict=True))
        told = words_for([looks[work] for work in story.works]).texts
        scenes = tuple(
            replace(scene, text=text) if scene.text == was.get(scene.work) else scene
            for scene, text in zip(story.scenes, told, strict=True)
        )
        return replace(story, scenes=scenes)

    def scenes_for(self, works: Sequence[int], story: Story) -> list[Scene]:
        """Scenes for further works, as those of the story are."""
        first = story.scenes[0]
        wish = StoryWish(
            hold=first.wish / TICKS,
            into=first.into.kind,
            move=first.move,
            frame=story.frame,
        )
        looks = self._looks(works, [])
        return [self._scene(look, "", wish) for look in looks]

    def credited(self, story: Story) -> Story:
        """A story whose credits have the time that they need."""
        if not story.closing:
            return self._noted(story)
        tracks = [self._catalogue.tracks.get(one) for one in story.soundtrack.tracks]
        told = credits_of(story, self.works_of(story), tracks)
        texts = [text for one in (*told.works, *told.tracks) for text in (one.name, one.line)]
        noted = self._noted(story, texts)
        return replace(noted, closing=LEAVE + Roll(told, story.frame, self._eyes.faces).ticks)

    def _noted(self, story: Story, credited: Sequence[str] = ()) -> Story:
        """A story that says which letters are missing in every face, and what to do."""
        texts = [story.title, story.subtitle, *credited]
        texts += [one for scene in story.scenes for one in (scene.title, scene.line, scene.text)]
        notes = [note for note in story.notes if not note.startswith(_LACKING)]
        if letters := self._eyes.faces.missing(texts):
            shown = letters[:12] + ("…" if len(letters) > 12 else "")
            notes.append(f"{_LACKING} {shown}; labels and credits leave them out. {_NAME_ONE}")
        return replace(story, notes=tuple(dict.fromkeys(notes)))

    def works_of(self, story: Story) -> list[Work]:
        """The works of a story, in order.

        Raises:
            UnknownItem: one is gone.
        """
        return [self._catalogue.works.get(number) for number in story.works]

    def _laid_again(self, story: Story) -> Story:
        """A story that has grown beyond its music gets more of the same."""
        sound = story.soundtrack
        wish = SoundWish(tracks=sound.tracks, loudness=sound.loudness, seed=sound.seed)
        looks = [look_at(self._catalogue, work) for work in self.works_of(story)]
        ticks = story.ticks + _SLACK
        chosen = self._sounds.choose(wish, looks, ticks)
        laid = laid_out(replace(story, soundtrack=chosen.soundtrack))
        cues = ended(laid.soundtrack.cues, laid.ticks)
        return replace(laid, soundtrack=replace(laid.soundtrack, cues=cues))

    def _look(self, number: int) -> Look:
        return look_at(self._catalogue, self._catalogue.works.get(number))

    def _looks(self, works: Sequence[int], notes: list[str]) -> list[Look]:
        once = list(dict.fromkeys(works))
        if not once:
            raise InputError("A story needs one work at least.", "Choose some: --work 12")
        if len(once) > MOST:
            raise InputError(
                f"{len(once):,} works are too many for one story.", f"Choose {MOST} at most."
            )
        found = []
        for number in once:
            work = self._catalogue.works.get(number)
            if not work.thumbnails:
                notes.append(f"Work {number} is a record without a picture and is left out.")
                continue
            found.append(look_at(self._catalogue, work))
        if not found:
            raise InputError("None of those works has a picture here.", "Choose others.")
        return found

    def _ordered(self, looks: Sequence[Look], by: OrderName, notes: list[str]) -> list[Look]:
        if by == "llm":
            places = self._told_order(looks, notes)
        elif by == "manual":
            places = tuple(range(len(looks)))
        else:
            ways = {"flow": by_flow, "arc": by_arc, "light": by_light, "chronological": by_years}
            places = ways[by](looks)
        return [looks[place] for place in places]

    def _told_order(self, looks: Sequence[Look], notes: list[str]) -> tuple[int, ...]:
        teller = self._eyes.teller()
        if teller is None:
            notes.append("No llm is set to order the works, so they flow instead.")
            return by_flow(looks)
        places, why = teller.order(looks)
        notes += [why] if why else []
        return places

    def _worded(
        self, looks: Sequence[Look], wish: StoryWish, notes: list[str]
    ) -> tuple[Words, Story]:
        offline = words_for(looks, self._theme(looks))
        story = _bare(wish, looks)
        if not wish.asks:
            return offline, story
        teller = self._eyes.teller()
        if teller is None:
            notes.append("No llm is set to write, so the words are what is known and measured.")
            return offline, story
        worded = teller.tell(looks, offline, wish.title)
        notes += [worded.note] if worded.note else []
        return worded.words, replace(story, words=worded.maker)

    def _theme(self, looks: Sequence[Look]) -> str:
        """The theme on which all of several works were made; "" where there is none."""
        made = [look.work.provenance for look in looks]
        if len(looks) < 2 or any(one.origin != "made" or not one.run for one in made):
            return ""
        try:
            themes = {self._catalogue.runs.get(run).theme for run in {one.run for one in made}}
        except UnknownItem:
            return ""
        return themes.pop() if len(themes) == 1 else ""

    def _scene(self, look: Look, text: str, wish: StoryWish) -> Scene:
        try:
            focal = self._eyes.focus(small_picture(self._catalogue, look.work))
        except GessoError:
            focal = None
        return Scene(
            look.work.id,
            wish=ticks_of(wish.hold),
            into=transition(wish.into, wish.into_s),
            focal=focal or Point(),
            move=wish.move,
            title=title_of(look.work),
            line=line_of(look.work),
            text=text,
        )


def _bare(wish: StoryWish, looks: Sequence[Look]) -> Story:
    """A story before its words: enough to refuse what cannot be."""
    scenes = tuple(Scene(look.work.id, wish=ticks_of(wish.hold)) for look in looks)
    return Story(
        wish.title,
        scenes,
        frame=wish.frame,
        order=wish.order,
        opening=round(3.2 * TICKS) if wish.has_title else 0,
        closing=6 * TICKS if wish.has_credits else 0,
    )
