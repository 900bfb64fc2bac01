// The elements a page's HTML promises, typed by their tag.

/** @typedef {{
 *   "search-box": import("../elements/search-box.js").SearchBox,
 *   "category-tabs": import("../elements/category-tabs.js").CategoryTabs,
 *   "artwork-wall": import("../elements/artwork-wall.js").ArtworkWall,
 *   "light-box": import("../elements/light-box.js").LightBox,
 *   "new-works": import("../elements/new-works.js").NewWorks,
 *   "load-more": import("../elements/load-more.js").LoadMore,
 *   "wall-note": import("../elements/wall-note.js").WallNote,
 *   "artwork-stage": import("../elements/artwork-stage.js").ArtworkStage,
 *   "artwork-label": import("../elements/artwork-label.js").ArtworkLabel,
 *   "analysis-report": import("../elements/analysis-report.js").AnalysisReport,
 *   "swatch-row": import("../elements/swatch-row.js").SwatchRow,
 *   "tag-list": import("../elements/tag-list.js").TagList,
 *   "tag-field": import("../elements/tag-field.js").TagField,
 *   "file-facts": import("../elements/file-facts.js").FileFacts,
 *   "artwork-editor": import("../elements/artwork-editor.js").ArtworkEditor,
 *   "filter-bar": import("../elements/filter-bar.js").FilterBar,
 *   "api-reference": import("../elements/api-reference.js").ApiReference,
 *   "drop-zone": import("../elements/drop-zone.js").DropZone,
 *   "word-coach": import("../elements/word-coach.js").WordCoach,
 *   "eyes-report": import("../elements/eyes-report.js").EyesReport,
 *   "upload-row": import("../elements/upload-row.js").UploadRow,
 * } & HTMLElementTagNameMap} Tags */

/** The first element of this tag, which the page cannot do without; `within` narrows where to look.
 * @template {keyof Tags} T @param {T} tag @param {string} [within] @returns {Tags[T]} */
export function found(tag, within = "body") {
  const element = document.querySelector(`${within} ${tag}`);
  if (!element) throw new Error(`The page has no <${tag}> within ${within}`);
  return /** @type {Tags[T]} */ (element);
}

/** @template {HTMLElement} T @param {string} selector @param {new () => T} kind @returns {T} */
export function the(selector, kind) {
  const element = document.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`The page has no ${selector}`);
  return element;
}
