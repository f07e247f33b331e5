"""The numbers and their credentials, in memory: who is calling, and which number they mean."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import lru_cache, partial
from typing import Literal

from msgspec.structs import replace

from waypost.lib.clock import Clock
from waypost.lib.durations import to_ms
from waypost.lib.ids import parse_digits
from waypost.model import FormerSecret, Number, NumberId, Reach, Scope, Template, Token, Webhook
from waypost.ports import Records, Replacement
from waypost.wire.messages.template import Template as SentTemplate

FORMER_SECRET_LIFE = timedelta(hours=24)
"""How long a secret that was replaced signs beside the new one, in platform time."""
MOST_TEMPLATE_DIGITS = 17
_MOST_NUMBER_DIGITS = 15
_MOST_TOKEN_CHARACTERS = 1024
_REMEMBERED_TOKENS = 256  # a program sends the same one with every request; each is 1 KiB at most


def token_hash(token: str) -> bytes:
    """Return what is stored of a credential: these are 192 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


# Only the sum is kept: what it stands for is looked up each time, so that what is taken back is so at once.
_known_hash = lru_cache(maxsize=_REMEMBERED_TOKENS)(token_hash)


class Directory:
    """Every number, template and token. Reads are from memory; writes are durable before they show."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._numbers: dict[NumberId, Number] = {}
        self._tokens: dict[bytes, Token] = {}
        self._templates: dict[tuple[int, str, str], Template] = {}
        self._names_by_id: dict[int, tuple[int, str, str]] = {}
        self._changes = 0

    async def load(self) -> None:
        """Read everything anew; it shows all at once, and never hides what was changed here meanwhile."""
        while True:
            changes = self._changes
            numbers = await self._records.load_numbers()
            tokens = await self._records.load_tokens()
            templates = await self._records.load_templates()
            if changes == self._changes:
                break
        self._numbers = {number.id: number for number in numbers}
        self._tokens = {token.hash: token for token in tokens}
        self._templates = {_name_of(template): template for template in templates}
        self._names_by_id = {template.id: name for name, template in self._templates.items()}

    def number(self, number_id: NumberId) -> Number | None:
        """Return a number by its phone_number_id."""
        return self._numbers.get(number_id)

    def number_named(self, text: str) -> Number | None:
        """Return the number whose phone_number_id a text is, to the digit: no zeros stand in front."""
        number_id = parse_digits(text, _MOST_NUMBER_DIGITS)
        found = self._numbers.get(NumberId(number_id)) if number_id is not None else None
        return found if found and found.digits == text else None

    def numbers(self) -> list[Number]:
        """Return every number."""
        return list(self._numbers.values())

    def of_account(self, waba_id: int) -> list[Number]:
        """Return the numbers of an account."""
        return [number for number in self._numbers.values() if number.waba_id == waba_id]

    def holder(self, token: str) -> Token | None:
        """Return what a credential stands for; None if it is unknown, too long to be one, or its time is over."""
        if len(token) > _MOST_TOKEN_CHARACTERS:
            return None
        found = self._tokens.get(_known_hash(token))
        if found is None or (found.expires_ms is not None and found.expires_ms <= self._clock.now_ms()):
            return None
        return found

    def has_key(self, number_id: NumberId) -> bool:
        """Return whether a key without end was ever given for a number, and not taken back."""
        return any(token.number_id == number_id and token.kind == "key" for token in self._tokens.values())

    def template(self, waba_id: int, name: str, language: str) -> Template | None:
        """Return a template of an account by its name and exact language code."""
        return self._templates.get((waba_id, name, language))

    def template_sent(self, number_id: NumberId, sent: SentTemplate) -> Template | None:
        """Return the template that a number's message names, as it is now; None if it is gone."""
        number = self._numbers.get(number_id)
        return self.template(number.waba_id, sent.name, sent.language.code) if number else None

    def template_by_id(self, template_id: int) -> Template | None:
        """Return a template of any account."""
        name = self._names_by_id.get(template_id)
        return None if name is None else self._templates[name]

    def template_named(self, text: str) -> Template | None:
        """Return the template of any account whose id a text is."""
        template_id = parse_digits(text, MOST_TEMPLATE_DIGITS)
        return self.template_by_id(template_id) if template_id is not None else None

    def templates(self, waba_id: int) -> list[Template]:
        """Return every template of an account, the oldest first."""
        found = [template for template in self._templates.values() if template.waba_id == waba_id]
        return sorted(found, key=lambda template: template.id)

    def all_templates(self) -> list[Template]:
        """Return every template of every account."""
        return list(self._templates.values())

    async def save_number(self, number: Number) -> None:
        """Add or change a number."""
        await self._records.save_number(number)
        self._changes += 1
        self._numbers[number.id] = number

    async def change_number(self, number: Number, change: Callable[[Number], Number]) -> Number:
        """Have `change` make another of a number as it is stored, whoever else changes it, and return that.

        `change` only computes; it may be called more than once.
        """
        changed = await self._records.change_number(number, change)
        self._changes += 1
        self._numbers[number.id] = changed
        return changed

    async def change_secret(self, number: Number, secret: str) -> Number:
        """Give a number another app secret; the one it had signs beside it for a day, and any before that no more."""
        until_ms = self._clock.now_ms() + to_ms(FORMER_SECRET_LIFE)

        def change(now: Number) -> Number:
            if secret == now.app_secret:
                return now
            return replace(now, app_secret=secret, former_secret=FormerSecret(now.app_secret, until_ms))

        return await self.change_number(number, change)

    async def disable_webhook(self, number_id: NumberId, webhook: Webhook) -> None:
        """Send nothing more to a webhook; one that has been set in its place meanwhile stays as it is."""
        number = self._numbers.get(number_id)
        if number is not None and _without(number, webhook) != number:
            await self.change_number(number, partial(_without, gone=webhook))

    async def save_template(self, template: Template) -> None:
        """Add or change a template."""
        await self._records.save_template(template)
        self._show(template)

    def _show(self, template: Template) -> None:
        self._changes += 1
        self._templates[_name_of(template)] = template
        self._names_by_id[template.id] = _name_of(template)

    async def add_template(self, template: Template, ledger: Replacement) -> bool:
        """Add a template and replace its account's ledger, or do neither: somebody else has replaced that."""
        added = await self._records.add_template(template, ledger)
        if added:
            self._show(template)
        return added

    async def replace_template(self, before: Template, after: Template) -> bool:
        """Replace a template if it is stored as it was here; if it is not, return False once it is read anew."""
        replaced = await self._records.replace_template(before, after)
        if replaced:
            self._show(after)
        else:
            await self.load()
        return replaced

    async def change_template(
        self, template_id: int, change: Callable[[Template], Template]
    ) -> tuple[Template, Template] | None:
        """Have `change` make another of a template, whoever else changes it; return what it was and what it is.

        None: it was deleted. `change` may be called more than once, and whatever it raises leaves things as they are.
        """
        while (before := self.template_by_id(template_id)) is not None:
            after = change(before)
            if await self.replace_template(before, after):
                return before, after
        return None

    async def delete_template(self, template: Template) -> None:
        """Forget a template; from here on its name does not exist in its language."""
        await self._records.delete_template(template.id)
        self._changes += 1
        self._templates.pop(_name_of(template), None)
        self._names_by_id.pop(template.id, None)

    async def grant(
        self,
        token: str,
        number_id: NumberId,
        *,
        expires_ms: int | None = None,
        scope: Scope = "all",
        reach: Reach = "number",
    ) -> None:
        """Let `token` act for a number, or its account: a key without end, or an On-Premises login with one."""
        kind: Literal["key", "login"] = "key" if expires_ms is None else "login"
        row = Token(token_hash(token), number_id, kind, expires_ms, scope, reach)
        await self._records.save_token(row)
        self._changes += 1
        self._tokens[row.hash] = row

    async def revoke(self, token: str) -> None:
        """Forget a credential; from here on it is unknown."""
        await self.revoke_hash(token_hash(token))

    async def revoke_hash(self, hashed: bytes) -> None:
        """Forget the credential that was stored under this hash."""
        await self._records.delete_token(hashed)
        self._changes += 1
        self._tokens.pop(hashed, None)

    def forget(self, hashes: Iterable[bytes]) -> None:
        """Let go of credentials that are stored no more."""
        self._changes += 1
        for hashed in hashes:
            self._tokens.pop(hashed, None)


def _without(number: Number, gone: Webhook) -> Number:
    """Return a number with one of its callbacks disabled, wherever it is set."""

    def marked(webhook: Webhook | None) -> Webhook | None:
        return replace(webhook, disabled=True) if webhook == gone else webhook

    own = number.callbacks
    further = tuple(
        replace(one, webhook=replace(gone, disabled=True)) if one.webhook == gone else one for one in own.further
    )
    own = replace(own, number=marked(own.number), account=marked(own.account), further=further)
    return replace(number, webhook=marked(number.webhook), callbacks=own)


def _name_of(template: Template) -> tuple[int, str, str]:
    return template.waba_id, template.name, template.language
