import { DOUBT_FADE, HATCH_STRENGTH } from "./doubt";
import {
  COLOURS_APART,
  CORE_SHARE,
  CROSS_ARM,
  CROSS_WIDTH,
  DIMMED,
  DOT_SHAPES,
  FADED,
  GAP_FROM,
  HALO,
  HIDDEN_BORDER,
  HIDDEN_TERRITORY,
  RIM,
  SPLIT_SHAPES,
  TERRITORY_FLOOR,
  TRIANGLE_REACH,
  WRONG_GROWTH,
} from "./scene";

const float = (value: number): string => value.toFixed(4);

// Palettes are 256 texels wide and as high as they need to be.
const PALETTE_LOOKUP = `
uniform sampler2D palette;
vec4 colourOf(uint key) { return texelFetch(palette, ivec2(int(key & 255u), int(key >> 8u)), 0); }`;

/** Interpolates between two steps, and colours by the nearer one: nothing is recomputed on the CPU while a film plays. */
export const POINT_VERTEX = `#version 300 es
precision highp float;
precision highp int;
layout(location=0) in vec2 a;
layout(location=1) in vec2 b;
layout(location=2) in uint label;
layout(location=3) in uint split;
layout(location=4) in uint prediction;
layout(location=5) in float confidence;
layout(location=6) in uint selected;
layout(location=8) in uint value;
layout(location=9) in float trusted; // byte / 255; 255 is not known
uniform float fraction;
uniform vec4 projection;
uniform float dotSize;
uniform float growth;
uniform int mode;
uniform bool predicted;
uniform uint splitMask;
uniform uint nClasses;
uniform vec3 background;
// 0: all alike. 1: those that are not selected, dimmed. 2: the selected.
uniform int part;
uniform bool byClass;
uniform bool wrongMarked;
uniform int trustMark; // 1 fades, 2 rings
${PALETTE_LOOKUP}
flat out float strength;
flat out float halo;
flat out float span;
flat out vec3 outer;
flat out vec3 core;
flat out float wrong;
flat out float diameter;
flat out int shape;
void main() {
  bool knownLabel = label < nClasses;
  bool knownPrediction = predicted && prediction < nClasses;
  bool isWrong = knownLabel && knownPrediction && label != prediction;
  uint none = mode == 3 ? 256u : nClasses;
  uint key = none;
  if (mode == 0 && knownLabel) key = label;
  if (mode == 1 && knownPrediction) key = prediction;
  if (mode == 2) key = !knownLabel || !knownPrediction ? 2u : isWrong ? 1u : 0u;
  if (mode == 3 && predicted) key = uint(confidence * 255.0 + 0.5);
  if (mode == 4) key = split;
  if (mode >= 5) key = value;
  vec4 colour = colourOf(key);
  bool shown = colour.a > 0.5 && ((splitMask >> min(split, 31u)) & 1u) == 1u;
  if (part != 0 && (selected == 1u) != (part == 2)) shown = false;
  outer = colour.rgb;
  core = mode == 0 ? colourOf(min(prediction, nClasses)).rgb : mode == 1 ? colourOf(label).rgb : background;
  bool cored = isWrong && wrongMarked;
  wrong = cored ? 1.0 : 0.0;
  shape = byClass ? (key < nClasses ? int(key) / ${COLOURS_APART} % ${DOT_SHAPES.length} : 0) : int(split) % ${SPLIT_SHAPES.length};
  diameter = dotSize * (cored ? ${float(WRONG_GROWTH)} : 1.0);
  float faith = trusted > 0.998 ? 1.0 : trusted * ${float(255 / 254)};
  strength = (trustMark == 1 ? mix(${float(FADED)}, 1.0, faith) : 1.0) * (part == 1 ? ${float(DIMMED)} : 1.0);
  halo = trustMark == 2 && growth == 0.0 ? (1.0 - faith) * ${float(HALO)} * diameter * 0.5 : 0.0;
  span = (diameter + growth + 2.0 * halo) * (shape == 0 ? 1.0 : 1.35) + 2.0;
  gl_Position = shown ? vec4(mix(a, b, fraction) * projection.xy + projection.zw, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = span;
}`;

export const POINT_FRAGMENT = `#version 300 es
precision highp float;
flat in vec3 outer;
flat in vec3 core;
flat in float wrong;
flat in float diameter;
flat in int shape;
flat in float strength;
flat in float halo;
flat in float span;
uniform float growth;
uniform float line; // width of rims and gaps, pixels
uniform vec3 ink;
uniform vec3 ring;
uniform vec3 background;
out vec4 pixel;
void main() {
  vec2 q = (gl_PointCoord - 0.5) * span;
  vec2 side = abs(q);
  float radius = diameter * 0.5;
  float d = length(q);
  float middle = d;
  if (shape == 1) d = (side.x + side.y) * 0.84;
  if (shape == 2) d = max(side.x, side.y) * 1.1;
  if (shape == 3) d = max(q.y, side.x * 0.866 - q.y * 0.5) * ${float(2 / TRIANGLE_REACH)};
  if (shape == 4) {
    vec2 arm = abs(vec2(q.x + q.y, q.x - q.y)) * 0.7071;
    d = radius + max(max(arm.x, arm.y) - radius * ${float(CROSS_ARM)}, min(arm.x, arm.y) - radius * ${float(CROSS_WIDTH)});
  }
  float alpha = clamp(radius + halo + growth * 0.5 - d + 0.5, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  float rim = ${float(RIM)} * smoothstep(3.0, 6.0, diameter / line);
  vec3 colour = mix(outer, ink, rim * smoothstep(radius - line - 0.5, radius - line + 0.5, d));
  if (wrong > 0.5) {
    float coreRadius = radius * ${float(CORE_SHARE)};
    float gap = smoothstep(${float(GAP_FROM - 2)}, ${float(GAP_FROM)}, diameter / line);
    colour = mix(colour, background, gap * (1.0 - smoothstep(coreRadius + line - 0.5, coreRadius + line, middle)));
    colour = mix(colour, core, 1.0 - smoothstep(coreRadius - 0.5, coreRadius + 0.5, middle));
  }
  if (halo > 0.0) colour = mix(colour, ring, smoothstep(radius - 0.5, radius + 0.5, d));
  if (growth > 0.0) {
    colour = mix(colour, background, smoothstep(radius - 0.5, radius + 0.5, d));
    colour = mix(colour, ring, smoothstep(radius + growth * 0.25, radius + growth * 0.25 + 1.0, d));
  }
  pixel = vec4(colour, 1.0) * (alpha * strength);
}`;

export const COVER_VERTEX = `#version 300 es
precision highp float;
uniform vec4 projection;
out vec2 uv;
void main() {
  uv = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(uv * projection.xy + projection.zw, 0.0, 1.0);
}`;

/**
 * The class race, at grid resolution: the class of the earlier step loses margin as time runs, that of the later one gains, and the stronger
 * owns the cell. Boundaries sweep, as they do for interpolated logits; a cross-fade would show two boundaries at once.
 */
export const RACE_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D classA;
uniform usampler2D marginA;
uniform usampler2D classB;
uniform usampler2D marginB;
uniform float fraction;
out uvec4 cell;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uint kindA = texelFetch(classA, at, 0).r;
  uint kindB = texelFetch(classB, at, 0).r;
  float a = (float(texelFetch(marginA, at, 0).r) + 1.0) * (1.0 - fraction);
  float b = (float(texelFetch(marginB, at, 0).r) + 1.0) * fraction;
  uint kind = a >= b ? kindA : kindB;
  float margin = kindA == kindB ? a + b - 1.0 : abs(a - b);
  cell = uvec4(kind & 255u, kind >> 8u, uint(clamp(margin + 0.5, 0.0, 255.0)), 0u);
}`;

/** To the screen: boundaries run between cells and stay crisp at any zoom. */
export const TERRITORY_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
in vec2 uv;
uniform usampler2D cells;
uniform float strength;
uniform bool neutral;
uniform vec3 background;
uniform vec3 ink;
uniform bool contour;
uniform bool doubted;
uniform sampler2D doubtA;
uniform sampler2D doubtB;
uniform float fraction;
uniform float ratio;
uniform float period;
uniform float origin;
uniform vec3 line;
uniform vec4 window; // lower left corner and size, in fractions of the extent
${PALETTE_LOOKUP}
out vec4 pixel;
struct Quad { ivec2 corner; uint kinds[4]; float margins[4]; bool uniform_; };
Quad quadAt(vec2 place) {
  ivec2 size = textureSize(cells, 0);
  Quad quad;
  quad.corner = ivec2(floor(place * vec2(size) - 0.5));
  for (int i = 0; i < 4; i++) {
    uvec4 cell = texelFetch(cells, clamp(quad.corner + ivec2(i & 1, i >> 1), ivec2(0), size - 1), 0);
    quad.kinds[i] = cell.r | (cell.g << 8u);
    quad.margins[i] = (float(cell.b) + 4.0) / 259.0;
  }
  quad.uniform_ = quad.kinds[0] == quad.kinds[1] && quad.kinds[0] == quad.kinds[2] && quad.kinds[0] == quad.kinds[3];
  return quad;
}
// Four cells vote with their margins. Returns the winner, and its lead over the second in votes.
uint vote(Quad quad, vec2 place, out float lead) {
  vec2 f = place * vec2(textureSize(cells, 0)) - 0.5 - vec2(quad.corner);
  float votes[4];
  votes[0] = (1.0 - f.x) * (1.0 - f.y) * quad.margins[0];
  votes[1] = f.x * (1.0 - f.y) * quad.margins[1];
  votes[2] = (1.0 - f.x) * f.y * quad.margins[2];
  votes[3] = f.x * f.y * quad.margins[3];
  if (quad.uniform_) {
    lead = votes[0] + votes[1] + votes[2] + votes[3];
    return quad.kinds[0];
  }
  uint winner = quad.kinds[0];
  float best = 0.0;
  float second = 0.0;
  for (int i = 0; i < 4; i++) {
    bool counted = false;
    float sum = 0.0;
    for (int j = 0; j < 4; j++) {
      if (quad.kinds[j] != quad.kinds[i]) continue;
      if (j < i) counted = true;
      sum += votes[j];
    }
    if (counted) continue;
    if (sum > best) { second = best; best = sum; winner = quad.kinds[i]; }
    else second = max(second, sum);
  }
  lead = best - second;
  return winner;
}
uint ownerAt(vec2 place) {
  float lead;
  return vote(quadAt(place), place, lead);
}
bool inQuad(Quad quad, vec2 place) {
  return ivec2(floor(place * vec2(textureSize(cells, 0)) - 0.5)) == quad.corner;
}
void main() {
  vec2 right = uv + dFdx(uv) * ratio;
  vec2 up = uv + dFdy(uv) * ratio;
  Quad quad = quadAt(uv);
  float lead;
  uint winner = vote(quad, uv, lead);
  // A pixel whose neighbour has another owner is border: unbroken at any zoom, which slopes of the lead alone are not. Most pixels lie
  // among four cells of one class and need not ask.
  bool inside = !contour || (quad.uniform_ && inQuad(quad, right) && inQuad(quad, up));
  bool border = !inside && (ownerAt(right) != winner || ownerAt(up) != winner);
  vec4 colour = neutral ? vec4(ink, 1.0) : colourOf(winner);
  float weight = strength * (neutral ? 0.35 : colour.a > 0.5 ? 1.0 : ${float(HIDDEN_TERRITORY)});
  float shade = weight * mix(${float(TERRITORY_FLOOR)}, 1.0, clamp(lead, 0.0, 1.0));
  vec3 ground = mix(background, colour.rgb, shade);
  pixel = vec4(mix(ground, mix(colour.rgb, ink, 0.35), border ? min(1.0, strength * 1.6) * (neutral ? 0.5 : colour.a > 0.5 ? 0.75 : 0.75 * ${float(HIDDEN_BORDER)}) : 0.0), 1.0);
  if (!doubted) return;
  vec2 place = window.xy + uv * window.zw;
  float doubt = mix(texture(doubtA, place).r, texture(doubtB, place).r, fraction);
  float off = mod(gl_FragCoord.x + gl_FragCoord.y - origin, period) - 0.5 * ratio;
  float hatch = clamp(0.5 * ratio + 0.5 - abs(off), 0.0, 1.0);
  vec3 faded = mix(pixel.rgb, background, doubt * ${float(DOUBT_FADE)});
  pixel.rgb = mix(faded, line, hatch * doubt * ${float(HATCH_STRENGTH)});
}`;
