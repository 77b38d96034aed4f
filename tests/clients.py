"""Ask the page for images with many clients at once, and watch its errors and its memory.

python -m tests.clients -n 200 --seconds 120
"""

import http.cookiejar
import json
import re
import threading
import time
import urllib.request
from collections import Counter

import click
import psutil

from kerasgan.runs import directory
from tests.processes import start

RUNS = [str(directory.SHIPPED / model) for model in ("r3gan", "cyclegan")]


class Client:
    """A browser with cookies and a session of its own."""

    def __init__(self, page: str, session: str):
        self.page, self.session = page.split("/?")[0], session
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.opener.open(page, timeout=120).read()
        self.config = json.load(self.opener.open(f"{self.page}/config", timeout=120))

    def ask(self, fn: int, data: list) -> dict:
        """What the queue says at last of a function of the page."""
        content = {"data": data, "fn_index": fn, "session_hash": self.session}
        request = urllib.request.Request(
            f"{self.page}/gradio_api/queue/join",
            json.dumps(content).encode(),
            {"content-type": "application/json"},
        )
        self.opener.open(request, timeout=120).read()
        address = f"{self.page}/gradio_api/queue/data?session_hash={self.session}"
        with self.opener.open(address, timeout=300) as lines:
            for line in lines:
                message = json.loads(line.removeprefix(b"data:") or "{}") if line.strip() else {}
                if message.get("msg") == "process_completed":
                    return message
        return {"success": False, "output": {"error": "no answer"}}

    def prepare(self) -> int:
        """Load the page and choose the bundled runs, as a browser; return the images' function."""
        labels = {one["id"]: one["props"].get("label") for one in self.config["components"]}
        functions, runs = self.config["dependencies"], iter(RUNS)
        for event in ("load", "change"):
            for fn, one in enumerate(functions):
                if event in (name for _, name in one["targets"]):
                    data = [next(runs) if labels[i] == "Run" else None for i in one["inputs"]]
                    self.ask(fn, data)
        return next(
            fn
            for fn, one in enumerate(functions)
            if len(one["inputs"]) == 21 and "Images" in [labels.get(i) for i in one["outputs"]]
        )


def use(page: str, session: str, until: float, counts: Counter) -> None:
    """Ask for an image again and again."""
    try:
        client = Client(page, session)
        fn = client.prepare()
        while time.monotonic() < until:
            answer = client.ask(fn, [RUNS[0], "averaged", 1.0, 0, 1, "red", "red", *[None] * 14])
            problem = "" if answer["success"] else str(answer["output"].get("error"))
            counts[problem] += 1
    except Exception as error:
        counts[f"{type(error).__name__}: {error}"] += 1


@click.command()
@click.option("-n", "count", default=200, show_default=True, help="Number of clients.")
@click.option("--seconds", default=120.0, show_default=True)
def main(count: int, seconds: float) -> None:
    """Print answers, errors and the memory of the server; exit with code 1 after an error."""
    process = start("demo", "--port", 0)
    page = re.search(r"http://\S+", process.stdout.readline())[0]
    server, counts, memory = psutil.Process(process.pid), Counter(), []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=use, args=(page, f"session{number}", until, counts), daemon=True)
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            memory.append(server.memory_info().rss / 2**20)
            time.sleep(0.5)
    finally:
        process.terminate()
        process.communicate()
    answers = counts.pop("", 0)
    half = memory[len(memory) // 2]
    click.echo(
        f"{count} clients in {seconds:.0f} s: {answers} answers, {counts.total()} errors, "
        f"{half:.0f} MiB halfway, at most {max(memory):.0f} MiB"
    )
    for problem, times in counts.most_common(5):
        click.echo(f"{times} times {problem}")
    raise SystemExit(bool(counts))


if __name__ == "__main__":
    main()
