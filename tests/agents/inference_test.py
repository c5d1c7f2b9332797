#!/usr/bin/env python3
"""The query encoder as other programs call it: Open Inference Protocol v2, OpenAI's embeddings, and Quarry itself.

    inference_test.py QUARRY MODEL-FOLDER

With PyPI's tritonclient[http] and openai where they are installed.
"""
import base64
import http.client
import json
import struct
import sys
import time
import urllib.parse

import served


def check_protocol(base):
    assert served.get_json(f"{base}/v2")["name"] == "quarry"
    for probe in ("live", "ready"):
        assert served.request(f"{base}/v2/health/{probe}")[0] == 200
    name = served.get_json(f"{base}/v1/status")["index"]["model"]
    model = f"{base}/v2/models/{urllib.parse.quote(name)}"
    about = served.get_json(model)
    assert about["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}], about
    size = about["outputs"][0]["shape"][1]
    assert served.get_json(f"{model}/versions/1")["name"] == name
    assert served.get_json(f"{model}/ready")["ready"] is True

    texts = ["open a file", "sum of prices", "ünïcode ☃", ""]
    asked = {"id": "42", "inputs": [{"name": "text", "shape": [4], "datatype": "BYTES", "data": texts}]}
    status, _, body = served.request(f"{model}/infer", asked)
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
    status, headers, body = served.request(f"{model}/infer", head + packed, {
        "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))})
    assert status == 200, (status, body)
    cut = int({k.lower(): v for k, v in headers.items()}["inference-header-content-length"])
    binary = struct.unpack(f"<{size}f", body[cut:])
    assert list(binary) == [struct.unpack("<f", struct.pack("<f", x))[0] for x in rows[0]]

    for path, sent, wanted in ((f"{base}/v2/models/nobody/infer", asked, 404), (f"{model}/versions/2/infer", asked, 404),
                               (f"{model}/infer", {}, 400), (f"{model}/infer", {"inputs": []}, 400),
                               (f"{model}/infer", {"inputs": [{**asked["inputs"][0], "shape": [9]}]}, 400),
                               (f"{model}/infer", {"inputs": [{**asked["inputs"][0], "datatype": "FP32"}]}, 400)):
        status, _, body = served.request(path, sent)
        assert status == wanted, (path, status, body)
        assert isinstance(json.loads(body)["error"], str)
    assert served.request(f"{model}/infer", b"{not json", {"Content-Type": "application/json"})[0] == 400

    # Triton's clients name no type of the body; a wrong one is refused.
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)
    connection.request("POST", urllib.parse.urlsplit(model).path + "/infer", json.dumps(asked).encode())
    untyped = connection.getresponse()
    assert untyped.status == 200 and json.loads(untyped.read()) == answer
    connection.close()
    assert served.request(f"{model}/infer", json.dumps(asked).encode(), {"Content-Type": "text/plain"})[0] == 415

    # OpenAI's shape.
    status, _, body = served.request(f"{base}/v1/embeddings", {"model": name, "input": texts})
    assert status == 200, (status, body)
    answer = json.loads(body)
    assert answer["object"] == "list" and answer["usage"]["total_tokens"] > 0
    assert [entry["embedding"] for entry in answer["data"]] == rows
    one = served.request(f"{base}/v1/embeddings", {"model": name, "input": texts[0], "encoding_format": "base64"})[2]
    raw = base64.b64decode(json.loads(one)["data"][0]["embedding"])
    assert struct.unpack(f"<{size}f", raw) == binary
    for sent, wanted in (({"model": name}, 400), ({"model": "nobody", "input": "x"}, 404), ({"model": name, "input": []}, 400),
                         ({"model": name, "input": [1, 2]}, 400), ({"model": name, "input": "x", "dimensions": 3}, 400),
                         ({"model": name, "input": "x", "encoding_format": "hex"}, 400), ({"input": "x"}, 400),
                         ({"model": name, "input": "x", "input_type": "song"}, 400), ([], 400)):
        status, _, body = served.request(f"{base}/v1/embeddings", sent)
        assert status == wanted, (sent, status, body)
        assert json.loads(body)["error"]["message"]
    return name, size, rows


def check_triton_client(base, name, rows):
    try:
        import numpy
        import tritonclient.http as triton
    except ImportError as error:
        print(f"tritonclient: not tried ({error})")
        return
    with triton.InferenceServerClient(base.removeprefix("http://")) as client:
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


def check_openai_client(base, name, rows):
    try:
        import openai
    except ImportError as error:
        print(f"openai: not tried ({error})")
        return
    client = openai.OpenAI(base_url=f"{base}/v1", api_key="none", max_retries=0)
    answer = client.embeddings.create(model=name, input=["open a file", "sum of prices"])  # asks for base64
    for entry, row in zip(answer.data, rows):
        assert [struct.unpack("<f", struct.pack("<f", x))[0] for x in row] == list(entry.embedding)
    try:
        client.embeddings.create(model="nobody", input="x")
        raise AssertionError("an unknown model is served")
    except openai.NotFoundError as error:
        assert "nobody" in str(error)
    print("openai: equal")


def check_quarry(program, top, base, name):
    """An index whose vectors come from the server ranks as the one with the model at hand."""
    local = json.loads(served.run(program, top, "search", "--json", "--index", top / "index", "--model", MODEL, "sum of prices"))
    assert local["index"]["model"], local
    def rank(address, folder):
        served.run(program, top, "index", "-q", "--index", folder, "--model", address, top / "shop")
        answer = json.loads(served.run(program, top, "search", "--json", "--index", folder, "--model", address, "sum of prices"))
        assert answer["index"]["model"] == name, answer
        return [(r["path"], r["name"], r["score"]) for r in answer["results"]]

    wanted = [(r["path"], r["name"], r["score"]) for r in local["results"]]
    assert rank(f"{base}/v2/models/{name}", top / "remote") == wanted
    # OpenAI's protocol knows no sides: code is encoded as queries are, which shifts scores.
    assert rank(f"{base}/v1/embeddings#{name}", top / "openai")[0][:2] == wanted[0][:2]
    print("quarry: equal")


def check_query_encoder(program, top, base, name):
    """A server that has its query vectors from another one, until that one is gone."""
    question = "v1/search?q=sum%20of%20prices"
    whole = served.get_json(f"{base}/{question}")
    flags = ("--index", top / "index", "--model", MODEL, "--query-encoder", f"{UPSTREAM[0]}/v2/models/{name}",
             "--query-encoder-budget", "1000")
    with served.serve(program, top, *flags) as second:
        answer = served.get_json(f"{second}/{question}")
        assert "degraded" not in answer, answer
        assert [r["score"] for r in answer["results"]] == [r["score"] for r in whole["results"]]
        UPSTREAM[1].hang()
        slow = []
        for _ in range(12):
            began = time.monotonic()
            answer = served.get_json(f"{second}/{question}")
            slow.append(time.monotonic() - began)
            assert "degraded" in answer and answer["results"], answer
            assert answer["index"]["model"] == ""
        assert sum(took > 0.9 for took in slow) <= 5, slow   # then nobody waits for it
        UPSTREAM[1].go_on()
        until = time.monotonic() + 30
        while "degraded" in served.get_json(f"{second}/{question}"):
            assert time.monotonic() < until, "it does not come back"
            time.sleep(0.2)
    print("query encoder: degraded and back")


class Relay:
    """Bytes from a port of its own to a server's, until told to hang: then it takes connections and says nothing."""

    def __init__(self, address):
        import socket
        import threading
        host, port = address.removeprefix("http://").split(":")
        self.target = (host, int(port))
        self.hanging = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def hang(self):
        self.hanging.set()

    def go_on(self):
        self.hanging.clear()

    def accept(self):
        import socket
        import threading
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source, sink):
        try:
            while data := source.recv(65536):
                while self.hanging.is_set():
                    time.sleep(0.05)
                sink.sendall(data)
        except OSError:
            pass
        finally:
            sink.close()


MODEL = sys.argv[2]
UPSTREAM = []


def test(program):
    with served.folder() as top:
        served.write_code(top)
        served.run(program, top, "index", "-q", "--index", top / "index", "--model", MODEL, top / "shop")
        with served.serve(program, top, "--index", top / "index", "--model", MODEL) as base:
            name, _, rows = check_protocol(base)
            check_triton_client(base, name, rows)
            check_openai_client(base, name, rows)
            check_quarry(program, top, base, name)
            relay = Relay(base)
            UPSTREAM[:] = [relay.address, relay]
            check_query_encoder(program, top, base, name)


if __name__ == "__main__":
    test(sys.argv[1])
    print("ok")
