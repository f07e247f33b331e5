"""Templates: create, change and delete them, within the limits of an account.

What a definition may say and how often an account may write are rules of their own.

# spec: cloud-api.md#12.4, cloud-api.md#13.1
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from waypost.errors import Refusal
from waypost.errors.callers import UNKNOWN_OBJECT
from waypost.errors.requests import INVALID_PARAMETER, MISSING_PARAMETER
from waypost.errors.templates import (
    TEMPLATE_EXISTS,
    TEMPLATE_HEADER,
    TEMPLATE_MISSING,
)
from waypost.flows.directory import Directory
from waypost.flows.documents import DocumentCollection
from waypost.flows.template_review import Review
from waypost.flows.uploads import Uploads
from waypost.lib.clock import Clock
from waypost.lib.ids import KeyMaker
from waypost.model import Number, Template
from waypost.ports import Documents
from waypost.rules import template_form, template_limits
from waypost.rules.template_limits import Ledger
from waypost.wire.definitions import (
    Component,
    NewTemplate,
    TemplateChange,
    TemplateSet,
    handles,
    with_platform_texts,
    written_components,
)
from waypost.wire.events import templates as wire

MAX_DELETED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Templates:
    """The flow, with what it uses."""

    directory: Directory
    documents: Documents
    uploads: Uploads
    review: Review
    clock: Clock
    keys: KeyMaker
    limits_lifted: bool
    is_alone: bool = True
    """Whether no other process changes templates."""
    _ledgers: DocumentCollection[Ledger] = field(init=False)

    def __post_init__(self) -> None:
        """Open the collection of the accounts."""
        object.__setattr__(self, "_ledgers", DocumentCollection(self.documents, "template_ledger", Ledger))

    async def create(self, number: Number, wish: NewTemplate, *, links_allowed: bool = False) -> Template:
        """Take a new template; its review begins. Raises Refusal.

        `links_allowed`: an example may be a link instead of a handle, since 360dialog's proxy offers no upload.
        """
        if fault := template_form.check(wish):
            raise Refusal.of(fault)
        await self._check_handles(number, wish.components, links_allowed=links_allowed)
        async with self.review.alone:
            template = await self._add(number.waba_id, wish)
        self.review.await_decision(template)
        return template

    async def edit(
        self, number: Number, template: Template, change: TemplateChange, *, links_allowed: bool = False
    ) -> Template:
        """Change a template; with other components it goes to the review again. Raises Refusal."""
        if change.components is None and change.category is None and change.message_send_ttl_seconds is None:
            raise Refusal(MISSING_PARAMETER, "Give 'components', 'category' or 'message_send_ttl_seconds'.")
        await self._check_handles(number, change.components or (), links_allowed=links_allowed)
        async with self.review.alone:
            done = await self.directory.change_template(template.id, lambda now: self._edited(now, change))
        if done is None:
            raise Refusal(UNKNOWN_OBJECT, f"Object with ID '{template.id}' does not exist")
        _, changed = done
        self.review.await_decision(changed)
        if change.components is not None:
            await self.review.tell(changed, wire.COMPONENTS, wire.components_update(changed, change.components))
        return changed

    async def upsert(self, number: Number, wish: TemplateSet) -> list[Template]:
        """Create an authentication template in each language, or change the one that is there. Raises Refusal.

        Every language is checked before any is written. Only if a limit is reached on the way, the languages before
        that stay written; whether the platform undoes those is (unconfirmed).
        """
        if wish.category.upper() != "AUTHENTICATION":
            details = f"category is '{wish.category[:40]}'; only AUTHENTICATION goes in several languages at once."
            raise Refusal(INVALID_PARAMETER, details)
        wishes = wish.each()
        for each in wishes:
            if fault := template_form.check(each):
                raise Refusal.of(fault)
            if known := self._of(number, each):
                self._edited(known, _change(each))
        return [await self._upserted(number, each) for each in wishes]

    async def delete_name(self, waba_id: int, name: str, template_id: int | None = None) -> None:
        """Delete a template in every language, or the one with this id. Raises Refusal."""
        found = [
            template
            for template in self.directory.templates(waba_id)
            if template.name == name and template_id in (None, template.id)
        ]
        if not found:
            raise Refusal(TEMPLATE_MISSING, f"template name ({name[:100]}) does not exist")
        await self._delete(waba_id, found)

    async def delete_ids(self, waba_id: int, template_ids: Sequence[int]) -> None:
        """Delete templates by their ids, all of them or none. Raises Refusal."""
        if not 1 <= len(template_ids) <= MAX_DELETED_AT_ONCE:
            raise Refusal(
                INVALID_PARAMETER, f"hsm_ids has {len(template_ids)} ids; give from 1 to {MAX_DELETED_AT_ONCE}."
            )
        known = {template.id: template for template in self.directory.templates(waba_id)}
        for template_id in template_ids:
            if template_id not in known:
                raise Refusal(TEMPLATE_MISSING, f"hsm_ids: there is no template {template_id}; nothing was deleted")
        await self._delete(waba_id, [known[template_id] for template_id in dict.fromkeys(template_ids)])

    async def _upserted(self, number: Number, wish: NewTemplate) -> Template:
        known = self._of(number, wish)
        return await self.edit(number, known, _change(wish)) if known else await self.create(number, wish)

    def _of(self, number: Number, wish: NewTemplate) -> Template | None:
        return self.directory.template(number.waba_id, wish.name, wish.language)

    async def _check_handles(self, number: Number, components: Sequence[Component], *, links_allowed: bool) -> None:
        for handle in handles(components):
            if links_allowed and handle.startswith(("https://", "http://")):
                continue
            if await self.uploads.find(number, handle) is None:
                raise Refusal(
                    TEMPLATE_HEADER,
                    f"header: the handle '{handle[:60]}' is unknown or expired; upload the example and give the handle "
                    "of the answer.",
                )

    async def _add(self, waba_id: int, wish: NewTemplate) -> Template:
        """Add a template with its entry in the ledger, and begin again whenever somebody has written there meanwhile.

        So of two processes each sees what the other has added. Raises Refusal.
        """
        while True:
            ledger, before = await self._ledgers.read(waba_id)
            if not self.is_alone:  # after the ledger: whatever stands there is read
                await self.directory.load()
            admitted = self._admitted(waba_id, ledger or Ledger(), wish)
            template = self._template(waba_id, wish)
            if await self.directory.add_template(template, self._ledgers.replacement(waba_id, before, admitted)):
                return template

    def _admitted(self, waba_id: int, ledger: Ledger, wish: NewTemplate) -> Ledger:
        """Return the account's ledger with one more creation in it. Raises Refusal."""
        now_ms = self.clock.now_ms()
        if self.directory.template(waba_id, wish.name, wish.language) is not None:
            raise Refusal(
                TEMPLATE_EXISTS, f"There is already {wish.language} content for the template '{wish.name[:100]}'."
            )
        fault = template_limits.name_fault(ledger, wish.name, wish.language, now_ms)
        if fault is None and not self.limits_lifted:
            fault = template_limits.create_fault(ledger, len(self.directory.templates(waba_id)), now_ms)
        if fault:
            raise Refusal.of(fault)
        return template_limits.with_creation(ledger, now_ms)

    def _template(self, waba_id: int, wish: NewTemplate) -> Template:
        now_ms = self.clock.now_ms()
        return Template(
            id=self.keys.next(),
            waba_id=waba_id,
            name=wish.name,
            language=wish.language,
            category=wish.category,
            status="PENDING",
            components=_stored(wish.components, wish.category),
            named=wish.parameter_format == "NAMED",
            created_ms=now_ms,
            changed_ms=now_ms,
            review_ms=self.review.due_ms(),
            may_change_category=bool(wish.allow_category_change),
            sub_category=wish.sub_category,
            send_ttl_seconds=wish.message_send_ttl_seconds,
        )

    def _edited(self, template: Template, change: TemplateChange) -> Template:
        """Return the template as the change makes it. Raises Refusal."""
        now_ms = self.clock.now_ms()
        category = change.category or template.category
        fault = template_limits.status_fault(template)
        if fault is None and not self.limits_lifted:
            fault = template_limits.edit_fault(template, now_ms)
        if fault:
            raise Refusal.of(fault)
        if template.status == "APPROVED" and category != template.category:
            raise Refusal(INVALID_PARAMETER, "category: that of an approved template cannot be changed.")
        fault = template_form.check_category(category) or template_form.check_ttl(change.message_send_ttl_seconds)
        if fault is None and change.components is not None:
            fault = template_form.check_components(change.components, category, named=template.named)
        if fault:
            raise Refusal.of(fault)
        ttl = change.message_send_ttl_seconds
        edits_ms = template_limits.edits_of_month(template, now_ms)
        changed = replace(
            template,
            category=category,
            send_ttl_seconds=template.send_ttl_seconds if ttl is None else ttl,
            changed_ms=now_ms,
            edits_ms=(*edits_ms, now_ms) if template.status == "APPROVED" else edits_ms,
        )
        if change.components is None and category == template.category:
            return changed
        components = template.components if change.components is None else _stored(change.components, category)
        return replace(changed, components=components, status="PENDING", review_ms=self.review.due_ms())

    async def _delete(self, waba_id: int, found: Sequence[Template]) -> None:
        """Delete templates; the names of those that were approved are blocked first, which a crash does not undo."""
        async with self.review.alone:
            now_ms, gone = self.clock.now_ms(), {each.id for each in found}
            left = [each for each in self.directory.templates(waba_id) if each.id not in gone]

            def with_deletion(ledger: Ledger | None) -> Ledger:
                return template_limits.with_deletion(ledger or Ledger(), found, left, now_ms)

            await self._ledgers.change(waba_id, with_deletion)
            for template in found:
                await self.directory.delete_template(template)
                await self.review.pacing.end(template.id)


def _change(wish: NewTemplate) -> TemplateChange:
    return TemplateChange(wish.category, wish.components, wish.message_send_ttl_seconds)


def _stored(components: Sequence[Component], category: str) -> bytes:
    return written_components(with_platform_texts(components) if category == "AUTHENTICATION" else components)
