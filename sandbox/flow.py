"""Carries out TwiML on one leg: fetch a document, do its verbs, until the leg ends."""

from collections.abc import Awaitable, Callable

from sandbox import twiml
from sandbox.address import join
from sandbox.legs import answer, end, voice_params
from sandbox.model import Ask, Call, HungUp, Replaced
from sandbox.network import Network
from sandbox.speech import say_error
from sandbox.twiml import BadTwiML, Verb
from sandbox.webhooks import Params, Reply

MOST_A_MINUTE = 200


class Stop(Exception):
    """The TwiML is done: the leg ends with this state."""

    def __init__(self, status: str = "completed") -> None:
        super().__init__(status)
        self.status = status


Carry = Callable[["Flow", Verb], Awaitable[Ask | None]]
VERBS: dict[str, Carry] = {}


def verb(name: str) -> Callable[[Carry], Carry]:
    """Say of a function that it carries out this verb; it returns what to ask next, or None."""

    def keep(carry: Carry) -> Carry:
        VERBS[name] = carry
        return carry

    return keep


class Flow:
    """The running TwiML of one leg. `whisper`: on a called leg, before it is bridged."""

    def __init__(self, network: Network, call: Call, whisper: bool = False) -> None:
        self.network, self.call, self.whisper = network, call, whisper
        self.url = ""

    async def run(self, ask: Ask) -> bool:
        """Carry out TwiML until it ends; True when it came to its end without hanging up.

        The leg is ended unless this is a whisper that came to its end.
        """
        call, network = self.call, self.network
        following: Ask | None = ask
        try:
            while following is not None:
                try:
                    following = await self._perform(await self._fetch(following))
                except Replaced:
                    following, call.replacement = call.replacement, None
        except HungUp:
            return False
        except Stop as stop:
            end(network, call, stop.status)
            return False
        except BadTwiML:
            await self._give_up()
            return False
        if not self.whisper:
            end(network, call)
        return True

    def address(self, url: str) -> str:
        """Return an address in the TwiML as seen from its own document."""
        return join(self.url, url)

    async def ask_now(self, ask: Ask) -> None:
        """Request an address for the sake of the news alone; its TwiML is not carried out."""
        params = [*voice_params(self.network, self.call), *ask.extra]
        await self.network.sender.ask("voice", ask.url, ask.method, params)

    async def _perform(self, verbs: list[Verb]) -> Ask | None:
        call = self.call
        call.check()
        if not verbs:
            answer(self.network, call)
        for step in verbs:
            call.check()
            if not _rings_on(step):
                answer(self.network, call)
            following = await VERBS[step.name](self, step)
            if following is not None:
                return following
        return None

    async def _fetch(self, ask: Ask) -> list[Verb]:
        """Get a document, or what the fallback address says instead. Raises BadTwiML."""
        call = self.call
        self._count()
        if ask.twiml is not None:
            return self._read(ask.twiml, "text/xml")[0]
        params = [*voice_params(self.network, call), *ask.extra]
        reply = await self.network.sender.ask("voice", ask.url, ask.method, params)
        try:
            return self._document(reply)
        except BadTwiML as error:
            reply.exchange.error = reply.exchange.error or str(error)
            if not call.fallback_url or self.whisper:
                raise
            return await self._fall_back(ask.url, error.code)

    def _count(self) -> None:
        """Stop a document that only leads to itself. Raises BadTwiML."""
        call, now = self.call, self.network.clock.now()
        if call.counted_from is None or (now - call.counted_from).total_seconds() > 60:
            call.documents, call.counted_from = 0, now
        call.documents += 1
        if call.documents > MOST_A_MINUTE:
            raise BadTwiML(11200, "this call asks for one document after the other without end")

    async def _fall_back(self, url: str, code: int) -> list[Verb]:
        call = self.call
        params: Params = [
            *voice_params(self.network, call),
            ("ErrorCode", str(code)),
            ("ErrorUrl", url),
        ]
        reply = await self.network.sender.ask("voice", call.fallback_url, call.fallback_method, params)
        try:
            return self._document(reply)
        except BadTwiML as error:
            reply.exchange.error = reply.exchange.error or str(error)
            raise

    def _document(self, reply: Reply) -> list[Verb]:
        if reply.error_code:
            raise BadTwiML(reply.error_code, reply.exchange.error or f"HTTP {reply.status}")
        self.url = reply.url
        if reply.status == 204:
            return []
        verbs, warnings = self._read(reply.body, reply.content_type)
        reply.exchange.warnings += warnings
        return verbs

    @staticmethod
    def _read(body: str, content_type: str) -> tuple[list[Verb], list[str]]:
        return twiml.read_voice(body, content_type)

    async def _give_up(self) -> None:
        """Nothing can be carried out: the far end hears so, and the leg ends."""
        try:
            if not self.call.ended:
                answer(self.network, self.call)
                await say_error(self.network, self.call)
        except (HungUp, Replaced):
            pass
        end(self.network, self.call, "completed" if self.call.answered_at else "failed")


def _rings_on(step: Verb) -> bool:
    """Tell whether this verb leaves an arriving call unanswered."""
    return step.name == "Reject" or (step.name == "Dial" and step.yes("answerOnBridge"))


async def take_incoming(network: Network, call: Call) -> None:
    """Answer a call to one of the account's numbers with its TwiML."""
    owned = call.owned
    assert owned is not None
    call.status, call.started_at = "ringing", network.clock.now()
    call.fallback_url, call.fallback_method = owned.voice_fallback_url, owned.voice_fallback_method
    network.touch()
    if not owned.voice_url:
        end(network, call, "busy")
        return
    await Flow(network, call).run(Ask(owned.voice_url, owned.voice_method))
