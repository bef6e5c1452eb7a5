"""Receipts of texts and of placed calls on their way to the account, and what can happen to them there."""

from dataclasses import dataclass

from sandbox.model import Call, Callback
from sandbox.network import Network
from sandbox.webhooks import Params

KINDS = {"messages": "receipt", "calls": "call-status"}


@dataclass(frozen=True)
class News:
    """What is to be told about one text or call: `on` is messages or calls, `number` whom it was for."""

    on: str
    sid: str
    number: str
    callback: Callback
    params: Params


def send(network: Network, news: News, late_s: float = 0.0) -> None:
    """Send one receipt in so many seconds; a switch may lose it, double it or hold it up."""
    if network.faults.strike("receipt_lose", news.on, news.number):
        return
    delay = network.faults.strike("receipt_delay", news.on, news.number)
    late_s += delay.seconds if delay else 0.0
    times = 2 if network.faults.strike("receipt_duplicate", news.on, news.number) else 1
    for _ in range(times):
        network.later(late_s, _tell(network, news))


def of_call(network: Network, call: Call, callback: Callback, params: Params) -> None:
    """Send news of a placed call; where they are to be shuffled, the last overtakes all others."""
    news = News("calls", call.sid, call.to_number, callback, params)
    if call.is_shuffled is None:
        call.is_shuffled = network.faults.strike("receipt_reorder", "calls", call.to_number) is not None
    if call.is_shuffled and not call.ended:
        call.held_back.append((callback, params))
        return
    send(network, news)
    for place, (earlier, said) in enumerate(reversed(call.held_back), start=1):
        send(network, News("calls", call.sid, call.to_number, earlier, said), place * network.settings.receipt_s)
    call.held_back.clear()


async def _tell(network: Network, news: News) -> None:
    await network.sender.ask(KINDS[news.on], news.callback.url, news.callback.method, news.params)
    network.was_told(news.sid)
