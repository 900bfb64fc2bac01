// Nothing hangs at this address.

import "../elements/search-box.js";
import "../elements/wall-note.js";
