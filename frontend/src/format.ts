/** Numbers, and what went wrong, as people read them. */

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What went wrong begins as a sentence does, unless it begins with a path or another name that letters' case is part of. */
export const asSentence = (words: string): string =>
  /^[a-z]+[ ,:]/.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;

export const formatCount = (value: number): string => value.toLocaleString("en-US");

/** An end of a scale, short enough for three in a row: whole numbers to six digits, others to three. */
export const formatEnd = (value: number): string => String(Number(value.toPrecision(Number.isInteger(value) ? 6 : 3)));

export const plural = (value: number, noun: string): string =>
  `${formatCount(value)} ${noun}${value === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;

/** Steps per second. */
export const speedName = (speed: number): string => `${speed === 0.5 ? "½" : speed} step${speed > 1 ? "s" : ""}/s`;

export const formatPercent = (share: number): string => `${Math.round(share * 100)} %`;

/** Three significant digits, so that a column of losses keeps its width. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : size >= 1 ? value.toFixed(2) : value.toFixed(3);
}

/** Seconds since 1970, as a day and a time of day: 24 Nov, 14:05:33. */
export const formatMoment = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });

export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}
