"""Write the gallery of the landing page when the site is built: every model with its image.

An item of a list `- [MODEL](models/MODEL.md): sentence` becomes a card that opens the command and
the options of the model's quick preset.
"""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

from kerasgan import registry

_IMAGES = Path(__file__).parent / "images"
_ITEM = re.compile(r"^- \[(\S+)\]\((models/\S+\.md)\): (.*)$", re.MULTILINE)
_CARD = """\
<details class="model" markdown>
<summary markdown="span">{image}**{model}**: {sentence}</summary>

```console
kerasgan train {model} --preset quick
```

[{model}: losses, networks, results]({page})

```json title="config of this preset"
{config}
```

</details>
"""


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the items of the list; MkDocs calls this for every page."""
    return _ITEM.sub(_card, markdown)


def _card(found: re.Match[str]) -> str:
    model, page, sentence = found.groups()
    config = registry.config_class(model).from_preset("quick")
    image = f"![Images by {model}](images/{model}.png)"
    return _CARD.format(
        image=image if (_IMAGES / f"{model}.png").exists() else "",
        model=model,
        sentence=sentence,
        page=page,
        config=json.dumps(dataclasses.asdict(config), indent=2),
    )
