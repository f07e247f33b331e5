"""The composition root: settings in, running server out. Nothing else knows which concrete parts are in use."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from waypost import __version__, registry
from waypost.api.cloud.errors import render_meta, render_proxy
from waypost.api.cloud.media import Media
from waypost.api.cloud.messages import Messages
from waypost.api.cloud.routes import meta_routes, proxy_routes
from waypost.api.cloud.webhooks import Webhooks
from waypost.api.routing import Router
from waypost.api.server import Mount, Server, build_app
from waypost.flows.accept import Accept, Meters
from waypost.flows.deliver import Deliver
from waypost.flows.directory import Directory
from waypost.flows.first_start import SAMPLE_PHONE, SAMPLE_PHONE_NAME, add_sample_templates
from waypost.flows.mark_read import MarkRead
from waypost.flows.media import MediaShelf
from waypost.flows.notify import Notify
from waypost.flows.receive import Receive, Recent
from waypost.flows.subscribe import Subscribe
from waypost.lib.clock import SystemClock
from waypost.lib.ids import KeyMaker, new_secret
from waypost.model import Delivery, Event, Number, NumberId, Outbound, Webhook
from waypost.settings import ReadyInfo, Settings
