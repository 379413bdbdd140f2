"""`latentpad-card lint-config`: what it looks at beside the file, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdcard.__main__ import main
from sdcard.system.config import config_txt


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.txt"
    path.write_text(config_txt("", "iqaudio-dac"))
    return path


def test_a_good_file_passes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint-config", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: 0 errors, 0 warnings\n"


def test_findings_come_with_file_and_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(file.read_text() + "dtparam=audio=on\n")
    (file.parent / "cmdline.txt").write_text("console=serial0,115200\n")
    assert main(["lint-config", str(file)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"{file}: error: cmdline.txt has console=serial0")
    assert told[1].startswith(f"{file}:20: error: dtparam=audio=on: ")
    assert told[2] == f"{file}: 2 errors, 0 warnings"


def test_warnings_alone_pass(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(file.read_text() + "dtoverlay=my-own\n")
    assert main(["lint-config", str(file)]) == 0
    (file.parent / "overlays").mkdir()
    entries = "".join(f"Name:   {n}\nInfo:   x\nLoad:   x\nParams: <None>\n\n" for n in range(12))
    known = "".join(f"Name:   {n}\nInfo:   x\n\n" for n in ("iqaudio-dac", "disable-bt"))
    readme = f"Name:   <The base DTB>\nInfo: x\n\n{entries}{known}"
    (file.parent / "overlays/README").write_text(readme)
    assert main(["lint-config", str(file)]) == 1
    assert "there is no overlay my-own" in capsys.readouterr().out


def test_the_settings_are_heeded(file: Path, tmp_path: Path) -> None:
    file.write_text(file.read_text() + "[pi3]\ndtoverlay=midi-uart0\n")
    settings = tmp_path / "settings.toml"
    for rate, code in (("auto", 0), ("31250", 1)):
        settings.write_text(f'[board]\ndin_rate = "{rate}"\n')
        assert main(["lint-config", str(file), "--settings", str(settings)]) == code


def test_what_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint-config", str(tmp_path / "nothing")]) == 1
    bad = tmp_path / "bad.toml"
    bad.write_text("[")
    (tmp_path / "config.txt").write_bytes(b"\xff\xfe\x00")
    assert main(["lint-config", str(tmp_path / "config.txt"), "--settings", str(bad)]) == 1
    told = capsys.readouterr().err
    assert f"{tmp_path}/nothing: cannot be read: No such file or directory" in told
    assert f"{bad}: not a TOML file" in told
