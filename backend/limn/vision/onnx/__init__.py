"""Models on this machine, by ONNX Runtime. Nothing here loads it before something is asked."""

from limn.vision.onnx.captioner import LocalCaptioner, open_captioner
from limn.vision.onnx.clip import Clip, open_clip
from limn.vision.onnx.smoke import Smoke, smoke

__all__ = ["Clip", "LocalCaptioner", "Smoke", "open_captioner", "open_clip", "smoke"]
