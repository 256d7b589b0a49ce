"""compose.yaml and what it names: Docker can't be run where the tests run, so what can be known without it."""

from __future__ import annotations

from pathlib import Path

import yaml

from router.config.load import review_site

ROOT = Path(__file__).resolve().parents[2]


def test_asterisk_the_database_and_the_service_are_there_and_no_secret_is_written_down() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    compose = yaml.safe_load(text)
    assert set(compose["services"]) == {"database", "asterisk", "hotline"}
    for service in ("database", "hotline"):
        secrets = [value for name, value in compose["services"][service]["environment"].items() if "PASSWORD" in name]
        assert secrets
        assert all(value.startswith("${DB_PASSWORD:?") for value in secrets)
    assert compose["services"]["database"]["ports"] == ["127.0.0.1:5432:5432"]
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"secrets/", ".env"} <= set(ignored)


def test_every_file_that_compose_and_the_images_name_is_there() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert (ROOT / compose["services"]["asterisk"]["build"]["dockerfile"]).is_file()
    assert (ROOT / compose["services"]["hotline"]["volumes"][0].partition(":")[0]).is_file()
    for line in (ROOT / "docker" / "asterisk" / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY"):
            sources = [word for word in line.split()[1:-1] if not word.startswith("--")]
            assert all(list(ROOT.glob(source)) for source in sources), line


def test_the_only_thing_missing_in_its_site_file_is_the_secret() -> None:
    review = review_site(ROOT / "docker" / "site.toml")
    assert [mistake.id for mistake in review.mistakes] == ["secret-missing"]
