// The operator's page: who looks at pictures, and how to give Limn eyes.

import "../elements/search-box.js";
import "../elements/eyes-report.js";
import "../elements/wall-note.js";
import { announce } from "../lib/announce.js";
import * as api from "../lib/api.js";
import { found } from "../lib/found.js";
import { sentence } from "../lib/problems.js";

/** @typedef {import("../lib/api.js").Models} Models */

const BUSY = 1000;
const IDLE = 10_000;
const note = found("wall-note");
const report = found("eyes-report");
let timer = 0;

report.addEventListener("eyes-fetch", (event) => fetchModels(event.detail.names));
report.addEventListener("eyes-stop", stop);
note.addEventListener("note-action", load);
// a page that nobody looks at asks nothing
document.addEventListener("visibilitychange", () => !document.hidden && load());
load();

async function load() {
  clearTimeout(timer);
  try {
    show(await api.models());
    note.say(null);
  } catch (error) {
    note.say({ heading: "Limn does not answer.", text: sentence(error), action: "Try again" });
  }
  const models = report.models;
  const busy = models && (isComing(models) || models.space.behind > 0);
  if (!document.hidden) timer = window.setTimeout(load, busy ? BUSY : IDLE);
}

/** @param {Models} models */
function show(models) {
  const before = report.models;
  report.models = models;
  if (before && isComing(before) && !isComing(models)) announce(outcome(models));
}

/** @param {Models} models */
function outcome({ weights }) {
  const problem = weights.find((one) => one.problem)?.problem;
  return problem ? `The download ended: ${problem}` : "The models have come. Limn looks at the works again.";
}

/** @param {string[]} names */
async function fetchModels(names) {
  try {
    show(await api.downloadModels(names));
    announce("The models are coming.");
  } catch (error) {
    announce(sentence(error));
    note.say({ heading: "The download did not start.", text: sentence(error) });
    return;
  }
  await load();
}

async function stop() {
  try {
    await api.stopDownload();
    announce("Stopped.");
  } catch (error) {
    announce(sentence(error));
  }
  await load();
}

/** @param {Models} models */
function isComing({ weights }) {
  return weights.some(({ state }) => state === "downloading");
}
