"""Colab's switch for widgets that it does not know; anywidget throws it where this module has been imported."""

from types import SimpleNamespace

_widgets = SimpleNamespace(_installed_url=None)


def enable_custom_widget_manager() -> None:
    _widgets._installed_url = (
        "https://ssl.gstatic.com/colaboratory-static/widgets/colab-cdn-widget-manager/manager.min.js"
    )
