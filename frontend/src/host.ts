/** TensorBoard around the iframe: its dark mode, its address bar, its reload button. Without a readable parent (embedded elsewhere), the tab stands alone. */

export interface HostEvents {
  onTheme(dark: boolean): void;
  onHash(hash: string): void;
  onReload(): void;
}

export interface Host {
  hash(): string;
  replaceHash(hash: string): void;
  destroy(): void;
}

function outerWindow(): Window {
  try {
    void window.parent.document.body;
    return window.parent;
  } catch {
    return window; // another origin embeds TensorBoard
  }
}

/** The address of the page around the tab; null where there is none to be seen. */
export function tensorboardAddress(): string | null {
  const outer = outerWindow();
  return outer === window ? null : outer.location.href;
}

/** TensorBoard keeps a hidden tab's iframe alive with no height, and its animation frames running. */
export const isHidden = (): boolean => window.innerHeight === 0;

function watchTheme(outer: Window, onTheme: (dark: boolean) => void): () => void {
  if (outer === window) {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    const tell = (): void => onTheme(query.matches);
    tell();
    query.addEventListener("change", tell);
    return () => query.removeEventListener("change", tell);
  }
  const body = outer.document.body;
  const tell = (): void => onTheme(body.classList.contains("dark-mode"));
  tell();
  const observer = new MutationObserver(tell);
  observer.observe(body, { attributes: true, attributeFilter: ["class"] });
  return () => observer.disconnect();
}

interface HostMessage {
  readonly type: string;
  readonly id: unknown;
}

function parseMessage(data: unknown): HostMessage | null {
  if (typeof data !== "string") return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return null; // not a message of this protocol
  }
  if (typeof parsed !== "object" || parsed === null || !("type" in parsed) || typeof parsed.type !== "string") return null;
  return { type: parsed.type, id: "id" in parsed ? parsed.id : null };
}

// TensorBoard's experimental plugin protocol: one port, JSON texts, every message of the host wants a reply.
function listen(outer: Window, onReload: () => void): () => void {
  if (outer === window) return () => undefined;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => {
    const message = parseMessage(data);
    if (message === null) return;
    port1.postMessage(JSON.stringify({ type: message.type, id: message.id, payload: null, error: null, isReply: true }));
    if (message.type === "experimental.DataReloaded" || message.type === "experimental.RunsChanged") onReload();
  };
  outer.postMessage("experimental.bootstrap", "*", [port2]);
  return () => port1.close();
}

export function connectHost({ onTheme, onHash, onReload }: HostEvents): Host {
  const outer = outerWindow();
  const tellHash = (): void => onHash(outer.location.hash);
  outer.addEventListener("hashchange", tellHash);
  const stops = [watchTheme(outer, onTheme), listen(outer, onReload), () => outer.removeEventListener("hashchange", tellHash)];
  const destroy = (): void => {
    for (const stop of stops.splice(0)) stop();
  };
  window.addEventListener("pagehide", destroy, { once: true });
  return {
    hash: () => outer.location.hash,
    replaceHash(hash) {
      if (outer.location.hash !== hash) outer.history.replaceState(outer.history.state, "", hash);
    },
    destroy,
  };
}
