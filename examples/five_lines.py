"""Four pictures on a theme, in five lines."""

from gesso import Studio

if __name__ == "__main__":
    with Studio.open("studio") as studio:
        for work in studio.make.exhibition("Nocturne & Mechanism", works=4).kept:
            print(work.title, studio.catalogue.path_of(work))  # noqa: T201 - it is an example
