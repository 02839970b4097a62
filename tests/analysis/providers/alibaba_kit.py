"""An Alibaba on loopback and the provider that asks it, at the vendor's real addresses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from analysis.providers.alibaba import Alibaba as Provider
from analysis.providers.alibaba_options import AlibabaOptions
from tests.analysis.providers.loopback import Rerouted, Time, tools
from tests.emulators.alibaba import Alibaba


def options(**more: object) -> AlibabaOptions:
    keys = {"access_key_id": SecretStr("LTAI-test"), "access_key_secret": SecretStr("test-secret")}
    return AlibabaOptions.model_validate({**keys, **more})


@asynccontextmanager
async def a_cloud(
    time: Time | None = None, /, **more: object
) -> AsyncIterator[tuple[Alibaba, Provider]]:
    """The cloud at ``*.aliyuncs.com`` and the provider with these options."""
    time = time or Time()
    cloud = Alibaba(now=time.now)
    async with (
        cloud.emulator.serving() as server,
        tools(time, transport=Rerouted({".aliyuncs.com": server.url})) as given,
    ):
        yield cloud, Provider(options(**more), given)
