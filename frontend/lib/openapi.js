// An OpenAPI document as what people read: groups of calls, their fields with types and limits, a curl line each. Pure.

/** @typedef {{ name: string, kind: string, type: Type[], limits: string, required: boolean, words: string, example: unknown }} Field */
/** A word of a type; `ref` names the shape it links to. @typedef {{ text: string, ref?: string }} Type */
/** @typedef {{ status: string, words: string, media: string, shape: Type[] }} Answer */
/** @typedef {{ id: string, method: string, path: string, title: string, words: string, inputs: Field[],
 *   body: { media: string, shape: Type[], fields: Field[], example: unknown } | null, answers: Answer[], refusals: string[], curl: string }} Call */
/** @typedef {Record<string, any>} Schema */

const LIMITS = /** @type {const} */ ([
  ["minLength", "at least", "characters"],
  ["maxLength", "up to", "characters"],
  ["minItems", "at least", "of them"],
  ["maxItems", "up to", "of them"],
  ["minimum", "from", ""],
  ["maximum", "to", ""],
]);

/** Every call, grouped by its first tag in the document's order. @param {Schema} document @param {string} origin for the curl lines
 * @returns {[string, Call[]][]} */
export function callGroups(document, origin) {
  /** @type {Map<string, Call[]>} */
  const groups = new Map();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, said] of Object.entries(methods)) {
      const group = said.tags?.[0] ?? "other";
      const call = readCall(method.toUpperCase(), path, said, document, origin);
      groups.set(group, [...(groups.get(group) ?? []), call]);
    }
  }
  return [...groups];
}

/** @param {Schema} document @returns {{ name: string, title: string, words: string, values: string[], fields: Field[] }[]} */
export function shapes(document) {
  return Object.entries(document.components?.schemas ?? {}).map(([name, noun]) => ({
    name,
    title: shapeName(name),
    words: noun.description ?? "",
    values: (noun.enum ?? []).map(String),
    fields: fieldsOf(noun),
  }));
}

/** "limn__models__Sort" is a Sort. @param {string} name */
export function shapeName(name) {
  return name.split("__").at(-1) ?? name;
}

/** "`code` in words" as pieces. @param {string} text @returns {{ text: string, code: boolean }[]} */
export function pieces(text) {
  const parts = text.split(/`([^`]+)`/);
  return parts.map((part, index) => ({ text: part, code: index % 2 === 1 })).filter((piece) => piece.text);
}

/** What a value may be, in words. @param {Schema | undefined} schema @returns {Type[]} */
export function typeWords(schema) {
  if (!schema) return [];
  if (schema.$ref) {
    const ref = lastPart(schema.$ref);
    return [{ text: shapeName(ref), ref }];
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const real = choices.filter((/** @type {Schema} */ one) => one.type !== "null");
    const words = real.flatMap((/** @type {Schema} */ one, /** @type {number} */ index) => [
      ...(index ? [{ text: " or " }] : []),
      ...typeWords(one),
    ]);
    return real.length < choices.length ? [...words, { text: " or null" }] : words;
  }
  if (schema.type === "array") return [{ text: "list of " }, ...typeWords(schema.items)];
  if (schema.enum) return [{ text: schema.enum.join(" · ") }];
  if (schema.const !== undefined) return [{ text: JSON.stringify(schema.const) }];
  return [{ text: schema.format === "binary" ? "file" : (schema.format ?? schema.type ?? "anything") }];
}

/** "up to 200 characters, by default 40". @param {Schema} schema */
export function limitWords(schema) {
  const own = [schema, ...(schema.anyOf ?? [])];
  const bound = (/** @type {string} */ name) =>
    own.map((one) => one[name]).find((value) => value !== undefined);
  const words = LIMITS.flatMap(([name, before, after]) => {
    const value = bound(name);
    if (name === "minLength" && value === 1) return ["not empty"];
    return value === undefined || (value === 0 && name === "minItems")
      ? []
      : [`${before} ${value} ${after}`.trim()];
  });
  const start = schema.default;
  if (start !== undefined && start !== null && start !== "" && !(Array.isArray(start) && !start.length)) {
    words.push(`by default ${typeof start === "string" ? start : JSON.stringify(start)}`);
  }
  return words.join(", ");
}

/** @param {string} method @param {string} path @param {Schema} said @param {Schema} document @param {string} origin @returns {Call} */
function readCall(method, path, said, document, origin) {
  const inputs = (said.parameters ?? []).map((/** @type {Schema} */ parameter) =>
    field(
      parameter.name,
      { ...parameter.schema, description: parameter.description ?? parameter.schema?.description },
      {
        kind: parameter.in,
        required: parameter.required ?? false,
        example: parameter.example,
      },
    ),
  );
  const body = readBody(said.requestBody, document);
  const answers = Object.entries(said.responses);
  return {
    id: said.operationId,
    method,
    path,
    title: said.summary ?? "",
    words: said.description ?? "",
    inputs,
    body,
    answers: answers.filter(([status]) => Number(status) < 400).map(readAnswer),
    refusals: answers
      .map(([status]) => status)
      .filter((status) => Number(status) >= 400)
      .toSorted(),
    curl: curlLine(method, origin + path, inputs, body),
  };
}

/** @param {Schema | undefined} said @param {Schema} document @returns {Call["body"]} */
function readBody(said, document) {
  const [entry] = Object.entries(said?.content ?? {});
  if (!entry) return null;
  const [media, { schema }] = entry;
  const noun = schema.$ref ? document.components.schemas[lastPart(schema.$ref)] : schema;
  return {
    media,
    shape: schema.$ref ? typeWords(schema) : [],
    fields: fieldsOf(noun),
    example: noun.example,
  };
}

/** @param {[string, Schema]} entry @returns {Answer} */
function readAnswer([status, { description = "", content = {} }]) {
  const [media = "", { schema } = /** @type {Schema} */ ({})] = Object.entries(content)[0] ?? [];
  const plain = description === "Successful Response" ? "" : description;
  return { status, words: plain, media, shape: schema?.$ref ? typeWords(schema) : [] };
}

/** What must be given first. @param {Schema} noun @returns {Field[]} */
function fieldsOf(noun) {
  const needed = new Set(noun.required ?? []);
  const fields = Object.entries(noun.properties ?? {}).map(([name, property]) =>
    field(name, property, { kind: "", required: needed.has(name), example: undefined }),
  );
  return fields.toSorted((a, b) => Number(b.required) - Number(a.required));
}

/** @param {string} name @param {Schema} schema @param {{ kind: string, required: boolean, example: unknown }} said @returns {Field} */
function field(name, schema, { kind, required, example }) {
  return {
    name,
    kind,
    required,
    type: typeWords(schema),
    limits: limitWords(schema),
    words: schema.description ?? "",
    example: example ?? schema.examples?.[0] ?? schema.default,
  };
}

/** A line for a shell; what it needs stands in it, what may be given does not. @param {string} method @param {string} url
 * @param {Field[]} inputs @param {Call["body"]} body */
function curlLine(method, url, inputs, body) {
  const lines = [];
  const asked = inputs.filter(({ kind, required, name }) => kind === "query" && (required || name === "q"));
  const query = asked
    .map(({ name, example }) => `${name}=${encodeURIComponent(String(example || "ID"))}`)
    .join("&");
  const address = url.replaceAll(/\{(\w+)\}/g, (_, name) => (name === "width" ? "640" : "ID"));
  lines.push(`curl ${method === "GET" ? "" : `-X ${method} `}'${address}${query && `?${query}`}'`);
  if (url.endsWith("/original")) lines.push("-L -O -J");
  else if (url.includes("/renditions/")) lines.push("-o picture.webp");
  else if (url.endsWith("/events")) lines.push("-N");
  if (body?.media.startsWith("multipart")) {
    for (const { name, required, example, type } of body.fields) {
      if (required)
        lines.push(`-F '${name}=${type[0]?.text === "file" ? "@picture.jpg" : (example ?? "…")}'`);
    }
  } else if (body) {
    const first = body.fields.find(({ name }) => name === "title") ?? body.fields[0];
    const json = JSON.stringify(
      body.example ?? (first ? { [first.name]: first.example ?? "Fox at dawn" } : {}),
    );
    lines.push(`-H 'Content-Type: ${body.media}'`, `-d '${json}'`);
  }
  return lines.join(" \\\n  ");
}

/** @param {string} ref */
function lastPart(ref) {
  return ref.split("/").at(-1) ?? "";
}
