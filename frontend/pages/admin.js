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
let lost = false;
let asking = false;
let stopped = false;

report.addEventListener("eyes-fetch", (event) => fetchModels(event.detail.names));
report.addEventListener("eyes-stop", stop);
note.addEventListener("note-action", load);
// a page that nobody looks at asks nothing
document.addEventListener("visibilitychange", () => !document.hidden && load());
load();

async function load() {
  try {
    show(await api.models());
    if (lost) note.say(null);
    lost = false;
  } catch (error) {
    if (/** @type {{ status?: number }} */ (error).status === 404) {
      note.say({ heading: "This page is for whoever runs this gallery.", action: "Explore", href: "/" });
      return;
    }
    lost = true;
    note.say({ heading: "Limn does not answer.", text: sentence(error), action: "Try again" });
  }
  const models = report.models;
  const busy = models && (isComing(models) || models.space.behind > 0);
  clearTimeout(timer);
  if (!document.hidden) timer = window.setTimeout(load, busy ? BUSY : IDLE);
}

/** @param {Models} models */
function show(models) {
  const before = report.models;
  report.models = models;
  if (!before || !isComing(before) || isComing(models)) return;
  announce(stopped ? "Stopped. What has come is kept." : outcome(before, models));
  stopped = false;
}

/** What became of those that were coming. @param {Models} before @param {Models} after */
function outcome(before, { weights }) {
  const names = before.weights.filter(({ state }) => state === "downloading").map(({ name }) => name);
  const ended = weights.filter(({ name }) => names.includes(name));
  const problem = ended.find((one) => one.problem)?.problem;
  if (ended.every(({ state }) => state === "present")) return "The models have come.";
  return problem ? `The download ended. ${problem}` : "The download ended.";
}

/** @param {string[]} names */
async function fetchModels(names) {
  if (asking) return;
  asking = true;
  try {
    show(await api.downloadModels(names));
    note.say(null);
    announce("The models are coming.");
  } catch (error) {
    note.say({ heading: "The download did not start.", text: sentence(error) });
    announce(sentence(error));
  }
  asking = false;
  await load();
}

async function stop() {
  try {
    stopped = true;
    await api.stopDownload();
  } catch (error) {
    announce(sentence(error));
  }
  await load();
}

/** @param {Models} models */
function isComing({ weights }) {
  return weights.some(({ state }) => state === "downloading");
}
