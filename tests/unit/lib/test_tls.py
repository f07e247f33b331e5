"""The generated certificate: what is said of one that cannot be used."""

from pathlib import Path

from click.testing import CliRunner

from waypost.cli import run


def test_a_damaged_certificate_is_told_in_words_and_kept(tmp_path: Path) -> None:
    for name in ("tls-cert.pem", "tls-key.pem"):
        (tmp_path / name).write_text("neither\n", encoding="ascii")

    result = CliRunner().invoke(run, ["serve", "--tls", "--port", "0", "--data", str(tmp_path)])

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {tmp_path}/tls-cert.pem and tls-key.pem cannot be used (")
    assert result.output.endswith("Take both away, and new ones are made; or correct them.\n")
    assert (tmp_path / "tls-key.pem").read_text("ascii") == "neither\n"
