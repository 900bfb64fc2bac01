"""The border to ONNX Runtime: who computes, in which order, and what its errors become."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import anyio
import numpy as np
import onnxruntime
import pytest

import graphs
from limn.errors import BadSettings, EyesAway, NotServed
from limn.vision.onnx import open_clip
from limn.vision.onnx.sessions import Graph as Lazy
from limn.vision.onnx.sessions import Session, aside, choose
from tiny_nodes import Graph, floats

CPU = ["CPUExecutionProvider"]


def test_nothing_said_is_the_cpu() -> None:
    assert choose("") == choose("  ") == choose(",") == CPU


@pytest.mark.parametrize("name", ["CPU", "cpu", "CPUExecutionProvider", " cpu , CPUExecutionProvider"])
def test_a_provider_is_known_by_its_short_and_by_its_full_name(name: str) -> None:
    assert choose(name) == CPU


def test_a_provider_that_is_not_installed_is_told_with_those_that_are(tmp_path: Path) -> None:
    absent = next(name for name in onnxruntime.get_all_providers() if name not in onnxruntime.get_available_providers())
    for name in (absent, absent.removesuffix("ExecutionProvider"), "NoSuchThing"):
        with pytest.raises(BadSettings, match=rf"^LIMN_ONNX_PROVIDERS: {name} is not installed; .* has .*CPU"):
            choose(f"CPU,{name}")
    with pytest.raises(BadSettings, match="NoSuchThing is not installed"):
        open_clip(graphs.write_clip(tmp_path), providers="NoSuchThing", revision="")


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
def test_inference_gives_way_to_everything_else(tmp_path: Path) -> None:
    """Whichever thread asks, those that compute are others, all of a lower priority."""
    script = """if True:
        import os, sys, threading
        from pathlib import Path
        import numpy as np
        from limn.vision.onnx.sessions import Session
        session = Session(Path(sys.argv[1]), ["CPUExecutionProvider"])
        session.run({"pixel_values": np.zeros((1, 3, 32, 32), np.float32)}, ["image_embeds"])
        mine = threading.get_native_id()
        nice = {int(task): os.getpriority(os.PRIO_PROCESS, int(task)) for task in os.listdir("/proc/self/task")}
        print(nice.pop(mine), len(nice) >= 1, min(nice.values()))
    """
    path = graphs.write_clip(tmp_path) / "onnx/vision_model_quantized.onnx"
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # numpy would start threads of its own
    done = subprocess.run(
        [sys.executable, "-c", script, path], check=False, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == [str(usual), "True", str(min(usual + 10, 19))], done.stderr


async def test_a_question_waits_for_one_inference_and_not_for_a_whole_line_of_them(tmp_path: Path) -> None:
    """A single text that is asked for after four hundred is answered before they are."""
    clip = open_clip(graphs.write_clip(tmp_path), providers="", revision="")
    await clip.warm_up()
    many = ["red " * 70] * 400
    ended: dict[str, float] = {}

    async def ask(name: str, texts: list[str]) -> None:
        await clip.embed_texts(texts)
        ended[name] = time.monotonic()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, "many", many)
        await anyio.sleep(0.005)
        tasks.start_soon(ask, "one", ["blue"])
    assert ended["one"] < ended["many"]


async def test_waiting_for_a_model_holds_up_nobody_who_waits_for_a_file() -> None:
    """More questions than there are threads for them, none of which ends; other threads are still to be had."""
    gate = threading.Event()
    async with anyio.create_task_group() as tasks:
        for _ in range(60):
            tasks.start_soon(aside, gate.wait, 20)
        with anyio.fail_after(5):
            assert await anyio.to_thread.run_sync(lambda: "a file") == "a file"
        gate.set()


async def test_it_works_in_one_event_loop_after_another(tmp_path: Path) -> None:
    clip = open_clip(graphs.write_clip(tmp_path), providers="", revision="")
    here = await clip.embed_texts(["red"])
    there = await anyio.to_thread.run_sync(lambda: anyio.run(clip.embed_texts, ["red"]))
    assert np.array_equal(here, there)


def test_what_a_graph_cannot_digest_is_told_in_one_line_with_its_name(tmp_path: Path) -> None:
    path = graphs.write_clip(tmp_path) / "onnx/vision_model_quantized.onnx"
    session = Session(path, CPU)
    with pytest.raises(NotServed, match=rf"^{path} cannot be used: ") as failed:
        session.run({"pixel_values": np.zeros((1, 3, 5, 5), np.float32)}, ["image_embeds"])
    assert "\n" not in failed.value.detail
    assert len(failed.value.detail) < 600
    with pytest.raises(NotServed, match="cannot be used"):
        session.run({}, ["image_embeds"])


@pytest.mark.parametrize("content", [b"", b"not a graph", None])
def test_a_file_that_is_no_graph_is_named(
    tmp_path: Path, content: bytes | None, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSettings, match=rf"^{path} cannot be used: "):
        Session(path, CPU)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("seed", range(3))
def test_no_broken_graph_raises_anything_else(tmp_path: Path, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    whole = (graphs.write_clip(tmp_path) / "onnx/text_model_quantized.onnx").read_bytes()
    chance, path, broken = np.random.default_rng(seed), tmp_path / "model.onnx", 0
    for turn in range(20):
        data = bytearray(whole[: chance.integers(len(whole))] if turn % 2 else whole)
        data[chance.integers(len(data))] = chance.integers(256)
        path.write_bytes(data)
        try:
            Session(path, CPU)
        except BadSettings:
            broken += 1
    assert broken > 5
    assert capfd.readouterr() == ("", "")


def test_a_graph_is_made_once_for_all_who_ask_at_the_same_time(tmp_path: Path) -> None:
    path = graphs.write_clip(tmp_path) / "onnx/vision_model_quantized.onnx"
    made: list[Session] = []

    def make(session: Session) -> Session:
        made.append(session)
        return session

    graph = Lazy(path, CPU, make)
    assert graph.loaded is None
    threads = [threading.Thread(target=graph.get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert graph.loaded is made[0]
    graph.drop()
    assert graph.loaded is None
    assert graph.get() is made[1]


def test_to_open_a_model_loads_neither_it_nor_the_libraries(tmp_path: Path) -> None:
    clip, captioner = graphs.write_clip(tmp_path / "clip"), graphs.write_captioner(tmp_path / "captioner")
    script = f"""
import sys
from pathlib import Path
from limn.vision.onnx import open_captioner, open_clip
open_clip(Path({str(clip)!r}), providers="", revision="").space
open_captioner(Path({str(captioner)!r}), providers="", revision="").model
print([name for name in ("onnxruntime", "tokenizers", "onnx") if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert found.stdout.strip() == "[]"


def test_what_does_not_fit_into_the_memory_may_be_asked_again_later(tmp_path: Path) -> None:
    graph = Graph()
    graph.node("Expand", "x", graph.integers(1 << 44), to="y")
    graph.save(tmp_path / "model.onnx", [floats("x", 1)], [floats("y", "n")])
    session = Session(tmp_path / "model.onnx", CPU)
    with pytest.raises(EyesAway, match=r"model\.onnx: not enough memory"):
        session.run({"x": np.ones(1, np.float32)}, ["y"])
