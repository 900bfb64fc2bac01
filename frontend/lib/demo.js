// The demo: works that Limn draws itself, hung in a gallery that is empty, and told while they come.

import { demo, hangDemo, Problem } from "./api.js";

/** @typedef {import("./api.js").Demo} Demo */

const EVERY_MS = 700;

/** Has the server hang the demo, and calls `came` whenever more of it hangs, until all does. Throws Problem, also where the server
 * stopped before the end. @param {(demo: Demo) => Promise<void>} came @returns {Promise<Demo>} */
export async function fill(came) {
  let told = await hangDemo();
  for (let hung = 0; told.running; ) {
    await new Promise((resume) => setTimeout(resume, EVERY_MS));
    told = await demo();
    if (told.hung === hung) continue;
    hung = told.hung;
    await came(told);
  }
  if (told.problem) throw new Problem({ code: "demo_ended", detail: told.problem }, 500);
  return told;
}
