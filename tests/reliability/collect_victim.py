"""A collect run in a process of its own, to be killed: every fetch leaves a line first.

python collect_victim.py STUDIO RUN JOURNAL FOLDER
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from gesso.collect.acquisition.collector import Collector
from gesso.collect.acquisition.options import CollectOptions
from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.errors import UnknownItem
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import Developed, develop_file
from gesso.core.records.finds import Find

STREAMS = 4


class JournalSource(FolderSource):
    """Writes down what it is asked for before it brings it."""

    def __init__(self, journal: Path) -> None:
        super().__init__(FolderOptions())
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        os.write(self._journal, f"{find.identifier}\n".encode())
        time.sleep(0.005)  # as a host would take its time
        return super().fetch(find, validator)


def develop(data: bytes, name: str) -> Developed:
    return develop_file(data, DecodeLimits(), name)


def main() -> None:
    studio, run, journal, folder = (Path(word) for word in sys.argv[1:5])
    with Catalogue.open(studio) as catalogue:
        source = JournalSource(journal)
        collector = Collector(
            catalogue,
            lambda _name: source,
            develop,
            CollectOptions(streams=STREAMS),
            stop=threading.Event(),
            now=utc_now,
        )
        print("ready", flush=True)
        try:
            catalogue.acquisitions.get(run.name)
        except UnknownItem:
            report = collector.collect("folder", Wish((str(folder),)), run=run.name)
        else:
            report = collector.resume(run.name)
        print(report.acquisition.state, flush=True)


if __name__ == "__main__":
    main()
