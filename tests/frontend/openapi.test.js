// What people read of an OpenAPI document: types and limits in words, and lines that a shell takes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { callGroups, limitWords, pieces, shapeName, shapes, typeWords } from "../../frontend/lib/openapi.js";

const TITLE = { type: "string", minLength: 1, maxLength: 200, examples: ["Fox at dawn"] };
const WORK = { type: "object", required: ["title"], properties: { mood: { type: "string" }, title: TITLE } };
const NAMES = {
  properties: { names: { type: "array", items: { type: "string" } } },
  example: { names: ["one"] },
};
const DOCUMENT = {
  paths: {
    "/works": {
      post: {
        tags: ["works"],
        operationId: "createWork",
        description: "Adds `one`.",
        requestBody: {
          content: {
            "multipart/form-data": {
              schema: {
                ...WORK,
                required: ["title", "file"],
                properties: { ...WORK.properties, file: { type: "string", format: "binary" } },
              },
            },
          },
        },
        responses: {
          201: {
            description: "Successful Response",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Work" } } },
          },
          415: { description: "Unsupported Media Type" },
          409: { description: "Conflict" },
        },
      },
    },
    "/works/{work_id}": {
      patch: {
        tags: ["works"],
        operationId: "editWork",
        parameters: [{ name: "work_id", in: "path", required: true, schema: { type: "string" } }],
        requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Work" } } } },
        responses: { 200: { description: "As it is now" } },
      },
    },
    "/models": {
      post: {
        tags: ["works"],
        operationId: "fetchModels",
        requestBody: { content: { "application/json": { schema: NAMES } } },
        responses: { 202: { description: "Coming" } },
      },
    },
    "/search": {
      get: {
        operationId: "search",
        parameters: [{ name: "q", in: "query", schema: { type: "string", examples: ["fox in snow"] } }],
        responses: { 200: { description: "Successful Response" } },
      },
    },
  },
  components: { schemas: { Work: WORK, a__b__Sort: { enum: ["newest", "liked"] } } },
};

test("calls are grouped by tag, in their order", () => {
  const groups = callGroups(DOCUMENT, "http://127.0.0.1");
  assert.deepEqual(
    groups.map(([name, calls]) => [name, calls.map(({ id }) => id)]),
    [
      ["works", ["createWork", "editWork", "fetchModels"]],
      ["other", ["search"]],
    ],
  );
});

test("a line for the shell holds what is needed and nothing else", () => {
  const [create, edit, fetchModels, search] = callGroups(DOCUMENT, "http://127.0.0.1").flatMap(
    ([, calls]) => calls,
  );
  assert.equal(
    create?.curl,
    "curl -X POST 'http://127.0.0.1/works' \\\n  -F 'title=Fox at dawn' \\\n  -F 'file=@picture.jpg'",
  );
  assert.equal(
    edit?.curl,
    `curl -X PATCH 'http://127.0.0.1/works/ID' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"title":"Fox at dawn"}'`,
  );
  assert.equal(
    fetchModels?.curl,
    `curl -X POST 'http://127.0.0.1/models' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"names":["one"]}'`,
  );
  assert.equal(search?.curl, "curl 'http://127.0.0.1/search?q=fox%20in%20snow'");
});

test("what must be given comes first, refusals are counted up, successes tell their shape", () => {
  const [create] = callGroups(DOCUMENT, "").flatMap(([, calls]) => calls);
  assert.deepEqual(
    create?.body?.fields.map(({ name, required }) => [name, required]),
    [
      ["title", true],
      ["file", true],
      ["mood", false],
    ],
  );
  assert.deepEqual(create?.refusals, ["409", "415"]);
  assert.deepEqual(create?.answers, [
    { status: "201", words: "", media: "application/json", shape: [{ text: "Work", ref: "Work" }] },
  ]);
});

test("types read as words", () => {
  const words = (/** @type {object} */ schema) =>
    typeWords(schema)
      .map(({ text }) => text)
      .join("");
  assert.equal(words({ anyOf: [{ type: "string" }, { type: "null" }] }), "string or null");
  assert.equal(words({ type: "array", items: { $ref: "#/components/schemas/a__b__Sort" } }), "list of Sort");
  assert.equal(
    words({ anyOf: [{ type: "integer" }, { type: "string", format: "uuid" }] }),
    "integer or uuid",
  );
  assert.equal(words({ enum: ["a", "b"] }), "a · b");
  assert.equal(words({}), "anything");
  assert.equal(shapeName("a__b__Sort"), "Sort");
});

test("limits read as words, also inside a choice", () => {
  assert.equal(limitWords(TITLE), "not empty, up to 200 characters");
  assert.equal(
    limitWords({ type: "integer", minimum: 1, maximum: 100, default: 40 }),
    "from 1, to 100, by default 40",
  );
  assert.equal(
    limitWords({ anyOf: [{ type: "string", maxLength: 60 }, { type: "null" }], default: null }),
    "up to 60 characters",
  );
  assert.equal(limitWords({ type: "array", items: {}, default: [] }), "");
  assert.equal(limitWords({ type: "boolean", default: false }), "by default false");
});

test("code inside words is told apart", () => {
  assert.deepEqual(pieces("follow `next`."), [
    { text: "follow ", code: false },
    { text: "next", code: true },
    { text: ".", code: false },
  ]);
});

test("a shape tells its fields or its values", () => {
  const [work, sort] = shapes(DOCUMENT);
  assert.deepEqual(
    work?.fields.map(({ name }) => name),
    ["title", "mood"],
  );
  assert.deepEqual([sort?.name, sort?.title, sort?.values], ["a__b__Sort", "Sort", ["newest", "liked"]]);
});
