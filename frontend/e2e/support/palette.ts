import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Pictures of pages have few colours: with a palette of 256 they take a third of the bytes and look the same. */

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 256;

interface Image {
  width: number;
  height: number;
  /** Three bytes for each pixel, row after row. */
  rgb: Uint8Array;
}

/** The same picture as a PNG with a palette. Takes PNGs of eight bits per channel, not interlaced. */
export function withPalette(png: Buffer): Buffer {
  const image = decode(png);
  const counts = new Map<number, number>();
  for (let at = 0; at < image.rgb.length; at += 3) {
    const colour = colourAt(image.rgb, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const { palette, place } = quantise(counts);
  const rows = Buffer.alloc(image.height * (image.width + 1));
  for (let row = 0, at = 0; row < image.height; row++) {
    const start = row * (image.width + 1) + 1;
    for (let column = 0; column < image.width; column++, at += 3)
      rows[start + column] = place.get(colourAt(image.rgb, at)) ?? 0;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(image.width, 0);
  header.writeUInt32BE(image.height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk(
      'PLTE',
      Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])),
    ),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function colourAt(rgb: Uint8Array, at: number): number {
  return ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
}

function decode(png: Buffer): Image {
  const data: Buffer[] = [];
  let width = 0;
  let height = 0;
  let channels = 0;
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 8, at + 8 + length);
    const type = png.toString('latin1', at + 4, at + 8);
    if (type === 'IHDR') {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      channels = body[9] === 6 ? 4 : 3;
    } else if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const rgb = new Uint8Array(width * height * 3);
  const stride = width * channels;
  const raw = inflateSync(Buffer.concat(data));
  let above = new Uint8Array(stride);
  for (let row = 0; row < height; row++) {
    const start = row * (stride + 1);
    const line = unfilter(raw[start] ?? 0, raw.subarray(start + 1, start + 1 + stride), above, channels);
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < 3; channel++)
        rgb[(row * width + column) * 3 + channel] = line[column * channels + channel] ?? 0;
    above = line;
  }
  return { width, height, rgb };
}

/** Undo one of PNG's five line filters (RFC 2083, 6). */
function unfilter(
  filter: number,
  line: Uint8Array,
  above: Uint8Array,
  channels: number,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(line.length);
  for (let at = 0; at < line.length; at++) {
    const left = at < channels ? 0 : (out[at - channels] ?? 0);
    const up = above[at] ?? 0;
    const corner = at < channels ? 0 : (above[at - channels] ?? 0);
    out[at] = (line[at] ?? 0) + predicted(filter, left, up, corner);
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter === 4) {
    const [byLeft, byUp, byCorner] = [left, up, corner].map((one) => Math.abs(left + up - corner - one)) as [
      number,
      number,
      number,
    ];
    return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
  }
  return 0;
}

/** Median cut: halve the box of colours with the widest channel until there are enough boxes. */
function quantise(counts: Map<number, number>): { palette: number[]; place: Map<number, number> } {
  const boxes: number[][] = [[...counts.keys()]];
  while (boxes.length < COLOURS) {
    const widest = boxes
      .map((box, index) => ({ index, ...widestChannel(box) }))
      .reduce((best, next) => (next.range > best.range ? next : best));
    if (widest.range === 0) break;
    const [box = []] = boxes.splice(widest.index, 1);
    box.sort((a, b) => ((a >> widest.shift) & 255) - ((b >> widest.shift) & 255));
    boxes.push(box.slice(0, box.length / 2), box.slice(box.length / 2));
  }
  const place = new Map<number, number>();
  const palette = boxes.map((box, index) => {
    for (const colour of box) place.set(colour, index);
    // The colour that most pixels have: flat surfaces and text keep theirs exactly.
    return box.reduce((best, next) => ((counts.get(next) ?? 0) > (counts.get(best) ?? 0) ? next : best));
  });
  return { palette, place };
}

function widestChannel(box: number[]): { shift: number; range: number } {
  const ranges = [16, 8, 0].map((shift) => {
    let [low, high] = [255, 0];
    for (const colour of box) {
      const value = (colour >> shift) & 255;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return { shift, range: high - low };
  });
  return ranges.reduce((best, next) => (next.range > best.range ? next : best));
}

function chunk(type: string, body: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const frame = Buffer.alloc(8 + content.length);
  frame.writeUInt32BE(body.length, 0);
  content.copy(frame, 4);
  frame.writeUInt32BE(crc32(content), 4 + content.length);
  return frame;
}
