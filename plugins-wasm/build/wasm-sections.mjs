// The little of the binary format that the build needs (WebAssembly core specification, section 5.5).

function writeUnsigned(value) {
  const bytes = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return Buffer.from(bytes);
}

function readUnsigned(bytes, offset) {
  let value = 0;
  let shift = 0;
  let at = offset;
  for (;;) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return [value >>> 0, at];
    shift += 7;
  }
}

const EXPORT_SECTION = 7;
const HEADER_SIZE = 8;

/** `names`: export → new names, none drops it; exports not listed stay. */
export function renameExports(core, names) {
  const parts = [core.subarray(0, HEADER_SIZE)];
  for (let at = HEADER_SIZE; at < core.length; ) {
    const id = core[at];
    const [size, body] = readUnsigned(core, at + 1);
    const end = body + size;
    if (id === EXPORT_SECTION) {
      const section = renameSection(core.subarray(body, end), names);
      parts.push(Buffer.from([id]), writeUnsigned(section.length), section);
    } else parts.push(core.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function renameSection(section, names) {
  const rows = [];
  let [count, at] = readUnsigned(section, 0);
  for (; count > 0; count--) {
    const [size, start] = readUnsigned(section, at);
    const name = Buffer.from(section.subarray(start, start + size)).toString();
    const kind = section[start + size];
    const [index, end] = readUnsigned(section, start + size + 1);
    at = end;
    for (const renamed of names.get(name) ?? [name]) {
      const text = Buffer.from(renamed);
      rows.push(
        Buffer.concat([
          writeUnsigned(text.length),
          text,
          Buffer.from([kind]),
          writeUnsigned(index),
        ]),
      );
    }
  }
  return Buffer.concat([writeUnsigned(rows.length), ...rows]);
}

/** Custom sections may follow any section, in components too. */
export function appendCustomSection(binary, name, contents) {
  const text = Buffer.from(name);
  const body = Buffer.concat([writeUnsigned(text.length), text, contents]);
  return Buffer.concat([binary, Buffer.from([0]), writeUnsigned(body.length), body]);
}
