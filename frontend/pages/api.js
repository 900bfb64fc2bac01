// The HTTP interface for people: drawn from the description that programs read.

import "../elements/search-box.js";
import "../elements/api-reference.js";
import "../elements/wall-note.js";
import { announce } from "../lib/announce.js";
import { openApi } from "../lib/api.js";
import { copy } from "../lib/clipboard.js";
import { found } from "../lib/found.js";
import { codes, sentence } from "../lib/problems.js";

const note = found("wall-note");
const reference = found("api-reference");
reference.problems = codes();
reference.addEventListener("curl-copy", async (event) => {
  const said = await copy(event.detail.text);
  announce(said.startsWith("Copied") ? "Copied" : said, { seen: true });
});
note.addEventListener("note-action", load);
load();

async function load() {
  note.say(null);
  try {
    reference.schema = await openApi();
  } catch (error) {
    note.say({ heading: "The description did not come.", text: sentence(error), action: "Try again" });
    return;
  }
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}
