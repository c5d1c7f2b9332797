"""The query encoder as other programs call it: Open Inference Protocol v2, OpenAI's embeddings, and Quarry itself.

With PyPI's tritonclient[http] and openai where they are installed.
"""
import base64
import json
import socket
import struct
import threading
import time
import urllib.parse

import harness

MODEL = harness.ROOT / "models/default"


def request(server, target, body=None, headers=None):
    answer = server.ask("GET" if body is None else "POST", target, body, headers)
    return answer.status, answer.headers, answer.body



def check_protocol(server):
    assert server.json(f"/v2")["name"] == "quarry"
    for probe in ("live", "ready"):
        assert request(server, f"/v2/health/{probe}")[0] == 200
    name = server.json(f"/v1/status")["index"]["model"]
    model = f"/v2/models/{urllib.parse.quote(name)}"
    about = server.json(model)
    assert about["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}], about
    size = about["outputs"][0]["shape"][1]
    assert server.json(f"{model}/versions/1")["name"] == name
    assert server.json(f"{model}/ready")["ready"] is True

    texts = ["open a file", "sum of prices", "ünïcode ☃", ""]
    asked = {"id": "42", "inputs": [{"name": "text", "shape": [4], "datatype": "BYTES", "data": texts}]}
    status, _, body = request(server, f"{model}/infer", asked)
    assert status == 200, (status, body)
    answer = json.loads(body)
    assert answer["model_name"] == name and answer["id"] == "42"
    output = answer["outputs"][0]
    assert output["datatype"] == "FP32" and output["shape"] == [4, size]
    rows = [output["data"][i * size:(i + 1) * size] for i in range(4)]
    assert abs(sum(x * x for x in rows[0]) - 1) < 1e-4
    assert rows[0] != rows[1]

    # The same as binary tensors.
    head = json.dumps({"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 15}}],
                       "parameters": {"binary_data_output": True}}).encode()
    packed = struct.pack("<I", 11) + b"open a file"
    status, headers, body = request(server, f"{model}/infer", head + packed, {
        "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))})
    assert status == 200, (status, body)
    cut = int(headers["Inference-Header-Content-Length"])
    binary = struct.unpack(f"<{size}f", body[cut:])
    assert list(binary) == [struct.unpack("<f", struct.pack("<f", x))[0] for x in rows[0]]

    for path, sent, wanted in (("/v2/models/nobody/infer", asked, 404), (f"{model}/versions/2/infer", asked, 404),
                               (f"{model}/infer", {}, 400), (f"{model}/infer", {"inputs": []}, 400),
                               (f"{model}/infer", {"inputs": [{**asked["inputs"][0], "shape": [9]}]}, 400),
                               (f"{model}/infer", {"inputs": [{**asked["inputs"][0], "datatype": "FP32"}]}, 400)):
        status, _, body = request(server, path, sent)
        assert status == wanted, (path, status, body)
        assert isinstance(json.loads(body)["error"], str)
    assert request(server, f"{model}/infer", b"{not json", {"Content-Type": "application/json"})[0] == 400

    # Triton's clients name no type of the body; a wrong one is refused.
    connection = server.connection()
    connection.request("POST", f"{model}/infer", json.dumps(asked).encode())
    untyped = connection.getresponse()
    assert untyped.status == 200 and json.loads(untyped.read()) == answer
    connection.close()
    assert request(server, f"{model}/infer", json.dumps(asked).encode(), {"Content-Type": "text/plain"})[0] == 415

    # OpenAI's shape.
    status, _, body = request(server, f"/v1/embeddings", {"model": name, "input": texts})
    assert status == 200, (status, body)
    answer = json.loads(body)
    assert answer["object"] == "list" and answer["usage"]["total_tokens"] > 0
    assert [entry["embedding"] for entry in answer["data"]] == rows
    one = request(server, f"/v1/embeddings", {"model": name, "input": texts[0], "encoding_format": "base64"})[2]
    raw = base64.b64decode(json.loads(one)["data"][0]["embedding"])
    assert struct.unpack(f"<{size}f", raw) == binary
    for sent, wanted in (({"model": name}, 400), ({"model": "nobody", "input": "x"}, 404), ({"model": name, "input": []}, 400),
                         ({"model": name, "input": [1, 2]}, 400), ({"model": name, "input": "x", "dimensions": 3}, 400),
                         ({"model": name, "input": "x", "encoding_format": "hex"}, 400), ({"input": "x"}, 400),
                         ({"model": name, "input": "x", "input_type": "song"}, 400), ([], 400)):
        status, _, body = request(server, f"/v1/embeddings", sent)
        assert status == wanted, (sent, status, body)
        assert json.loads(body)["error"]["message"]
    return name, size, rows


def check_triton_client(server, name, rows):
    try:
        import numpy
        import tritonclient.http as triton
    except ImportError as error:
        print(f"tritonclient: not tried ({error})")
        return
    with triton.InferenceServerClient(f"127.0.0.1:{server.port}") as client:
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(name)
        assert client.get_model_metadata(name)["name"] == name
        for binary in (True, False):
            texts = triton.InferInput("text", [2], "BYTES")
            texts.set_data_from_numpy(numpy.array([b"open a file", b"sum of prices"], dtype=object), binary_data=binary)
            wanted = [triton.InferRequestedOutput("embedding", binary_data=binary)]
            answer = client.infer(name, [texts], outputs=wanted, request_id="7")
            vectors = answer.as_numpy("embedding")
            assert vectors.dtype == numpy.float32 and answer.get_response()["id"] == "7"
            assert numpy.array_equal(vectors, numpy.array(rows[:2], dtype=numpy.float32))
        vectors = client.infer(name, [texts]).as_numpy("embedding")  # outputs left to the server
        assert numpy.array_equal(vectors, numpy.array(rows[:2], dtype=numpy.float32))
    print("tritonclient: equal")


def check_openai_client(server, name, rows):
    try:
        import openai
    except ImportError as error:
        print(f"openai: not tried ({error})")
        return
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)
    answer = client.embeddings.create(model=name, input=["open a file", "sum of prices"])  # asks for base64
    for entry, row in zip(answer.data, rows):
        assert [struct.unpack("<f", struct.pack("<f", x))[0] for x in row] == list(entry.embedding)
    try:
        client.embeddings.create(model="nobody", input="x")
        raise AssertionError("an unknown model is served")
    except openai.NotFoundError as error:
        assert "nobody" in str(error)
    print("openai: equal")


def check_quarry(top, server, name):
    """An index whose vectors come from the server ranks as the one with the model at hand, but for the second look, which
    needs more of the model than its vectors."""
    def rank(model, folder):
        answer = json.loads(harness.run("search", "--json", "--index", folder, "--model", model, "--no-second-look",
                                        "sum of prices").stdout)
        assert answer["index"]["model"], answer
        return [(r["path"], r["name"], r["score"]) for r in answer["results"]]

    def index_and_rank(address, folder):
        harness.run("index", "-q", "--index", folder, "--model", address, top / "shop")
        return rank(address, folder)

    wanted = rank(MODEL, top / "index")
    assert index_and_rank(f"{server.url}/v2/models/{name}", top / "remote") == wanted
    # OpenAI's protocol knows no sides: code is encoded as queries are, which shifts scores.
    assert index_and_rank(f"{server.url}/v1/embeddings#{name}", top / "openai")[0][:2] == wanted[0][:2]
    print("quarry: equal")


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def check_query_encoder(top, server, name):
    """A server that has its query vectors from another one, until that one is gone."""
    question = "/v1/search?q=sum%20of%20prices"
    whole = server.json(question)
    relay = Relay(server.port)
    flags = ("--index", top / "index", "--model", MODEL, "--query-encoder", f"{relay.url}/v2/models/{name}",
             "--query-encoder-budget", "1000")
    with harness.Server(*flags) as second:
        answer = second.json(question)
        assert "degraded" not in answer, answer
        assert [r["score"] for r in answer["results"]] == [r["score"] for r in whole["results"]]
        # The trace goes on to the encoder, as a child of the server's own span; nobody else's question carries it.
        assert b"traceparent" not in relay.sent, relay.sent
        answered = second.ask("GET", question, headers={"traceparent": TRACE, "tracestate": "vendor=1"})
        span = answered.headers["traceparent"].encode()
        assert TRACE[3:35].encode() in span and TRACE[36:52].encode() not in span
        assert b"traceparent: " + span in relay.sent and b"tracestate: vendor=1" in relay.sent, relay.sent
        assert relay.sent.count(b"traceparent") == 1
        relay.hang()
        slow = []
        for _ in range(12):
            began = time.monotonic()
            answer = second.json(question)
            slow.append(time.monotonic() - began)
            assert "degraded" in answer and answer["results"], answer
            assert answer["index"]["model"] == ""
        assert sum(took > 0.9 for took in slow) <= 5, slow   # then nobody waits for it
        relay.go_on()
        until = time.monotonic() + 30
        while "degraded" in second.json(question):
            assert time.monotonic() < until, "it does not come back"
            time.sleep(0.2)
    print("query encoder: traced, degraded and back")


def check_missing_model(top):
    """An index whose model is not installed is served by words, and everybody is told."""
    with harness.Server("--index", top / "remote") as server:
        warned = [line for line in server.lines if "by words only" in line]
        assert len(warned) == 1 and "--model" in warned[0], server.lines
        answer = server.json("/v1/search?q=sum%20of%20prices")
        assert "not installed" in answer["degraded"] and answer["results"] and answer["index"]["model"] == "", answer
        assert "degraded" not in server.json("/v1/search?q=sum%20of%20prices&vectors=0")
        assert server.json("/v1/status")["capabilities"]["vectors"] is False
        assert b"quarry_search_degraded_total 1\n" in server.ask("GET", "/metrics").body
    with harness.Server("--index", top / "remote", "--no-vectors") as server:
        assert not [line for line in server.lines if "warning" in line], server.lines
        assert "degraded" not in server.json("/v1/search?q=sum%20of%20prices")
    print("missing model: said")


class Relay:
    """Bytes from a port of its own to a server's, until told to hang: then it takes connections and says nothing."""

    def __init__(self, port):
        self.target = ("127.0.0.1", port)
        self.hanging = threading.Event()
        self.sent = b""  # to the server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def hang(self):
        self.hanging.set()

    def go_on(self):
        self.hanging.clear()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            threading.Thread(target=self.copy, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.copy, args=(server, client, False), daemon=True).start()

    def copy(self, source, sink, note):
        try:
            while data := source.recv(65536):
                while self.hanging.is_set():
                    time.sleep(0.05)
                if note:
                    self.sent += data
                sink.sendall(data)
        except OSError:
            pass
        finally:
            sink.close()


def test():
    with harness.folder() as top:
        harness.write_code(top, harness.SHOP)
        harness.run("index", "-q", "--index", top / "index", "--model", MODEL, top / "shop")
        # Scores are compared with those of vectors from elsewhere, which a second look does not go with.
        with harness.Server("--index", top / "index", "--model", MODEL, "--no-second-look") as server:
            name, _, rows = check_protocol(server)
            check_triton_client(server, name, rows)
            check_openai_client(server, name, rows)
            check_quarry(top, server, name)
            check_query_encoder(top, server, name)
        check_missing_model(top)


if __name__ == "__main__":
    test()
    print("ok")
