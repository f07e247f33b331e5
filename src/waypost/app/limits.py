"""Limits: how often callers may call, as each face counts it in memory."""

from msgspec import Struct

from waypost.app.resources import Resources
from waypost.app.sharing import together_on_platform_time, together_on_real_time
from waypost.flows.login import FailedLogins
from waypost.flows.media_limits import MediaLimits
from waypost.flows.request_rates import RequestRates
from waypost.flows.usage import Usage
from waypost.rules.rates import ONPREM_MESSAGES, ONPREM_OTHERS


class CallLimits(Struct, frozen=True):
    """What callers have used up of their limits. What they send is counted elsewhere (`flows/meters.py`)."""

    usage: Usage
    """Management calls of an account, on the Cloud faces."""
    media: MediaLimits
    """Uploads and look-ups of a 360dialog key."""
    onprem_requests: RequestRates
    failed_logins: FailedLogins

    def forget(self) -> None:
        """Let every caller begin anew."""
        for kept in (self.usage, self.media, self.onprem_requests, self.failed_logins):
            kept.forget()


def call_limits(resources: Resources) -> CallLimits:
    """Return the limits; nothing is used up of them yet, except by other processes."""
    clock, lifted, together = resources.clock, resources.settings.is_relaxed, together_on_platform_time(resources)
    return CallLimits(
        usage=Usage(resources.directory, clock, lifted=lifted, together=together),
        media=MediaLimits(clock, lifted=lifted, together=together),
        onprem_requests=RequestRates(clock, messages=ONPREM_MESSAGES, others=ONPREM_OTHERS, lifted=lifted),
        failed_logins=FailedLogins(clock, together_on_real_time(resources)),
    )
