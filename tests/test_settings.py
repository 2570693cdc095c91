"""Settings: who wins, where a value came from, and what is said of a bad one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from gesso.core.errors import SettingsError
from gesso.settings import Settings, find_folder, load
from gesso.settings.reading import CUSTOMARY

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A studio's folder in a current folder of its own, and nothing in the environment."""
    for name in [name for name in os.environ if name.startswith("GESSO_") or name in CUSTOMARY]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    folder = Path("studio")
    folder.mkdir()
    return folder


def write(folder: Path, toml: str) -> None:
    (folder / "gesso.toml").write_text(toml, "utf-8")


def places(settings: Settings) -> Mapping[str, str]:
    return {origin.name: origin.place for origin in settings.origins()}


def refusal(folder: Path, flags: Mapping[str, object] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(folder, flags)
    return caught.value


# Who wins ------------------------------------------------------------------------------------


def test_without_wishes_the_defaults_are_in_force(studio: Path) -> None:
    settings = load(studio)

    assert settings.make.painter == "procedural"
    assert settings.make.rounds == 3
    assert settings.make.budget_usd == 0.5
    assert set(places(settings).values()) == {"default"}


def test_each_layer_wins_over_the_one_below(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(studio, "[make]\nrounds = 4\nworks = 4\nwidth = 400\nheight = 400\nseed = 4")
    Path(".env").write_text("GESSO_MAKE__WORKS=5\nGESSO_MAKE__WIDTH=500\nGESSO_MAKE__HEIGHT=500\n")
    (studio / ".env.local").write_text("GESSO_MAKE__WIDTH=600\nGESSO_MAKE__HEIGHT=600\n")
    monkeypatch.setenv("GESSO_MAKE__HEIGHT", "700")
    monkeypatch.setenv("GESSO_MAKE__SEED", "7")

    settings = load(studio, {"make.seed": 8})

    make = settings.make
    assert (make.rounds, make.works, make.width, make.height, make.seed) == (4, 5, 600, 700, 8)
    told = places(settings)
    assert told["make.rounds"] == "gesso.toml"
    assert told["make.works"] == ".env GESSO_MAKE__WORKS"
    assert told["make.width"] == f"{studio / '.env.local'} GESSO_MAKE__WIDTH"
    assert told["make.height"] == "environment GESSO_MAKE__HEIGHT"
    assert told["make.seed"] == "flag"
    assert told["make.epsilon"] == "default"


def test_the_local_dotenv_file_wins_over_the_shared_one(studio: Path) -> None:
    Path(".env").write_text("GESSO_MAKE__WORKS=5\nGESSO_STUDIO=shared\n")
    Path(".env.local").write_text("GESSO_MAKE__WORKS=6\nGESSO_STUDIO=mine\n")

    assert load(studio).make.works == 6
    assert find_folder(None) == Path("mine")


def test_a_flag_that_was_not_given_is_no_wish(studio: Path) -> None:
    write(studio, "[make]\nrounds = 5")

    assert load(studio, {"make.rounds": None}).make.rounds == 5


def test_an_empty_variable_is_no_wish(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GESSO_MAKE__ROUNDS", "")
    monkeypatch.setenv("RUN_ID", "")

    assert load(studio).make.rounds == 3
    assert load(studio).run_id is None


def test_none_in_words_takes_the_cap_off(studio: Path) -> None:
    assert load(studio, {"make.budget_usd": "none"}).make.budget_usd is None


def test_customary_names_are_taken(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_AI_API_KEY", "weaker-fal-key")
    monkeypatch.setenv("GEMINI_API_KEY", "a-gemini-key")
    monkeypatch.setenv("LOG_LEVEL", "WARN")
    monkeypatch.setenv("RUN_ID", "night-7")

    settings = load(studio)

    assert set(settings.keys.values()) == {"weaker-fal-key", "a-gemini-key"}
    assert settings.log_level == "warning"
    assert settings.run_id == "night-7"
    monkeypatch.setenv("FAL_KEY", "stronger-fal-key")
    assert "stronger-fal-key" in load(studio).keys.values()


def test_variables_of_other_programs_are_left_alone(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GESSO_SAMPLE_DATA", "somewhere")
    Path(".env").write_text("OTHER=1\nDATABASE_URL=x\n")

    assert load(studio) == load(studio, {})


def test_options_of_painters_and_rates_are_free_tables(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(studio, '[painters.fal]\nmodel = "a/b"\n[outside.rates]\nfal = "60/30"')
    monkeypatch.setenv("GESSO_PAINTERS__FAL__STEPS", "20")
    monkeypatch.setenv("GESSO_OUTSIDE__RATES", '{"gemini": "10/1"}')

    settings = load(studio)

    assert settings.painters == {"fal": {"model": "a/b", "steps": "20"}}
    assert settings.outside.rate("fal") == (60, 30.0)
    assert settings.outside.rate("gemini") == (10, 1.0)
    assert settings.outside.rate("nobody") is None


# The studio's folder -------------------------------------------------------------------------


def test_the_folder_is_the_flag_then_the_environment_then_studio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert find_folder(None) == Path("studio")
    Path(".env").write_text("GESSO_STUDIO=from-dotenv\n")
    assert find_folder(None) == Path("from-dotenv")
    monkeypatch.setenv("GESSO_STUDIO", "from-environment")
    assert find_folder(None) == Path("from-environment")
    assert find_folder(Path("from-flag")) == Path("from-flag")


def test_a_folder_that_is_not_there_has_the_defaults() -> None:
    assert load(Path("nowhere")).make.rounds == 3


# Secrets -------------------------------------------------------------------------------------


def test_secrets_are_masked_wherever_settings_are_shown(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")

    settings = load(studio)

    assert "very-secret" not in repr(settings)
    assert all("very-secret" not in str(origin) for origin in settings.origins())
    assert places(settings)["keys.openai"] == "environment OPENAI_API_KEY"


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_a_keys_file_that_others_can_read_is_refused(studio: Path) -> None:
    keys = studio / "keys.toml"
    keys.write_text('gemini = "a-gemini-key"')
    keys.chmod(0o640)

    error = refusal(studio)

    assert "keys.toml can be read by others (mode 640)" in error.message
    assert error.advice == f"Close it with: chmod 600 {keys}"
    keys.chmod(0o600)
    assert load(studio).keys.values() == ("a-gemini-key",)


def test_keys_in_the_settings_file_are_refused(studio: Path) -> None:
    write(studio, '[keys]\ngemini = "a-gemini-key"')

    error = refusal(studio)

    assert "secrets have no place in gesso.toml" in error.message
    assert "a-gemini-key" not in str(error)


# Bad wishes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("toml", "message", "advice"),
    [
        ("[make]\nrounds = 99", "make.rounds = 99 (gesso.toml) cannot be used", "1 to 10"),
        ("[make]\nrounds = 'x'", "make.rounds = 'x' (gesso.toml) cannot be used", "1 to 10"),
        ("[make]\nroundz = 2", "no setting called 'make.roundz' (gesso.toml)", "'make.rounds'?"),
        ("[mak]\nrounds = 2", "no setting called 'mak.rounds' (gesso.toml)", "'make.rounds'?"),
        ("make = 2", "'make' (gesso.toml) is a section", "make.painter"),
        ("rounds =", "gesso.toml is not TOML", "Mend that line"),
        ("studio = 'x'", "a studio cannot move itself", "--studio"),
        ("[outside.rates]\nfal = '0/1'", "outside.rates.fal = '0/1' (gesso.toml)", "60/60"),
        ("[painters]\nfal = 3", "painters.fal = 3 (gesso.toml)", "[painters.NAME]"),
        ("log_level = 'loud'", "log_level = 'loud' (gesso.toml)", "debug, info, warning"),
    ],
)
def test_a_bad_wish_is_named_with_its_place_and_what_is_allowed(
    studio: Path, toml: str, message: str, advice: str
) -> None:
    write(studio, toml)

    error = refusal(studio)

    assert message in error.message
    assert advice in error.advice
    assert "\n" not in str(error)


def test_a_bad_variable_is_named(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GESSO_MAKE__RUNDS", "2")

    assert "'make.runds' (environment GESSO_MAKE__RUNDS)" in refusal(studio).message


def test_a_table_in_a_variable_must_be_json(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GESSO_OUTSIDE__RATES", "fast")

    assert "GESSO_OUTSIDE__RATES in the environment is not JSON" in refusal(studio).message


@pytest.mark.parametrize("value", [-1, "nan", "inf", "cheap"])
def test_a_budget_is_a_finite_amount(studio: Path, value: object) -> None:
    assert "make.budget_usd" in refusal(studio, {"make.budget_usd": value}).message


@pytest.mark.parametrize("name", ["../x", "", ".hidden", "a b", "x" * 101])
def test_a_run_id_is_a_plain_name(studio: Path, name: str) -> None:
    assert "run_id" in refusal(studio, {"run_id": name}).message


# The page ------------------------------------------------------------------------------------


def test_the_page_lists_every_setting_with_its_default(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")

    for origin in load(Path("studio")).origins():
        value = "none" if origin.value is None else "" if origin.value == {} else str(origin.value)
        cell = f"`{value}`" if value else ""
        assert f"| `{origin.name}` | {cell} | {origin.allowed} |" in page


@pytest.mark.parametrize(
    "table", ["blobs.s3", "blobs.gcs", "collect.engines.process", "warehouse.duck"]
)
def test_options_of_a_store_or_an_engine_stand_in_the_file(tmp_path: Path, table: str) -> None:
    (tmp_path / "gesso.toml").write_text(f'[{table}]\nanything = "x"\nother = 2\n')
    settings = load(tmp_path, {})

    found = {"blobs.s3": settings.blobs.s3, "blobs.gcs": settings.blobs.gcs}
    found["collect.engines.process"] = settings.collect.engines.get("process", {})
    found["warehouse.duck"] = settings.warehouse.get("duck", {})
    assert found[table] == {"anything": "x", "other": 2}
