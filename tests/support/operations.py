"""Which schema the body of each operation has: told by the names of routes, since only the control API declares it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MESSAGE = "message"
"""Stands for a send request, whose schema depends on its type."""
CONTACTS = "contacts"
MARK_READ = "mark_read"

_CLOUD = "waypost.api.cloud"
_ONPREM = "waypost.api.onprem"
_CONTROL = "waypost.api.control"


@dataclass(frozen=True)
class Body:
    """The schema of an operation's body, and the parts of its path that matter for which one it is."""

    schema: str
    params: Mapping[str, str] = field(default_factory=dict)


_OF_BOTH_CLOUD_FACES = {
    "create_template": Body(f"{_CLOUD}.templates:NewTemplate"),
    "change_profile": Body(f"{_CLOUD}.profile:ProfileRequest"),
    "block_users": Body(f"{_CLOUD}.blocks:BlockRequest"),
    "unblock_users": Body(f"{_CLOUD}.blocks:BlockRequest"),
    "send": Body(MESSAGE),
    "send_marketing": Body(MESSAGE),
}
WITHIN = frozenset({f"{_ONPREM}.backup:ProfileChange", "waypost.wire.onprem.hsm:_Member"})
"""Schemas that no body has: they are read out of one, or out of what it brings back."""
BODIES: Mapping[str, tuple[Body, ...]] = {
    **{f"{face}.{name}": (body,) for face in ("meta", "proxy") for name, body in _OF_BOTH_CLOUD_FACES.items()},
    "meta.change": (
        Body(f"{_CLOUD}.numbers:NumberWish"),
        Body(f"{_CLOUD}.templates:TemplateChange", {"id": "$template"}),
    ),
    "meta.subscribe_app": (Body(f"{_CLOUD}.webhooks:AppSubscription"),),
    "meta.set_subscription": (Body(f"{_CLOUD}.webhooks:Subscription"),),
    "meta.request_code": (Body(f"{_CLOUD}.numbers:CodeRequest"),),
    "meta.verify_code": (Body(f"{_CLOUD}.numbers:CodeGiven"),),
    "meta.register": (Body(f"{_CLOUD}.numbers:RegisterRequest"),),
    "meta.change_settings": (Body(f"{_CLOUD}.numbers:Settings"),),
    "meta.change_automation": (Body(f"{_CLOUD}.automation:AutomationChange"),),
    "meta.change_commerce": (Body(f"{_CLOUD}.automation:CommerceChange"),),
    "meta.exchange_token_post": (Body(f"{_CLOUD}.accounts:Exchange"),),
    "meta.upsert_templates": (Body(f"{_CLOUD}.templates:TemplateSet"),),
    "meta.save_link": (Body(f"{_CLOUD}.qr:LinkRequest"),),
    "meta.begin_upload": (Body(f"{_CLOUD}.uploads:NewUpload"),),
    "proxy.send_alias": (Body(MESSAGE),),
    "proxy.set_webhook": (Body(f"{_CLOUD}.webhooks:Configuration"),),
    "proxy.set_account_webhook": (Body(f"{_CLOUD}.webhooks:AccountConfiguration"),),
    "proxy.create_template_config": (Body(f"{_CLOUD}.templates:NewTemplate"),),
    "proxy.change": (Body(f"{_CLOUD}.templates:TemplateChange", {"id": "$template"}),),
    "onprem.login": (Body(f"{_ONPREM}.users:_Body"),),
    "onprem.add_user": (Body(f"{_ONPREM}.users:_NewUser"),),
    "onprem.set_user": (Body(f"{_ONPREM}.users:_NewPassword"),),
    "onprem.send": (Body(MESSAGE),),
    "onprem.send_alias": (Body(MESSAGE),),
    "onprem.mark_read": (Body(MARK_READ),),
    "onprem.set_settings": (Body("waypost.wire.onprem_settings:_Application"),),
    "onprem.set_provider": (Body("waypost.wire.providers:list[ProviderForm]"),),
    "onprem.check_contacts": (Body(CONTACTS),),
    "onprem.block": (Body(f"{_ONPREM}.contacts:_Block"),),
    "onprem.acknowledge": (Body(f"{_ONPREM}.contacts:_Acknowledged"),),
    "onprem.set_profile": (Body(f"{_ONPREM}.profile:_Business"),),
    "onprem.set_about": (Body(f"{_ONPREM}.profile:_About"),),
    "onprem.backup": (Body(f"{_ONPREM}.backup:_Backup"),),
    "onprem.restore": (Body(f"{_ONPREM}.backup:_Restore"),),
    "onprem.set_two_step": (Body(f"{_ONPREM}.two_step:_Pin"),),
    "onprem.register": (Body(f"{_ONPREM}.account:_Account"),),
    "onprem.verify": (Body(f"{_ONPREM}.account:_Code"),),
    "onprem.set_shards": (Body(f"{_ONPREM}.account:_Shards"),),
    "onprem.add_stickerpack": (Body(f"{_ONPREM}.stickerpacks:_NewPack"),),
    "onprem.set_stickerpack": (Body(f"{_ONPREM}.stickerpacks:_PackChange"),),
    "onprem.add_sticker": (Body(f"{_ONPREM}.stickerpacks:Sticker"),),
    "onprem.set_sticker": (Body(f"{_ONPREM}.stickerpacks:_StickerChange"),),
    "control.change_phone": (Body(f"{_CONTROL}.phones:PhoneChange"),),
    "control.write": (Body(f"{_CONTROL}.writing:PhoneMessage"),),
    "control.tap": (Body(f"{_CONTROL}.phones:Tap"),),
    "control.open_chat": (Body(f"{_CONTROL}.phones:OpenChat"),),
    "control.played": (Body(f"{_CONTROL}.phones:Listen"),),
    "control.move_phone": (Body(f"{_CONTROL}.phones:NextNumber"),),
    "control.choose": (Body(f"{_CONTROL}.phones:Choice"),),
    "control.read": (Body(f"{_CONTROL}.phones:ReadUpTo"),),
    "control.move_clock": (Body(f"{_CONTROL}.clock:ClockChange"),),
    "control.change_network": (Body(f"{_CONTROL}.world:NetworkChange"),),
    "control.add_rule": (Body(f"{_CONTROL}.rules:RuleRequest"),),
    "control.add_number": (Body(f"{_CONTROL}.numbers:NewNumber"),),
    "control.change_number": (Body(f"{_CONTROL}.numbers:NumberChange"),),
    "control.patch_number": (Body(f"{_CONTROL}.numbers:NumberPatch"),),
    "control.add_webhook": (Body(f"{_CONTROL}.endpoints:EndpointWish"),),
    "control.change_webhook": (Body(f"{_CONTROL}.endpoints:EndpointChange"),),
    "control.add_token": (Body(f"{_CONTROL}.tokens:TokenRequest"),),
    "control.create_template": (Body(f"{_CONTROL}.templates:TemplateWish"),),
    "control.edit_template": (Body(f"{_CONTROL}.templates:TemplateEdit"),),
    "control.send": (Body(MESSAGE),),
    "control.review_template": (Body(f"{_CONTROL}.templates:ReviewOrder"),),
    "control.change_template": (Body(f"{_CONTROL}.templates:TemplateUpdate"),),
    "control.add_provider": (Body(f"{_CONTROL}.providers:ProviderRequest"),),
    "control.notice": (Body(f"{_CONTROL}.notices:NoticeWish"),),
    "control.redeliver_all": (Body(f"{_CONTROL}.deliveries:RedeliverWish"),),
    "control.change_account": (Body(f"{_CONTROL}.accounts:AccountChange"),),
    "control.explain_signature": (Body(f"{_CONTROL}.signature:SignatureCheck"),),
    "open.sign_in": (Body(f"{_CONTROL}.sign_in:SignIn"),),
}

WITHOUT_JSON = frozenset({
    "meta.deregister", "meta.upload", "proxy.upload",
    "onprem.logout", "onprem.upload", "onprem.set_photo", "onprem.gc",
    "onprem.set_certificate", "onprem.set_webhook_ca",
    "control.redeliver", "control.reset", "control.restore", "control.release_held", "control.drop_held",
    "control.resend",
})  # fmt: skip
"""Operations that change something and read no JSON: their bodies are files, forms or nothing.

A snapshot is JSON, but too large to be read like the rest; bad ones have tests of their own.
"""
