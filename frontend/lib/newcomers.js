// Works that came after a wall was hung: looked for while somebody looks at the page, and told, never pushed under the hand.

/** @typedef {import("./api.js").Artwork} Artwork */
/** @typedef {import("./api.js").ArtworkList} ArtworkList */

const EVERY_MS = 30_000;
const MOST = 100;

/** Those of the newest that are not on the wall and came since. Pure. @param {Artwork[]} newest @param {string | null} since RFC 3339
 * @param {(id: string) => boolean} known */
export function newer(newest, since, known) {
  // an older one may be unknown, too: it moved here from another room
  const from = since === null ? Number.NEGATIVE_INFINITY : Date.parse(since);
  return newest.filter(({ id, created }) => !known(id) && Date.parse(created) >= from);
}

/** The time of the newest of these, or the other one. @param {Pick<Artwork, "created">[]} works @param {string | null} since */
export function latest(works, since) {
  return works.reduce(
    (last, { created }) => (last === null || Date.parse(created) > Date.parse(last) ? created : last),
    since,
  );
}

/**
 * Calls `told` with all that are new whenever there are more, and whether there may be still more than these. One work is asked for
 * every half minute, and the page of them only when it is a new one; nothing while the page is hidden.
 * @param {{ list: (limit: string) => Promise<ArtworkList>, since: () => string | null, known: (id: string) => boolean,
 *   told: (works: Artwork[], more: boolean) => void }} wall
 */
export function watch({ list, since, known, told }) {
  let said = 0;
  const look = async () => {
    if (document.hidden) return;
    try {
      const [newest] = newer((await list("1")).items, since(), known);
      if (!newest) return;
      const page = await list(String(MOST));
      const works = newer(page.items, since(), known);
      if (works.length !== said) told(works, works.length === MOST && page.next !== null);
      said = works.length;
    } catch {
      // away or busy; whoever scrolls or searches is told, and this looks again later
    }
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  setInterval(look, EVERY_MS);
  return { look, forget: () => (said = 0) };
}
