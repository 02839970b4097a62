"""Detectors that ask a vendor. One vendor a file; the dict is the list."""

PROVIDERS: dict[str, str] = {
    "alibaba": "analysis.providers.alibaba:Alibaba",
    "generic_http": "analysis.providers.generic_http:GenericHttp",
}
