"""GET /query as the page of the 2018 demo asked for it."""
import harness


class Demo(harness.Case):
    code_of = harness.SHOP

    def test_the_shape_that_the_page_declared(self):
        with harness.Server("--index", self.index) as server:
            answer = server.json("/query?q=exponential%20backoff")
            self.assertEqual(list(answer), ["result"])
            self.assertIn(len(answer["result"]), (1, 2))
            first = answer["result"][0]
            self.assertEqual((first["path"], first["function_name"]), ("net/retry.py", "retry_with_backoff"))
            self.assertEqual((first["nwo"], first["lineno"]), ("shop", "1"))
            self.assertTrue(first["original_function"].startswith("def retry_with_backoff"))
            for name in ("nwo", "path", "function_name", "lineno", "original_function", "score"):
                self.assertIsInstance(first[name], str)
            self.assertEqual(len(server.json("/query?q=cart&n=1")["result"]), 1)
            for bad in ("", "?q=", "?q=x&n=0", "?q=x&n=ten", "?q=x&n=99999", "?q=lang:klingon%20x"):
                answer = server.ask("GET", "/query" + bad)
                self.assertEqual(answer.status, 400, bad)
                self.assertTrue(answer.json["error"])


if __name__ == "__main__":
    harness.main()
