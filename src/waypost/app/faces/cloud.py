"""The Cloud faces: their topics, and what each of them works on."""

from collections.abc import Sequence

from waypost.api import auth
from waypost.api.cloud.accounts import Accounts
from waypost.api.cloud.automation import Automation
from waypost.api.cloud.blocks import BlockList
from waypost.api.cloud.callers import Callers
from waypost.api.cloud.denied import Denied
from waypost.api.cloud.marketing import Marketing
from waypost.api.cloud.media import Media
from waypost.api.cloud.messages import Messages
from waypost.api.cloud.numbers import Numbers, Shown
from waypost.api.cloud.profile import Profile
from waypost.api.cloud.qr import Links
from waypost.api.cloud.templates import Templates
from waypost.api.cloud.topics import Handlers
from waypost.api.cloud.uploads import Uploads
from waypost.api.cloud.webhooks import Webhooks
from waypost.app.parts import Parts
from waypost.flows.documents import DocumentCollection
from waypost.wire.commerce import Commerce
from waypost.wire.numbers import Settings
from waypost.wire.qr import Link


def cloud_topics(parts: Parts, identify: auth.Identify) -> Sequence[Handlers]:
    """Return the topics for callers who are known by `identify`.

    Media are the last, since every id that is nothing else is theirs.
    """
    resources, flows, limits = parts.resources, parts.flows, parts.limits
    store, directory, urls, uploads = resources.store, resources.directory, resources.urls, flows.templates.uploads
    callers = Callers(directory, identify, limits.usage)
    messages = Messages(callers, flows.accept, flows.mark_read, resources.home_code)
    webhooks = Webhooks(callers, flows.subscribe)
    shown = Shown(directory, flows.accounts, flows.automations, webhooks)
    settings = DocumentCollection(store, "settings", Settings)
    return [
        messages,
        Uploads(Callers(directory, auth.upload, limits.usage), uploads),
        webhooks,
        Numbers(callers, shown, flows.registration, flows.standings, settings),
        Automation(callers, flows.automations, DocumentCollection(store, "commerce", Commerce)),
        Accounts(callers, flows.accounts, shown),
        Links(callers, DocumentCollection(store, "qr", Link), resources.clock),
        Marketing(callers, messages),
        Denied(callers),
        Templates(callers, flows.templates, flows.accounts),
        Profile(callers, flows.profiles, uploads, urls),
        BlockList(callers, flows.blocks),
        Media(callers, flows.shelf, urls, limits.media if identify is auth.api_key else None),
    ]
