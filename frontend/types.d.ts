// The events that elements fire, for the type check alone; no page loads this.

interface LimnEvents {
  "search-submit": CustomEvent<{ q: string }>;
  "search-input": CustomEvent<{ q: string }>;
  "artwork-view": CustomEvent<{ id: string }>;
  "lightbox-move": CustomEvent<{ id: string; left: number }>;
  "lightbox-close": CustomEvent<{ id: string | null }>;
  "new-works": CustomEvent;
  "load-more": CustomEvent<{ asked: boolean }>;
  "curl-copy": CustomEvent<{ text: string }>;
  "swatch-copy": CustomEvent<{ hex: string }>;
  "tag-prefix": CustomEvent<{ prefix: string }>;
  "filter-change": CustomEvent<{ href: string }>;
  "files-chosen": CustomEvent<{ files: File[] }>;
  "artwork-save": CustomEvent<{ changes: object }>;
  "words-change": CustomEvent<{ changes: (artwork: import("./lib/api.js").Artwork) => object; said: string }>;
  "eyes-stop": CustomEvent;
  "eyes-fetch": CustomEvent<{ names: string[] }>;
}

interface HTMLElementEventMap extends LimnEvents {}
interface DocumentEventMap extends LimnEvents {}
