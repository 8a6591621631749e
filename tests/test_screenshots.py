"""Pictures of the widgets: tools/screenshots.py."""

from helpers import widgets
from tools import screenshots


def test_every_widget_is_in_a_picture():
    code = "\n".join([screenshots.SETUP, *screenshots.WIDGETS.values()])
    missing = [name for name in widgets.__all__ if f"{name}(" not in code]
    assert missing == ["Upload", "UploadControl"], "these two are parts of upload_and_predict"
