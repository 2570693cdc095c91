"""What is deployed by: each file is sound as far as this machine can tell, and true."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.web.conftest import hill
from tests.web.server.doors.conftest import opened

from gesso.settings import load

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSED = sorted((DEPLOY / "compose").glob("*.yaml"))
OURS = ("gesso",)
SERVICE_KEYS = {
    "build", "cap_drop", "command", "configs", "depends_on", "entrypoint", "environment",
    "healthcheck", "image", "mem_limit", "pids_limit", "ports", "read_only", "restart",
    "secrets", "security_opt", "tmpfs", "volumes",
}  # fmt: skip
"""Of the Compose specification, those that are used here."""
METRIC = re.compile(r"\b(?:gesso|process)_[a-z_]+")


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [str(one) for one in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names that a studio tells, which has been looked at, asked and told nonsense."""
    with opened(tmp_path_factory.mktemp("deployed")) as client:
        client.post("/api/works", content=hill())
        client.post("/search", json={"words": "x"})
        client.post("/study", content=b"no picture")
        text = client.get("/metrics").text
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def named(text: str) -> set[str]:
    """The metrics that a rule or a panel names."""
    found = {re.sub(r"_(bucket|sum|count)$", "", name) for name in METRIC.findall(text)}
    return found - {"process_max"}


def test_alerts_ask_for_what_is_told(metrics: set[str]) -> None:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]

    assert len({rule["alert"] for rule in rules}) == len(rules) >= 8
    for rule in rules:
        assert named(rule["expr"]) <= metrics, rule["alert"]
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["labels"]["severity"] in ("page", "warn")


def test_the_dashboard_shows_what_is_told(metrics: set[str]) -> None:
    board = json.loads((DEPLOY / "grafana" / "dashboards" / "gesso.json").read_text())
    shown = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])

    assert named(shown) <= metrics
    wanted = {"http_request_seconds", "cache_hits_total", "calls_total", "spent_usd_total",
              "problems_total", "jobs", "desk_calls"}  # fmt: skip
    assert {f"gesso_{name}" for name in wanted} <= named(shown)
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    _lie_apart([panel["gridPos"] for panel in board["panels"]])
    source = yaml.safe_load(
        (DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text()
    )["datasources"][0]
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {source["uid"]}


def _lie_apart(places: list[dict[str, int]]) -> None:
    taken: set[tuple[int, int]] = set()
    for place in places:
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_promtool_finds_nothing_wrong(tmp_path: Path) -> None:
    promtool = tool("promtool")
    shutil.copytree(DEPLOY / "prometheus", tmp_path / "prometheus")
    config = tmp_path / "prometheus" / "prometheus.yml"
    token = tmp_path / "token"
    token.write_text("x")
    config.write_text(config.read_text().replace("/run/secrets/gesso_token", str(token)))

    run(promtool, "check", "config", config)


@pytest.mark.parametrize("file", COMPOSED, ids=lambda file: file.stem)
def test_a_composition_is_sound_and_closed(file: Path) -> None:
    composed = yaml.safe_load(file.read_text())

    assert set(composed) <= {"name", "services", "volumes", "secrets", "configs"}
    for name, service in composed["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        image = service.get("image", "gesso:local")
        assert not image.endswith(":latest"), name
        assert ":" in image, name
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), f"{name} is open to everybody"
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (file.parent / source).is_dir(), source
            else:
                assert source in composed["volumes"], source
    secrets = re.findall(r"(\w*(?:PASSWORD|SECRET|KEY)\w*): (\S+)", file.read_text())
    assert all(value.startswith("${") for _, value in secrets), secrets


@pytest.mark.parametrize("file", COMPOSED[1:], ids=lambda file: file.stem)
def test_a_studio_in_a_container_may_write_its_own_folder_alone(file: Path) -> None:
    service = yaml.safe_load((DEPLOY / "compose" / "minimal.yaml").read_text())["services"]["gesso"]
    other = yaml.safe_load(file.read_text())["services"]["gesso"]

    for one in (service, other if "build" in other else service):
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one["volumes"] == ["studio:/studio"]
        assert (file.parent / one["build"]["context"] / one["build"]["dockerfile"]).is_file()


def test_the_settings_of_the_compositions_are_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in COMPOSED:
        given = yaml.safe_load(file.read_text())["services"]["gesso"]["environment"]
        for name, value in given.items():
            if name.startswith("GESSO_"):
                monkeypatch.setenv(name, value)
    settings = load(tmp_path, {})

    assert settings.blobs.store == "s3"
    assert settings.blobs.options("s3")["bucket"] == "gesso"
    assert settings.web.hosts == ["gesso"]


def test_the_image_is_small_and_runs_as_nobody() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    stages = [line for line in words if line[0] == "FROM"]
    last = words[words.index(stages[-1]) :]

    assert len(stages) == 2
    assert all("slim" in stage[1] and ":" in stage[1] for stage in stages)
    assert ["USER", "10001:10001"] in last
    assert "--require-hashes" in " ".join(lines)
    told = " ".join(lines)
    assert not re.search(r"apt|curl|wget|http://(?!127)|https://|ADD ", told)
    assert [line for line in last if line[0] == "COPY"] == [["COPY", "--from=build", "/gesso",
                                                             "/gesso"]]  # fmt: skip


def test_what_the_image_is_built_from_is_let_in() -> None:
    kept = (ROOT / ".dockerignore").read_text().split()
    asked = [
        part
        for line in (DEPLOY / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY") and "--from" not in line
        for part in line.split()[1:-1]
    ]

    assert kept[0] == "*"
    assert {f"!{one}" for one in asked} <= set(kept)
    assert all((ROOT / one).exists() for one in asked)


def test_hadolint_finds_nothing_wrong() -> None:
    run(tool("hadolint"), DEPLOY / "Dockerfile")


def test_the_service_is_sound_and_shut_in(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    service = tmp_path / "gesso.service"
    text = (DEPLOY / "gesso.service").read_text()
    service.write_text(text.replace("/opt/gesso/bin/gesso", "/bin/true"))

    run(analyze, "verify", service)
    told = run(analyze, "security", "--offline=true", "--threshold=20", service)
    assert "exposure level" in told


def test_caddy_understands_its_file() -> None:
    run(tool("caddy"), "validate", "--adapter", "caddyfile", "--config", DEPLOY / "proxy/Caddyfile")


def test_nginx_understands_its_file(tmp_path: Path) -> None:
    nginx, openssl = tool("nginx"), tool("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    run(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=art.example.org",
        "-keyout", key, "-out", certificate)  # fmt: skip
    text = (DEPLOY / "proxy" / "nginx.conf").read_text()
    folder = "/etc/letsencrypt/live/art.example.org/"
    text = text.replace(f"{folder}fullchain.pem", str(certificate))
    text = text.replace(f"{folder}privkey.pem", str(key))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")

    run(nginx, "-t", "-q", "-e", tmp_path / "errors.log", "-c", whole)


def headers_of(text: str) -> Any:
    return re.findall(r"(?:header_up|proxy_set_header)\s+(\S+)", text)


@pytest.mark.parametrize("file", ["Caddyfile", "nginx.conf"])
def test_a_proxy_says_itself_where_a_request_comes_from(file: str) -> None:
    said = {name.lstrip("-") for name in headers_of((DEPLOY / "proxy" / file).read_text())}

    assert {"X-Forwarded-For", "Forwarded", "X-Real-IP"} <= said
