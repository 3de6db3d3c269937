/** Transport and chrome icons on a 16-unit grid, in the text's colour. */
import type { JSX } from "preact";

const PATHS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  previous: "M11 3v10L4 8z",
  next: "M5 3v10l7-5z",
  last: "M3 3v10l7-5zM11 3h2v10h-2z",
  loop: "M4.5 4H11V1.8L14.2 5 11 8.2V6H5v2.5H3V5.5A1.5 1.5 0 0 1 4.5 4zM11.5 12H5v2.2L1.8 11 5 7.8V10h6V7.5h2v3a1.5 1.5 0 0 1-1.5 1.5z",
  fit: "M2 2h4v1.6H3.6V6H2zM10 2h4v4h-1.6V3.6H10zM2 10h1.6v2.4H6V14H2zM12.4 10H14v4h-4v-1.6h2.4z",
  panel: "M2 2.5h12v11H2zm1.5 1.5v8H9V4zm7 0v8h2V4z",
  close: "M3.5 2.4 8 6.9l4.5-4.5 1.1 1.1L9.1 8l4.5 4.5-1.1 1.1L8 9.1l-4.5 4.5-1.1-1.1L6.9 8 2.4 3.5z",
  tune: "M2 4h7v1.5H2zM11 2.8h1.5v4H11zM13 4h1v1.5h-1zM2 10.5h2V12H2zM5 9.2h1.5v4H5zM7.5 10.5H14V12H7.5z",
  fold: "M3 5.5h10L8 11z",
  pan: "M8 1l2.4 2.8H8.8v3.4h3.4V5.6L15 8l-2.8 2.4V8.8H8.8v3.4h1.6L8 15l-2.4-2.8h1.6V8.8H3.8v1.6L1 8l2.8-2.4v1.6h3.4V3.8H5.6z",
  box: "M2 2h3v1.5H3.5V5H2zM6.5 2h3v1.5h-3zM11 2h3v3h-1.5V3.5H11zM2 6.5h1.5v3H2zM12.5 6.5H14v3h-1.5zM2 11h1.5v1.5H5V14H2zM6.5 12.5h3V14h-3zM12.5 11H14v3h-3v-1.5h1.5z",
  lasso:
    "M8 2c3.6 0 6.5 2 6.5 4.6S11.6 11.2 8 11.2c-.8 0-1.6-.1-2.3-.3.1 1.5-.6 2.7-2 3.6l-.8-1.2c1-.7 1.4-1.6 1.2-2.8C2.5 9.7 1.5 8.3 1.5 6.6 1.5 4 4.4 2 8 2zm0 1.5c-2.8 0-5 1.4-5 3.1s2.2 3.1 5 3.1 5-1.4 5-3.1-2.2-3.1-5-3.1z",
  bookmark: "M4 2h8v12l-4-3.2L4 14z",
  share: "M8 1.5 12 5.6l-1.1 1.1L8.8 4.5V10H7.2V4.5L5.1 6.7 4 5.6zM2.5 9H4v4h8V9h1.5v5.5h-11z",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} fill-rule="evenodd" />
    </svg>
  );
}
