"""The table of attacks. Each must be refused in one clean way, at little cost, while the service goes on answering others."""

import asyncio
import gzip
import json
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import websockets
from websockets.frames import Frame, Opcode

from school.serving.cookies import SessionCookie
from school.serving.terms import Terms
from school.serving.trust import digest_of
from school.settings import Mode
from tests.security.target import MARKER, OWN, Attack, Do, Target
from tests.serving.deaf import deaf
from tests.serving.server import dial

UNKNOWN = "400 UNKNOWN_DOCUMENT"
UNPARSED = {"fragments that grow tenfold", "very deep fields", "introspection", "a megabyte of commas", "NUL in the document", "half a letter"}
HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
SUBSCRIBE = {"id": MARKER, "type": "subscribe", "payload": {"query": "subscription { updates { __typename } }"}}


def request(name: str, do: Do, expected: str) -> Attack:
    """What has the same end in both modes; it is tried where it counts."""
    return Attack(name, do, {Mode.PRODUCTION: expected})


def both(attack: Attack) -> Attack:
    """It depends on the mode in what way the same end is reached."""
    return attack._replace(expected={**attack.expected, Mode.DEMO: attack.expected[Mode.PRODUCTION]})


def document(name: str, text: str, demo: str | None, variables: Any = None, operation: str | None = None) -> Attack:
    """A hostile document: the demo reads it (None: and answers), production does not even parse it, of which some are proof enough."""
    body = json.dumps({"query": text.replace("MARKER", MARKER), "variables": variables, "operationName": operation})
    expected = {**({} if demo is None else {Mode.DEMO: demo}), **({Mode.PRODUCTION: UNKNOWN} if name in UNPARSED else {})}
    return Attack(name, lambda target: target.send(body), expected)


def body(name: str, content: Any, expected: str, **headers: str) -> Attack:
    """A hostile request."""
    return request(name, lambda target: target.send(content() if callable(content) else content, **headers), expected)


def known(name: str, variables: Any, expected: str) -> Attack:
    """Hostile variables of a document that production knows."""
    content = json.dumps({"documentId": f"sha256:{digest_of(OWN['family'])}", "variables": variables})
    return body(name, content, expected)


def raw(name: str, *chunks: bytes, expected: str) -> Attack:
    """Bytes that may be no HTTP at all."""
    return request(name, lambda target: target.raw(*chunks), expected)


def socket(name: str, messages: list[Any], expected: str, protocol: str = "graphql-transport-ws", init: bool = True, **headers: str) -> Attack:
    """Hostile messages over a WebSocket."""
    sent = [message if isinstance(message, str | bytes) else json.dumps(message) for message in messages]
    return request(name, lambda target: target.socket(sent, protocol, init, **headers), expected)


def chain(length: int, times: int, last: str = "me { login }") -> str:
    """Fragments of which each spreads the next, so many times."""
    links = " ".join(f"fragment F{number} on Query {{ {f'...F{number + 1} ' * times}}}" for number in range(length))
    return f"query Q {{ ...F0 }} {links} fragment F{length} on Query {{ {last} }}"


def aliases(field: str, count: int, root: str = "query") -> str:
    """One field under so many names."""
    return f"{root} Q {{" + " ".join(f"a{number}: {field}" for number in range(count)) + "}"


def marks(count: int) -> Any:
    """Variables of so many marks, of four values each."""
    return {"a": {"lessonId": MARKER, "items": [{"id": MARKER, "pupilId": "x", "value": 5, "work": "TEST"}] * count}}


def readers(count: int) -> Any:
    """Variables of a device with so many readers."""
    return {"a": {"id": MARKER, "schoolId": "x", "kind": "DESK", "name": "x", "bindings": [{"reader": "x"}] * count}}


def nest(before: str, middle: str, after: str, depth: int) -> str:
    """Something within itself."""
    return before * depth + middle + after * depth


def multipart() -> str:
    """The multipart request specification, which is how files are uploaded and forms are forged."""
    return f'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{{"query":"{{ {MARKER} }}"}}\r\n--x--\r\n'


async def ten_megabytes() -> Any:
    """Without a length."""
    for _ in range(160):
        yield b" " * 65536


async def slow_bodies(target: Target) -> str:
    """A hundred clients that promise a body and hold back."""
    head = HEAD + b"Content-Length: 1000\r\n\r\n"
    outcomes = await asyncio.gather(*(target.raw(head, *[b" "] * 30, pause=0.2) for _ in range(100)))
    return ", ".join(sorted(set(outcomes)))


async def many_sockets(target: Target) -> str:
    """More than one address may have that has not signed in."""
    init = json.dumps({"type": "connection_init"})
    subscribe = json.dumps({"id": "1", "type": "subscribe", "payload": {"query": OWN["watch"].replace("CameLate", "CameNever")}})
    outcomes = Counter(await asyncio.gather(*(_hold(target, init, subscribe) for _ in range(60))))
    return "closed 4429" if outcomes["4429"] >= 40 else str(outcomes)


async def silent_sockets(target: Target) -> str:
    """Each may wait ten seconds before it says who it is."""
    async with AsyncExitStack() as stack:
        try:
            for _ in range(Terms(SessionCookie(secure=True)).waiting + 1):
                await stack.enter_async_context(dial(target.host))
        except websockets.InvalidStatus as refused:
            return str(refused.response.status_code)
    return "open"


async def deaf_pings(target: Target) -> str:
    """They are no messages and may come as fast as they like."""
    loop, pings = asyncio.get_running_loop(), Frame(Opcode.PING, b"x" * 125).serialize(mask=True) * 100
    async with deaf(target.host, target.token) as client:
        try:
            for _ in range(1000):
                await loop.sock_sendall(client.raw, pings)
        except ConnectionError:
            return "closed"
    return "open"


async def _hold(target: Target, *messages: str) -> str:
    async with websockets.connect(f"ws://{target.host}/graphql", subprotocols=[websockets.Subprotocol("graphql-transport-ws")], proxy=None) as open_:
        await open_.send(messages[0])
        try:
            async with asyncio.timeout(2):
                while True:
                    await open_.recv()
        except TimeoutError:
            return "open"
        except websockets.ConnectionClosed:
            return str(open_.close_code)


async def strange_subscriptions(target: Target) -> str:
    """Ten strangers subscribe by two hundred documents that nobody has seen before, all at once."""
    body = "{ updates {" + " __typename" * 90 + " } }"

    async def subscribe(stranger: int) -> Counter[str]:
        async with websockets.connect(f"ws://{target.host}/graphql", subprotocols=[websockets.Subprotocol("graphql-transport-ws")], proxy=None) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            for number in range(20):
                query = f"subscription A{stranger}x{number} {body}"
                await socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": {"query": query}}))
            ends: Counter[str] = Counter()
            async with asyncio.timeout(30):
                while ends.total() < 20:
                    message = json.loads(await socket.recv())
                    if message["type"] in {"error", "complete"}:
                        ends[message["payload"][0]["extensions"]["code"] if message["type"] == "error" else "complete"] += 1
            return ends

    ends = sum(await asyncio.gather(*map(subscribe, range(10))), Counter[str]())
    return "error TOO_MANY_DOCUMENTS" if ends["TOO_MANY_DOCUMENTS"] >= 100 and ends.total() == 200 and len(ends) == 2 else str(ends)


GIVE = "giveMarks(input: $a) { __typename }"
BIND = "mutation($a: MakeDeviceCodeInput!) { makeDeviceCode(input: $a) { __typename } }"
GUESS = 'signIn(input: {login: "parent", password: "MARKER"}) { __typename }'
DEEP_FIELDS = "{" + nest("me { children {", "id", "} }", 60) + "}"
DOCUMENTS = [
    document("85 chained fragments", chain(85, 1), "400 TOO_LONG"),
    document("40 chained fragments", chain(40, 1), "400 TOO_DEEP"),
    document("fragments that double", chain(20, 2), "400 TOO_COSTLY"),
    document("fragments that grow tenfold", chain(30, 10), "400 TOO_COSTLY"),
    document("a cycle of fragments", chain(30, 2, "...F0"), "400 BAD_DOCUMENT"),
    document("a fragment of itself", "{ ...MARK } fragment MARK on Query { ...MARK }", "400 BAD_DOCUMENT"),
    document("unknown fragments", "{" + " ...MARK" * 600 + " }", "400 BAD_DOCUMENT"),
    document("10,000 aliases", aliases("__typename", 10_000), "400 TOO_LONG"),
    document("500 aliases", aliases("__typename", 500), "400 TOO_MANY_ALIASES"),
    document("guess upon guess in one document", aliases(GUESS, 110, "mutation"), "400 TOO_MANY_ALIASES"),
    document("60 dear fields", aliases("classGroups { name }", 60), "400 TOO_MANY_ALIASES"),
    document("overlapping fields", "{ me {" + " children { classGroup { name } }" * 200 + "} }", "400 TOO_COSTLY"),
    document("overlapping fields in each other", "{ me {" + (" children {" + " classGroup { name }" * 30 + "}") * 12 + "} }", "400 TOO_COSTLY"),
    document("a flood of __typename", "{" + " __typename" * 1990 + "}", "400 TOO_COSTLY"),
    document("a flood of directives", "{ me " + "@include(if: true) " * 250 + "{ login } }", "400 TOO_MANY_DIRECTIVES"),
    document("a flood of unknown directives", "{ me " + "@MARK " * 900 + "{ login } }", "400 TOO_MANY_DIRECTIVES"),
    document("a flood of arguments", "{ pupil(" + " ".join(f"a{number}: 1" for number in range(490)) + ") { name } }", "400 BAD_DOCUMENT"),
    document("a flood of variables", "query(" + " ".join(f"$a{number}: ID" for number in range(480)) + ") { me { login } }", "400 BAD_DOCUMENT"),
    document("a flood of unknown fields", "{" + " ".join(f"chidren{number}" for number in range(900)) + "}", "400 BAD_DOCUMENT"),
    document("a flood of operations", " ".join(f"query A{number} {{ me {{ login }} }}" for number in range(250)), "400 TOO_LONG"),
    document("deep fields", DEEP_FIELDS, "400 TOO_DEEP"),
    document("very deep fields", "{" + nest("me {", "login", "}", 5000) + "}", "400 TOO_DEEP"),
    document("deep inline fragments", "{" + nest("... on Query {", "me { login }", "}", 150) + "}", "400 TOO_DEEP"),
    document("deep lists", "{ updates(children: " + nest("[", "", "]", 190) + ") { cursor } }", "400 TOO_DEEP"),
    document("very deep lists", "{ updates(children: " + nest("[", "", "]", 900) + ") { cursor } }", "400 TOO_DEEP"),
    document("deep objects", "{ updates(children: " + nest("{a: ", "1", "}", 150) + ") { cursor } }", "400 TOO_DEEP"),
    document("deep types", "query($a: " + nest("[", "ID", "]", 190) + ") { updates(children: $a) { cursor } }", "400 TOO_DEEP"),
    document("a long page of long pages", "{ pupils(first: 100) { edges { node { " + "name " * 250 + "} } } }", "400 TOO_COSTLY"),
    document("introspection", "{ __schema { types { name fields { name type { name } } } } }", None),
    document("introspection ten times", aliases("__schema { types { name fields { name } } }", 10), "400 TOO_COSTLY"),
    document("deep introspection", "{ __schema { types { " + nest("fields { type {", "name", "} }", 6) + " } } }", "400 BAD_DOCUMENT"),
    document("probing for names", "{ mee { logim } }", "400 BAD_DOCUMENT"),
    document("an unknown kind of operation", "frobnicate { me { login } }", "400 BAD_DOCUMENT"),
    document("a subscription over HTTP", "subscription { updates { __typename } }", "400 BAD_DOCUMENT"),
    document("an operation that is not there", "query A { me { login } }", "400 BAD_DOCUMENT", operation=MARKER),
    document("a definition of types", "type Query { MARK: Int } extend type Query { me: Int }", "400 BAD_DOCUMENT"),
    document("deferred", "{ ... @defer { me { login } } }", "400 BAD_DOCUMENT"),
    document("a comment without end", "{ me { login } } #" + MARKER * 3_000, "400 TOO_LONG"),
    document("a megabyte of commas", "{" + "," * 900_000 + "me { login } }", "400 TOO_LONG"),
    document("a block string of line breaks", '{ pupil(id: """' + "\\n" * 15_000 + '""") { name } }', "200 NOT_FOUND"),
    document("letters upon letters", '{ pupil(id: "' + "a" + "\u0301\u202e" * 14_000 + '") { name } }', "200 NOT_FOUND"),
    document("NUL", '{ pupil(id: "\\u0000MARKER") { name } }', "200 NOT_FOUND"),
    document("NUL in the document", "{ pupil\0 { name } }", "400 BAD_DOCUMENT"),
    document("half a letter", '{ pupil(id: "\\ud800") { name } }', "400 BAD_DOCUMENT"),
    document("a huge integer", "{ updates(first: " + "9" * 30_000 + ") { cursor } }", "400 BAD_DOCUMENT"),
    document("a huge float", "{ updates(first: 1e99999) { cursor } }", "400 BAD_DOCUMENT"),
    document("wrong types", "query($a: Int!) { updates(first: $a) { cursor } }", "400 BAD_DOCUMENT", {"a": {"MARKER": MARKER}}),
    document("ten times 1,990 marks", aliases(GIVE, 10, "mutation").replace(" Q ", " Q($a: GiveMarksInput!) "), "400 TOO_MANY_VALUES", marks(1_990)),
    document("more marks than are read", aliases(GIVE, 1, "mutation").replace(" Q ", " Q($a: GiveMarksInput!) "), "200", marks(399)),
    document("4,900 readers", BIND, "400 TOO_MANY_VALUES", readers(4_900)),
    document("more readers than are read", BIND, "200", readers(990)),
    document("20,000 values", "query($a: [ID!]) { updates(children: $a) { cursor } }", "400 TOO_MANY_VALUES", {"a": [MARKER, *["x"] * 20_000]}),
]

REQUESTS = [
    known("20,000 values for a known document", {"a": [MARKER, *["x"] * 20_000]}, "400 TOO_MANY_VALUES"),
    known("deep values", {"a": json.loads(nest("[", "", "]", 400))}, "400 TOO_DEEP"),
    body("a document that nobody knows", json.dumps({"documentId": f"sha256:{digest_of(MARKER)}"}), UNKNOWN),
    body("10 MB", ten_megabytes, "413 TOO_LARGE"),
    body("10 MB, declared", b" " * 10_485_760, "413 TOO_LARGE"),
    body("a batch", json.dumps([{"query": "{ me { login } }"}] * 1000), "400 BAD_REQUEST"),
    body("no JSON", b"\xff\xfe" * 1000, "400 BAD_REQUEST"),
    body("very deep JSON", b'{"query":"{me{login}}","variables":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, "400 BAD_REQUEST"),
    body("half a letter in JSON", b'{"query":"{me{login}}","variables":{"a":"\\ud800"}}', "400 BAD_REQUEST"),
    body("a query by GET", b"", "405", method="GET", path="/graphql?query={me{login}}&operationName=" + MARKER),
    body("a mutation by GET", b"", "405", method="GET", path="/graphql?query=mutation{signOut{__typename}}"),
    body("a form", b"query=mutation{signOut{__typename}}", "415 BAD_MEDIA_TYPE", content_type="application/x-www-form-urlencoded"),
    body("a multipart form", multipart(), "415 BAD_MEDIA_TYPE", content_type="multipart/form-data; boundary=x"),
    body("plain text", b'{"query":"mutation{signOut{__typename}}"}', "415 BAD_MEDIA_TYPE", content_type="text/plain"),
    body("no type", b'{"query":"mutation{signOut{__typename}}"}', "415 BAD_MEDIA_TYPE", content_type=""),
    body("a decompression bomb", gzip.compress(b" " * 50_000_000), "415 BAD_MEDIA_TYPE", content_encoding="gzip"),
    both(body("another site's page", b'{"query":"mutation{signOut{__typename}}"}', "403 BAD_ORIGIN", origin="https://evil.example")),
    both(body("a page without a site", b'{"query":"mutation{signOut{__typename}}"}', "403 BAD_ORIGIN", origin="null")),
    request("a page that came without encryption", lambda target: target.send(
        b'{"query":"mutation{signOut{__typename}}"}', origin=f"http://{target.host}"), "403 BAD_ORIGIN"),
    both(request("a cookie without an origin", lambda target: target.send(
        b'{"query":"mutation{signOut{__typename}}"}', authorization="", cookie=f"__Host-school={target.token}; school={target.token}"), "403 BAD_ORIGIN")),
    body("an upload to the gateway without a signature", b'{"query":"{ passList { __typename } }"}', "401 UNSIGNED", path="/gateway"),
    body("a place with a slash behind it", b"", "404", method="GET", path="/graphql/", host="evil.example"),
    body("figures that are for the operator", b"", "404", method="GET", path="/metrics"),
    body("a place that is not there", b"", "404", method="GET", path=f"/{MARKER}/%00/../../etc/passwd"),
    raw("no HTTP", b"\x16\x03\x01\x02\x00" * 100, expected="400"),
    raw("two lengths", HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", expected="400"),
    raw("a negative length", HEAD + b"Content-Length: -1\r\n\r\n{}", expected="400"),
    raw("a body shorter than it claims", HEAD + b"Content-Length: 1000\r\n\r\n{}", expected="408"),
    raw("headers without end", HEAD, *[b"X-" + b"a" * 1000 + b": b\r\n"] * 2000, expected="closed"),
    raw("a header without end", HEAD + b"X-Long: ", *[b"x" * 10_000] * 200, expected="closed"),
    request("slow bodies", slow_bodies, "408"),
]

SOCKETS = [
    both(socket("a socket of another site", [], "403", Origin="https://evil.example")),
    both(socket("a socket with a cookie and no origin", [], "403", Cookie="__Host-school=x; school=x")),
    socket("the legacy protocol", [{"type": "connection_init"}], "closed 4406", protocol="graphql-ws", init=False),
    socket("a subscription without sign-in", [SUBSCRIBE], "closed 4401", init=False),
    socket("a flood of pings", ['{"type":"ping"}'] * 5000, "closed 4429"),
    socket("a flood of subscriptions", [{**SUBSCRIBE, "id": str(number), "payload": {"query": OWN["watch"]}} for number in range(21)],
           "error TOO_MANY_SUBSCRIPTIONS"),
    socket("one subscription, begun and ended for ever", [
        {**SUBSCRIBE, "payload": {"query": OWN["watch"]}}, {"type": "complete", "id": MARKER}] * 500, "closed 4429"),
    socket("a huge message", [json.dumps({**SUBSCRIBE, "id": "x" * 100_000})], "closed 1009"),
    socket("a binary message", [b"\0" * 1000], "closed 4400"),
    socket("a deep message", ['{"type":"subscribe","id":' + "[" * 30_000], "closed 4400"),
    socket("a message of another shape", [{"type": "subscribe", "id": [MARKER], "payload": MARKER}], "closed 4400"),
    Attack("a foreign document over a socket", lambda target: target.socket([json.dumps({**SUBSCRIBE, "payload": {"query": chain(85, 1)}})]),
           {Mode.DEMO: "error TOO_LONG", Mode.PRODUCTION: "error UNKNOWN_DOCUMENT"}),
    Attack("a subscription without its field", lambda target: target.socket([
        json.dumps({**SUBSCRIBE, "payload": {"query": "subscription { updates @skip(if: true) { __typename } }"}})]), {Mode.DEMO: "error BAD_DOCUMENT"}),
    Attack("a flood of documents that nobody has seen", strange_subscriptions, {Mode.DEMO: "error TOO_MANY_DOCUMENTS"}, cpu=2.0),
    request("more sockets than an address may have", many_sockets, "closed 4429"),
    request("more sockets that say nothing than an address may have", silent_sockets, "403")._replace(cpu=1.0),  # so many handshakes
    socket("an id that would be repeated in each answer", [{**SUBSCRIBE, "id": "x" * 16_000}], "closed 4400"),
    request("a flood of pings whose pongs nobody reads", deaf_pings, "closed")._replace(cpu=1.0),  # before it has filled the kernel's buffers
]

ATTACKS = [*DOCUMENTS, *REQUESTS, *SOCKETS]
