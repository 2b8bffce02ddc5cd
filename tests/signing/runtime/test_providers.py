import builtins

import pytest
from fake_tensorrt import CPU, CUDA, TENSORRT
from small_graphs import inputs, write_graph

from nsa_ros.errors import NsaError
from nsa_ros.signing.engine_building import build_engine
from nsa_ros.signing.runtime import providers
from nsa_ros.signing.runtime.providers import choose_provider, open_session, run_session, session_options

pytest.importorskip("onnx", reason="graphs for tests are written with onnx")


@pytest.fixture
def graph(tmp_path):
    return write_graph(tmp_path / "models" / "default" / "sampler_4.onnx")


@pytest.fixture
def options():
    return session_options()


def test_auto_takes_tensorrt_where_its_engine_is_built(machine, graph, options):
    build_engine(graph)
    assert choose_provider("auto", graph, options) == ("tensorrt", "provider tensorrt")


def test_without_an_engine_auto_takes_cuda_builds_nothing_and_names_the_command(machine, graph, options):
    choice = choose_provider("auto", graph, options)
    assert choice.name == "cuda"
    assert choice.reason == (
        "provider cuda (tensorrt: no engine built for sampler_4.onnx of this bundle, GPU and TensorRT version; "
        "build it with `nsa export --tensorrt default`)"
    )
    assert machine.builds == []


def test_tensorrt_asked_for_without_an_engine_is_an_error_that_names_the_command(machine, graph, options):
    for ask in (lambda: choose_provider("tensorrt", graph, options), lambda: open_session(graph, "tensorrt", options)):
        with pytest.raises(NsaError, match="build it with `nsa export --tensorrt default`"):
            ask()
    assert machine.builds == []


def test_tensorrt_needs_an_engine_for_every_graph_that_will_be_opened(machine, graph, options):
    build_engine(graph)
    other = write_graph(graph.with_name("sampler_16.onnx"))
    choice = choose_provider("auto", graph, options, graphs=iter([graph, other]))
    assert choice.name == "cuda"
    assert "no engine built for sampler_16.onnx" in choice.reason
    with pytest.raises(NsaError, match=r"no engine built for sampler_16\.onnx"):
        choose_provider("tensorrt", graph, options, graphs=(file for file in (graph, other)))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"version": None}, "tensorrt: TensorRT is not installed (libnvinfer.so.10: cannot open shared object file)"),
        ({"works": {CUDA, CPU}}, "tensorrt: the libraries of tensorrt do not load"),
        ({"compiled": [CUDA, CPU]}, "tensorrt: not in this onnxruntime 9.9"),
    ],
)
def test_each_cause_that_keeps_tensorrt_away_is_said(machine, graph, options, setting, said):
    build_engine(graph)
    for name, value in setting.items():
        setattr(machine, name, value)
    choice = choose_provider("auto", graph, options)
    assert choice.name == "cuda"
    assert said in choice.reason


def test_without_a_gpu_one_line_says_so_once(machine, graph, options):
    machine.gpu = None
    choice = choose_provider("auto", graph, options)
    assert choice.name == "cpu"
    assert choice.reason.count("no NVIDIA driver here") == 1
    assert choice.reason.startswith("provider cpu (tensorrt, cuda: ")
    with pytest.raises(NsaError, match=r"'cuda' does not work here: no NVIDIA driver.*Use `auto` or `cpu`"):
        choose_provider("cuda", graph, options)


def test_a_provider_that_silently_falls_back_is_not_taken(machine, graph, options, monkeypatch):
    machine.works = {CPU}
    monkeypatch.setattr(providers, "load_cuda", lambda ort: "libcudnn.so.9")
    choice = choose_provider("auto", graph, options)
    assert choice.name == "cpu"
    assert "cuda: the libraries of cuda do not load (missing: libcudnn.so.9)" in choice.reason
    with pytest.raises(NsaError, match="the libraries of cuda do not load"):
        open_session(graph, "cuda", options)


def test_a_gpu_without_memory_is_passed_over_and_explained(machine, graph, options):
    machine.fail = RuntimeError("CUDA failure 2: out of memory ; GPU=0 ; hostname=x")
    choice = choose_provider("auto", graph, options)
    assert choice.name == "cpu"
    assert "out of memory of the GPU" in choice.reason
    with pytest.raises(NsaError, match=r"cannot load .*sampler_4\.onnx on cuda: out of memory of the GPU"):
        open_session(graph, "cuda", options)


def test_8_bit_graphs_stay_on_the_cpu(machine, graph, options):
    small = write_graph(graph.with_name("sampler_4.int8.onnx"))
    assert choose_provider("auto", small, options).name == "cpu"
    for name in ("cuda", "tensorrt"):
        for ask in (choose_provider, lambda n, g, o: open_session(g, n, o)):
            with pytest.raises(NsaError, match="8-bit graphs run on the CPU only"):
                ask(name, small, options)


def test_cuda_multiplies_in_full_precision(machine, graph, options):
    open_session(graph, "cuda", options)
    assert machine.options[CUDA] == {"use_tf32": "0"}


def test_what_goes_wrong_while_it_runs_is_explained_where_it_is_known(machine, graph, options, monkeypatch):
    session = open_session(graph, "cuda", options)
    assert run_session(session, ["channels"], inputs(2))[0].shape == (2, 4, 3)
    known = {
        "CUDA failure 2: out of memory ; GPU=0": "out of memory of the GPU",
        "Failed to allocate memory for requested buffer of size 64000000": "64.0 MB more were wanted",
        "something else": "ONNX Runtime failed on cuda: something else",
    }
    for text, said in known.items():

        def fail(names, inputs, text=text):
            raise RuntimeError(text)

        monkeypatch.setattr(session, "run", fail)
        with pytest.raises(NsaError, match=said):
            run_session(session, ["channels"], inputs(2))


def test_an_engine_refuses_more_streams_than_it_was_built_for(machine, graph, options):
    build_engine(graph)
    session = open_session(graph, "tensorrt", options)
    assert session.get_providers()[0] == TENSORRT
    assert len(session.run(["channels"], inputs(64))[0]) == 64
    with pytest.raises(NsaError, match="65 streams in one call, the TensorRT engine takes 64"):
        run_session(session, None, inputs(65))


def test_an_engine_that_onnx_runtime_does_not_take_is_an_error_not_a_wait(machine, graph, options):
    build_engine(graph)
    machine.rebuilds = True
    with pytest.raises(NsaError, match="built another one"):
        open_session(graph, "tensorrt", options)


def test_an_unknown_name_lists_the_known_ones(graph, options):
    with pytest.raises(NsaError, match="auto, tensorrt, cuda, cpu"):
        choose_provider("rocm", graph, options)


def test_without_onnxruntime_the_extras_are_named(monkeypatch):
    honest = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "onnxruntime":
            raise ImportError("No module named 'onnxruntime'")
        return honest(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(NsaError, match=r"'\.\[cpu\]'.*\.\[gpu\]"):
        providers.runtime()


def test_sessions_do_not_spin(tmp_path):
    options = session_options(3)
    assert options.intra_op_num_threads == 3
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(NsaError, match=r"cannot load .*broken\.onnx"):
        open_session(broken, "cpu", options)


def test_the_real_onnxruntime_of_a_machine_without_gpu_says_why_it_is_the_cpu(graph, options):
    if "CUDAExecutionProvider" in providers.runtime().get_available_providers():
        pytest.skip("this onnxruntime is for GPUs; tests/gpu is for it")
    choice = choose_provider("auto", graph, options)
    assert choice.name == "cpu"
    assert "tensorrt, cuda: not in this onnxruntime" in choice.reason
    session = open_session(graph, "cpu", options)
    assert session.run(["channels"], inputs(3))[0].shape == (3, 4, 3)
