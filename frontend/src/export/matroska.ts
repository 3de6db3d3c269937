/** A WebM file around encoded pictures: one video track, a cluster from each key picture on, an index to seek by (RFC 9559). Pure. */

export interface Picture {
  /** Milliseconds. */
  readonly time: number;
  readonly isKey: boolean;
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface Track {
  /** As Matroska names it. */
  readonly codec: "V_VP9" | "V_VP8";
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

type Parts = readonly Uint8Array<ArrayBuffer>[];

const SIZE_MARKER = 0x01; // seven bytes of a number follow
const MUXER = "tb_timetravel";
const ONE_MS = 1_000_000; // ns: what times count
const TRACK = 1;
const KEY = 0x80;

/** Big-endian, in as many bytes as it takes, or as are asked for. */
function integer(value: number, length = 1): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length < length; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

const lengthOf = (parts: Parts): number => parts.reduce((sum, { length }) => sum + length, 0);

/** Sizes take eight bytes always: what a small one would save is not worth a second way of writing it. */
const element = (id: number, content: Parts): Parts => [
  Uint8Array.of(...integer(id), SIZE_MARKER, ...integer(lengthOf(content), 7)),
  ...content,
];

const number = (id: number, value: number, length = 1): Parts => element(id, [integer(value, length)]);
const text = (id: number, value: string): Parts => element(id, [new TextEncoder().encode(value)]);

function real(id: number, value: number): Parts {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return element(id, [bytes]);
}

const header = element(
  0x1a45dfa3,
  [
    number(0x4286, 1), // EBMLVersion
    number(0x42f7, 1), // EBMLReadVersion
    number(0x42f2, 4), // EBMLMaxIDLength
    number(0x42f3, 8), // EBMLMaxSizeLength
    text(0x4282, "webm"), // DocType
    number(0x4287, 2), // DocTypeVersion
    number(0x4285, 2), // DocTypeReadVersion
  ].flat(),
);

const info = (duration: number): Parts =>
  element(0x1549a966, [number(0x2ad7b1, ONE_MS), text(0x4d80, MUXER), text(0x5741, MUXER), real(0x4489, duration)].flat());

const tracks = ({ codec, width, height, fps }: Track): Parts =>
  element(
    0x1654ae6b,
    element(
      0xae,
      [
        number(0xd7, TRACK), // TrackNumber
        number(0x73c5, TRACK), // TrackUID
        number(0x83, 1), // TrackType: video
        number(0x9c, 0), // FlagLacing
        text(0x86, codec), // CodecID
        number(0x23e383, Math.round(1e9 / fps)), // DefaultDuration
        element(0xe0, [number(0xb0, width), number(0xba, height)].flat()), // Video
      ].flat(),
    ),
  );

/** The time of a block is told from its cluster's, in sixteen bits: half a minute, of which a key picture every few seconds leaves the most. */
function cluster(pictures: readonly Picture[]): Parts {
  const start = pictures[0]?.time ?? 0;
  const blocks = pictures.flatMap(({ time, isKey, data }) =>
    element(0xa3, [Uint8Array.of(0x80 | TRACK, ...integer(time - start, 2), isKey ? KEY : 0), data]),
  );
  return element(0x1f43b675, [...number(0xe7, start), ...blocks]);
}

const cuesAt = (starts: readonly { readonly time: number; readonly position: number }[]): Parts =>
  element(
    0x1c53bb6b,
    starts.flatMap(({ time, position }) =>
      element(0xbb, [...number(0xb3, time), ...element(0xb7, [...number(0xf7, TRACK), ...number(0xf1, position)])]),
    ),
  );

/** Where the index is found, which comes last: positions of eight bytes, so that its own length does not depend on them. */
const seekHead = (cuesPosition: number): Parts =>
  element(0x114d9b74, element(0x4dbb, [...element(0x53ab, [integer(0x1c53bb6b)]), ...number(0x53ac, cuesPosition, 8)]));

/** The parts of the file; times rise and the first picture is a key. */
export function webmOf(track: Track, pictures: readonly Picture[]): Parts {
  const groups: Picture[][] = [];
  for (const picture of pictures) {
    if (picture.isKey || groups.length === 0) groups.push([]);
    groups.at(-1)?.push(picture);
  }
  const duration = (pictures.at(-1)?.time ?? 0) + 1000 / track.fps;
  const front = [...info(duration), ...tracks(track)];
  const starts: { time: number; position: number }[] = [];
  let position = lengthOf(seekHead(0)) + lengthOf(front); // from the first byte inside the segment
  const clusters = groups.map((group) => {
    const parts = cluster(group);
    starts.push({ time: group[0]?.time ?? 0, position });
    position += lengthOf(parts);
    return parts;
  });
  return [...header, ...element(0x18538067, [...seekHead(position), ...front, ...clusters.flat(), ...cuesAt(starts)])];
}
