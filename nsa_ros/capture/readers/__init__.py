"""Landmarks of a signer as detectors write them, in one form (docs/fitting.md): what clips are there, and each of them.

```python
references = clips_in(Path("recordings"))
landmarks = read_clip(references[0], ReadOptions(fps=25))
```
"""

from nsa_ros.capture.readers.finding import clips_in
from nsa_ros.capture.readers.options import ClipReference, ReadOptions
from nsa_ros.capture.readers.reading import read_clip

__all__ = ["ClipReference", "ReadOptions", "clips_in", "read_clip"]
