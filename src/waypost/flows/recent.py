"""Recent: what statuses repeat of the newest messages, so that it need not be read for each of them."""

from collections import OrderedDict

from waypost.lib import ids
from waypost.model import MessageKey, Outbound
from waypost.ports import Envelope
from waypost.wire.events.messages import Echo


class Recent:
    """The newest messages, whose statuses are about to come. An older one is looked up in the store."""

    def __init__(self, capacity: int = 8_000) -> None:
        self._capacity = capacity
        self._echoes: OrderedDict[MessageKey, Echo] = OrderedDict()

    def remember(self, message: Outbound) -> None:
        """Keep what a status of this message will repeat."""
        if len(self._echoes) >= self._capacity:
            self._echoes.popitem(last=False)  # a plain dict would walk over every hole at its front
        self._echoes[message.key] = echo_of(message)

    def forget(self, key: MessageKey) -> None:
        """Forget a message that was deleted: a status for it would be parked for ever."""
        self._echoes.pop(key, None)

    def get(self, key: MessageKey) -> Echo | None:
        """Return what is known of a message."""
        return self._echoes.get(key)


def echo_of(message: Outbound | Envelope) -> Echo:
    """Return what the statuses of a message repeat."""
    known = message.wamid if isinstance(message, Outbound) else ""
    wamid = known or ids.wamid(message.key, message.tag, message.wa_id, received=False)
    return Echo(message.number_id, wamid, message.wa_id, message.callback_data, message.user_id)
