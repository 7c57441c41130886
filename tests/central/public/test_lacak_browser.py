"""The citizen's page in a real browser at a phone's width: styled under its own policy, nothing cut off."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from qlue_desk.central.hub import Hub
from qlue_desk.central.report import Report
from qlue_desk.central.serve import running_server
from qlue_desk.domain.complaint import Channel, Complaint

pytestmark = pytest.mark.browser

PHONE_WIDTH = 390
RED, LIGHT_GROUND, DARK_GROUND = (0xB3, 0x26, 0x1A), (0xF4, 0xF2, 0xEC), (0x14, 0x18, 0x1B)
"""As lacak.css names them."""
OFFLINE = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser; absent in CI it fails, for a silent skip would prove nothing."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and os.environ.get("CI"):
        pytest.fail("chromium is missing in CI")
    if found is None:
        pytest.skip("no chromium here (Debian: apt-get install chromium)")
    return found


def dispatched(hub: Hub) -> Complaint:
    report = Report(
        source="qlue", source_id="1", city="bogor", channel=Channel.QLUE, text="Lubang", reported_at=hub.now(),
        title="Lubangbesarsekali" * 4, source_category="Jalan Berlubang", kelurahan_text="Sempur",
    )  # fmt: skip
    return hub.register.take(report).complaint


def run(chromium: str, profile: Path, *arguments: str) -> str:
    command = (
        chromium,
        *OFFLINE,
        f"--user-data-dir={profile}",
        f"--window-size={PHONE_WIDTH},900",
        *arguments,
    )
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


def picture(chromium: str, profile: Path, url: str, *arguments: str) -> Image.Image:
    shot = profile.with_suffix(".png")
    run(chromium, profile, *arguments, f"--screenshot={shot}", url)
    return Image.open(io.BytesIO(shot.read_bytes())).convert("RGB")


def test_the_page_on_a_phone(chromium: str, hub: Hub, tmp_path: Path) -> None:
    complaint = dispatched(hub)
    with running_server(hub) as url:
        address = f"{url}/lacak/{complaint.number}"
        content = run(chromium, tmp_path / "dom", "--dump-dom", address)
        light = picture(chromium, tmp_path / "light", address)
        dark = picture(chromium, tmp_path / "dark", address, "--blink-settings=preferredColorScheme=0")

    assert "Sampai di DPUPR sejak" in content
    assert "<script" not in content
    assert light.width == dark.width == PHONE_WIDTH
    assert (light.getpixel((2, 300)), dark.getpixel((2, 300))) == (LIGHT_GROUND, DARK_GROUND)
    red = [(x, y) for y in range(light.height) for x in range(PHONE_WIDTH) if light.getpixel((x, y)) == RED]
    assert (min(x for x, _y in red), max(x for x, _y in red)) == (18, PHONE_WIDTH - 19)
    margin = {
        light.getpixel((x, y)) for x in range(PHONE_WIDTH - 18, PHONE_WIDTH) for y in range(light.height)
    }
    assert margin == {LIGHT_GROUND}, "something runs over the right edge"
