"""A lunch menu, written with pywa."""

import httpx
from flask import Flask
from pywa import WhatsApp, filters, types

DISHES = {"soup": "Tomato soup", "pasta": "Pasta"}


def create_app(*, base_url: str, phone_id: str, token: str, app_secret: str) -> Flask:
    """Make the application; pywa sets the platform's host itself, so that another one is set afterwards."""
    app = Flask(__name__)
    session = httpx.Client()
    wa = WhatsApp(
        phone_id,
        token,
        session=session,
        server=app,
        webhook_endpoint="/webhook",
        verify_token="x",
        app_secret=app_secret,
    )
    session.base_url = f"{base_url}/v24.0"

    @wa.on_message(filters.text)
    def menu(_: WhatsApp, message: types.Message) -> None:
        rows = [types.SectionRow(title=title, callback_data=id_) for id_, title in DISHES.items()]
        dishes = types.SectionList(button_title="Choose", sections=[types.Section(title="Today", rows=rows)])
        message.reply(f"Hello {message.from_user.name}, what would you like?", buttons=dishes)

    @wa.on_callback_selection
    def order(_: WhatsApp, chosen: types.CallbackSelection) -> None:
        chosen.reply(f"One {DISHES[chosen.data]}, coming up.", quote=True)
        chosen.react("👍")

    return app
