"""Questions in their turn: those that must wait do so here, where they keep no thread, and whoever
leaves is noticed.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.estimate.checkpoint import ASKED
from app.web.http.statuses import OUR_FAULT
from app.web.http.turns import TURN, MustWait, Turn, Turns

# Seconds after which a question is worth looking whether anybody still waits for its answer, and
# between attempts to break off what runs for nobody.
A_WHILE = 0.1


class InTurn:
    """ASGI middleware, the innermost: every question that reads has a turn of its own."""

    def __init__(self, app: ASGIApp, turns: Turns) -> None:
        self.app = app
        self.turns = turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and again after each wait."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        turn = Turn(self.turns)
        watch = _Watch(turn, receive)

        async def sending(message: Message) -> None:
            if turn.left:
                return
            if message["type"] == "http.response.start":
                watch.end()
                turn.end(message["status"] < OUR_FAULT)
            await send(message)

        TURN.set(turn)
        ASKED.set(turn.check)
        try:
            while not turn.left:
                try:
                    await self.app(scope, receive, sending)
                    return
                except MustWait as must:
                    await turn.wait(must.line)
        finally:
            watch.end()
            turn.end(False)


class _Watch:
    """Looks, after a while, whether whoever asks is still there."""

    def __init__(self, turn: Turn, receive: Receive) -> None:
        self.turn = turn
        self.receive = receive
        self.task: asyncio.Task[None] | None = None
        self.timer = asyncio.get_running_loop().call_later(A_WHILE, self._begin)

    def _begin(self) -> None:
        self.task = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.turn.leave()
        # What comes after a statement that was broken off may be another.
        while True:
            await asyncio.to_thread(self.turn.interrupt)
            await asyncio.sleep(A_WHILE)

    def end(self) -> None:
        """Look no more."""
        self.timer.cancel()
        if self.task:
            self.task.cancel()
