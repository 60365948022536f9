// Where a reader of records stands, as the text that `checkpoint` gives and `resume` takes. The numbers of the modes
// are part of it: another order of them is another version.

const VERSION = '2';
const PARTS: i32 = 8;

export enum Mode {
  /** Between values at the top level. */
  Top,
  /** Among the members of an envelope. */
  Members,
  /** Among the elements of its array of records, or of an array at the top level. */
  Elements,
  /** Dropping a line that is too long. */
  DropLine,
  /** The rest of the file cannot be read. */
  DropFile,
}

export class Position {
  mode: Mode = Mode.Top;
  /** Objects around the array of records that were entered and not left. */
  envelopeDepth: i32 = 0;
  /** In the decoded bytes of the file. */
  offset: u64 = 0;
  line: u64 = 0;
  record: u64 = 0;
  /** Inside the file at `path`, or behind it. */
  isOpen: bool = false;
  path: string = '';

  toText(): string {
    return [
      VERSION, (<i32>this.mode).toString(), this.envelopeDepth.toString(), this.offset.toString(), this.line.toString(),
      this.record.toString(), this.isOpen ? '1' : '0', this.path,
    ].join('\n');
  }

  /** Null for a text that is not a position of this version. */
  static parse(text: string): Position | null {
    const parts = text.split('\n');
    if (parts.length < PARTS || parts[0] != VERSION) return null;
    const position = new Position();
    position.mode = <Mode>I32.parseInt(parts[1]);
    position.envelopeDepth = I32.parseInt(parts[2]);
    position.offset = U64.parseInt(parts[3]);
    position.line = U64.parseInt(parts[4]);
    position.record = U64.parseInt(parts[5]);
    position.isOpen = parts[6] == '1';
    position.path = parts.slice(PARTS - 1).join('\n');
    return position;
  }
}
