import numpy as np
import onnxruntime
import pytest

from nsa_ros.signing.runtime.failures import explained

ARENA = (
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Mul node. Name:'Mul_1' "
    "Status Message: bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Failed to "
    "allocate memory for requested buffer of size 13111296\n"
)


@pytest.mark.parametrize(
    "text",
    [
        ARENA,
        "Memory allocation failed. Size=64",
        "std::bad_alloc",
        "CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; file=cuda_stream_handle.cc ; line=175",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);",
        "CUDNN failure 2: CUDNN_STATUS_ALLOC_FAILED",
        "Cuda Error in allocate: 2 (out of memory)",
        "Requested amount of GPU memory (1073741824 bytes) could not be allocated.",
    ],
)
def test_out_of_memory_is_known_by_each_of_its_texts(text):
    on_gpu, on_host = explained(RuntimeError(text), "cuda"), explained(RuntimeError(text), "cpu")
    assert on_gpu.startswith("out of memory of the GPU (provider cuda)")
    assert on_host.startswith("out of memory")
    assert "GPU" not in on_host
    for said in (on_gpu, on_host):
        assert "fewer streams in one call" in said
        assert "shorter queues" in said
    assert "provider cpu, or another GPU" in on_gpu


def test_what_was_wanted_is_said():
    assert "13.1 MB more were wanted" in explained(RuntimeError(ARENA), "cuda")
    assert explained(MemoryError(), "cpu").startswith("out of memory. Serve fewer")


@pytest.mark.parametrize("arena", [True, False])
def test_the_real_onnx_runtime_out_of_memory_is_known(arena):
    helper = pytest.importorskip("onnx.helper", reason="the graph is written with onnx")
    graph = helper.make_graph(
        [helper.make_node("ConstantOfShape", ["n"], ["zeros"])],
        "zeros",
        [helper.make_tensor_value_info("n", 7, [1])],
        [helper.make_tensor_value_info("zeros", 1, ["n"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena, options.log_severity_level = arena, 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    for size in (10**14, 2**62):
        with pytest.raises(Exception, match="ONNXRuntimeError") as caught:
            session.run(None, {"n": np.array([size])})
        assert explained(caught.value).startswith("out of memory")


def test_an_engine_that_cannot_be_read_names_the_command():
    error = RuntimeError("[ONNXRuntimeError] : 11 : EP_FAIL : TensorRT EP could not deserialize engine from cache: x")
    assert "`nsa export --tensorrt`" in explained(error, "tensorrt")


def test_a_missing_kernel_and_a_lost_gpu_are_known():
    kernel = "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation for LSTM(14) node"
    assert "precision fp32" in explained(RuntimeError(kernel), "cpu")
    assert "nvidia-smi" in explained(RuntimeError("CUDA failure 700: an illegal memory access was encountered"), "cuda")


def test_everything_else_is_left_to_its_own_words():
    assert explained(ValueError("Required inputs (['noise']) are missing from input feed")) is None
    assert explained(RuntimeError("CUDA failure 209: no kernel image is available")) is None
