"""A study in Streamlit, by the library alone: `streamlit run examples/streamlit_study.py`.

Needs streamlit, which gesso does not bring. Nothing is written and nothing leaves the machine.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from gesso import Studio
from gesso.core.errors import GessoError
from gesso.study.easel import EaselOptions
from gesso.study.records import Reading, Study
from gesso.study.room import DETAILS, options_of

INTENTS = ("none", "high-key", "low-key", "nocturne", "grisaille", "abstract", "reference")
CUTS = {"quantile": "Equal areas", "natural": "Natural breaks", "even": "Even steps"}


@st.cache_resource
def studio() -> Studio:
    """One studio for all visitors; a folder of its own, which nothing is ever put into."""
    return Studio.open(Path(tempfile.gettempdir()) / "gesso-streamlit")


def wishes() -> dict[str, object]:
    """What the sliders say."""
    side = st.sidebar
    return {
        "plan": side.slider("Values of the plan", 3, 8, 5),
        "cut": side.selectbox("Cut", list(CUTS), format_func=CUTS.__getitem__),
        "levels": side.slider("Values of the shapes", 4, 6, 5),
        "coherence": side.slider("Coherence", 0.0, 1.0, 0.78),
        "detail": side.select_slider("Smallest shapes", list(DETAILS), "usual"),
        "intent": side.selectbox("Meant as", INTENTS),
    }


def show(reading: Reading) -> None:
    """One reading: its note, its sheets."""
    st.subheader(reading.title)
    st.write(reading.note or reading.abstains)
    sheets = [sheet for sheet in reading.sheets if sheet.role == "sheet"]
    for column, sheet in zip(st.columns(max(1, len(sheets))), sheets, strict=False):
        column.image(sheet.data, caption=sheet.caption)


def tips(study: Study) -> None:
    """The two tips, or why there are none."""
    if study.silence:
        st.info(study.silence)
    for tip in study.tips:
        st.markdown(f"**{tip.observation}**  \n{tip.action}  \n*{tip.why}*")


def main() -> None:
    """The whole page."""
    st.title("What a good teacher sees")
    sent = st.file_uploader("A photo, a sketch or a finished painting")
    asked = wishes()
    if sent is None:
        return
    room = studio().study
    try:
        study = room.study(sent.getvalue(), options_of(EaselOptions(), asked), name=sent.name)
    except GessoError as error:
        st.error(str(error))
        return
    tips(study)
    for reading in study.readings:
        show(reading)


main()
