"""Errors about templates: whether one exists, may be sent, and fits its parameters."""

from waypost.errors.base import Problem

TEMPLATE_PARAM_COUNT = Problem(
    name="template_param_count", code=132000, http=400,
    title="Number of parameters does not match the expected number of params",
    onprem_code=2000, onprem_http=400, onprem_title="Template Param Count Mismatch",
    fix="Give each placeholder of the template one parameter.",
)  # fmt: skip
TEMPLATE_MISSING = Problem(
    name="template_missing", code=132001, http=404, title="Template name does not exist in the translation",
    onprem_code=2001, onprem_http=400, onprem_title="Template Missing",
    fix="Use the name and the exact language code of an approved template.",
)  # fmt: skip
TEMPLATE_TEXT_TOO_LONG = Problem(
    name="template_text_too_long", code=132005, http=400, title="Template hydrated text too long",
    onprem_code=2005, onprem_http=400, onprem_title="Template Hydrated Text Too Long",
    fix="Shorten the parameters: the text with them filled in is over the limit.",
)  # fmt: skip
TEMPLATE_PARAM_FORMAT = Problem(
    name="template_param_format", code=132012, http=400,
    title="Parameter format does not match format in the created template",
    onprem_code=2012, onprem_http=400, onprem_title="Template Parameter Format Mismatch",
    fix="Give a parameter of the kind that the template's placeholder has.",
)  # fmt: skip
TEMPLATE_PAUSED = Problem(
    name="template_paused", code=132015, http=400, title="Template is paused",
    onprem_code=2061, onprem_http=400, onprem_title="Template Paused",
    fix="Wait until the template is active again, or use another.",
)  # fmt: skip
TEMPLATE_DISABLED = Problem(
    name="template_disabled", code=132016, http=400, title="Template is disabled",
    onprem_code=2062, onprem_http=400, onprem_title="Template Disabled",
    fix="Use another template.",
)  # fmt: skip
