"""Errors about templates: whether one exists, may be sent, and fits its parameters."""

from waypost.errors.base import Problem

TEMPLATE_PARAM_COUNT = Problem(
    name="template_param_count", code=132000, http=400,
    title="Number of parameters does not match the expected number of params",
    onprem_code=2000, onprem_http=400, onprem_title="Template Param Count Mismatch",
    fix="Give each placeholder of the template one parameter.",
    rule="There are more or fewer parameters than placeholders.",
    trigger="Send `parcel_update` without parameters.",
)  # fmt: skip
TEMPLATE_MISSING = Problem(
    name="template_missing", code=132001, http=404, title="Template name does not exist in the translation",
    onprem_code=2001, onprem_http=400, onprem_title="Template Missing",
    fix="Use the name and the exact language code of an approved template.",
    rule="There is no approved template of this name in this language.",
    trigger="Send a template whose name you make up.",
)  # fmt: skip
TEMPLATE_TEXT_TOO_LONG = Problem(
    name="template_text_too_long", code=132005, http=400, title="Template hydrated text too long",
    onprem_code=2005, onprem_http=400, onprem_title="Template Hydrated Text Too Long",
    fix="Shorten the parameters: the text with them filled in is over the limit.",
    rule="With its parameters filled in the text is too long.",
    trigger="Send `spring_offer` with a parameter of 32,768 characters.",
)  # fmt: skip
TEMPLATE_PARAM_FORMAT = Problem(
    name="template_param_format", code=132012, http=400,
    title="Parameter format does not match format in the created template",
    onprem_code=2012, onprem_http=400, onprem_title="Template Parameter Format Mismatch",
    fix="Give a parameter of the kind that the template's placeholder has.",
    rule="A parameter is of another kind than its placeholder.",
    trigger="Send a positional parameter to `repair_ready_named`.",
)  # fmt: skip
TEMPLATE_PAUSED = Problem(
    name="template_paused", code=132015, http=400, title="Template is paused",
    onprem_code=2061, onprem_http=400, onprem_title="Template Paused",
    fix="Wait until the template is active again, or use another.",
    rule="The template is paused because users thought little of it, or what it held for assessment was dropped.",
    trigger="Set the template's status to PAUSED.",
    when="both",
)  # fmt: skip
TEMPLATE_DISABLED = Problem(
    name="template_disabled", code=132016, http=400, title="Template is disabled",
    onprem_code=2062, onprem_http=400, onprem_title="Template Disabled",
    fix="Use another template.",
    rule="The template was paused too often, and is switched off.",
    trigger="Set the template's status to DISABLED.",
)  # fmt: skip
TEMPLATE_CHARACTERS = Problem(
    name="template_characters", code=132007, http=400, title="Template format character policy violated",
    onprem_code=2007, onprem_http=400, onprem_title="Template Format Character Policy Violated",
    fix="Take line breaks, tabs and more than four spaces in a row out of the parameter.",
    rule="A parameter has signs that parameters must not have.",
    trigger="Send a parameter with a line break.",
)  # fmt: skip
TEMPLATE_COMPONENT = Problem(
    name="template_component", code=132018, http=400, title="Template validation error",
    onprem_code=2012, onprem_http=400, onprem_title="Template Parameter Format Mismatch",
    fix="Send the components that the template has, each once; the details name the one that does not fit.",
    rule="The components are not those of the template.",
    trigger="Send a template with a component that it does not have.",
)  # fmt: skip


def _refused(
    name: str, subcode: int | None, user_title: str, fix: str, *, rule: str, blame: str | None = None
) -> Problem:  # fmt: skip
    """Return a problem of template management; the On-Premises API has no such calls, so its code is the general one.

    # spec: cloud-api.md#11.1, error-codes.tsv
    """
    return Problem(
        name=name, code=100, http=400, title="Invalid parameter", subcode=subcode, prefixed=False,
        user_title=user_title, blame=blame,
        onprem_code=1009, onprem_http=400, onprem_title="Parameter value is not valid", fix=fix,
        rule=rule, trigger="Create or edit such a template with the calls of `message_templates`.",
    )  # fmt: skip


TEMPLATE_LIMIT = _refused(
    "template_limit", 2388019, "Message template limit exceeded", "Delete templates that are not used any more.",
    rule="The account has as many templates as it may have.",
)  # fmt: skip
TEMPLATE_BEING_DELETED = _refused(
    "template_being_deleted", 2388023, "Message template language is being deleted",
    "Use another name: that of a deleted approved template is blocked for 30 days. Where only one language was "
    "deleted, that language is.",
    blame="name",
    rule="A template of this name, or its content in this language, was deleted less than 30 days ago.",
)  # fmt: skip
TEMPLATE_EXISTS = _refused(
    "template_exists", 2388024, "Content in This Language Already Exists",
    "Edit the template that exists, or use another name or language.",
    blame="language",
    rule="The account has a template of this name in this language.",
)  # fmt: skip
TEMPLATE_NOT_EDITABLE = _refused(
    "template_not_editable", 2388039, "Message template status can't be changed",
    "Edit a template that is approved, rejected or paused; an approved one once a day and ten times in 30 days.",
    rule="The template is in review, or was edited as often as it may be.",
)  # fmt: skip
TEMPLATE_TOO_LONG = _refused(
    "template_too_long", 2388040, "Character limit exceeded", "Shorten the text to the limit that the details name.",
    blame="components",
    rule="A text of the template is too long.",
)  # fmt: skip
TEMPLATE_NAME = _refused(
    "template_name", 2388046, "Name Format is Incorrect", "Use lower-case letters, digits and underscores only.",
    blame="name",
    rule="The name has other signs than lower-case letters, digits and underscores.",
)  # fmt: skip
TEMPLATE_HEADER = _refused(
    "template_header", 2388047, "Message header format is incorrect", "Correct the header as the details say.",
    blame="components",
    rule="The header of the template is not formed as headers are.",
)  # fmt: skip
TEMPLATE_BUTTONS = _refused(
    "template_buttons", 2388060, "Button error", "Correct the buttons as the details say.",
    blame="components",
    rule="The buttons of the template are not formed as buttons are, or do not go together.",
)  # fmt: skip
TEMPLATE_BODY = _refused(
    "template_body", 2388072, "Message body format is incorrect", "Correct the body as the details say.",
    blame="components",
    rule="The body of the template is not formed as bodies are.",
)  # fmt: skip
TEMPLATE_FOOTER = _refused(
    "template_footer", 2388073, "Message footer format is incorrect", "Correct the footer as the details say.",
    blame="components",
    rule="The footer of the template is not formed as footers are.",
)  # fmt: skip
TEMPLATE_TOO_MANY_VARIABLES = _refused(
    "template_too_many_variables", 2388293, "Parameters words ratio exceeds limit",
    "Use fewer variables, or more words around them.",
    blame="components",
    rule="The template has too many variables for so few words.",
)  # fmt: skip
TEMPLATE_VARIABLE_AT_EDGE = _refused(
    "template_variable_at_edge", 2388299, "Leading or trailing parameters not allowed",
    "Put words before the first variable and after the last one.",
    blame="components",
    rule="The text of the template begins or ends with a variable.",
)  # fmt: skip
TEMPLATE_DEFINITION = _refused(
    "template_definition", None, "Template is not valid", "Correct what the details name.",
    blame="components",
    rule="The template is not one that the platform knows, for a reason without a number of its own.",
)  # fmt: skip
TEMPLATE_CALLS = Problem(
    name="template_calls", code=80008, http=400, title="Too many calls to this WhatsApp Business account",
    onprem_code=1015, onprem_http=429, onprem_title="Too many requests", retryable=True,
    fix="Create at most 100 templates an hour.",
    rule="The account has created too many templates within an hour.",
    trigger="Create 101 templates.",
)  # fmt: skip
