// A regular expression as a tree. Bytes, not characters: what is not ASCII stands for its UTF-8 bytes.

import { ByteSet } from './byte-set';

export enum NodeKind {
  /** One byte of a set. */
  Set,
  /** One after the other; none of them is the empty text. */
  Sequence,
  /** One of them. */
  Choice,
  /** The first, from `min` to `max` times. */
  Repeat,
  /** The first, which is a part. */
  Group,
}

export const ENDLESS: i32 = -1;
const REPEAT_MAX: i32 = 1000;
/** Each has a bit for its start and one for its end. */
const GROUPS_MAX: i32 = 31;

export class PatternNode {
  readonly inside: PatternNode[] = [];
  set: ByteSet = EMPTY;
  min: i32 = 0;
  max: i32 = 0;
  /** Rather less often than more. */
  isLazy: bool = false;
  /** Part of a group. */
  part: i32 = 0;
  constructor(readonly kind: NodeKind) {}
}

const EMPTY: ByteSet = new ByteSet();

export class ParsedPattern {
  constructor(readonly root: PatternNode, readonly names: string[]) {}
}

export function parsePattern(expression: string): ParsedPattern {
  const parser = new Parser(expression);
  return new ParsedPattern(parser.parseAll(), parser.names);
}

const BACKSLASH = 0x5c;
const STAR = 0x2a;
const PLUS = 0x2b;
const QUESTION = 0x3f;
const OPEN = 0x28;
const CLOSE = 0x29;
const BAR = 0x7c;
const DOT = 0x2e;
const OPEN_SET = 0x5b;
const CLOSE_SET = 0x5d;
const CARET = 0x5e;
const DOLLAR = 0x24;
const OPEN_COUNT = 0x7b;
const CLOSE_COUNT = 0x7d;
const MINUS = 0x2d;
const COMMA = 0x2c;

class Parser {
  readonly names: string[] = [];
  private at: i32 = 0;

  constructor(private readonly text: string) {}

  parseAll(): PatternNode {
    // The whole line matches: both anchors are there anyway.
    if (this.peek() == CARET) this.at++;
    const root = this.parseChoice();
    if (this.at < this.text.length) this.fail('`)` without `(`');
    return root;
  }

  private parseChoice(): PatternNode {
    const choice = new PatternNode(NodeKind.Choice);
    choice.inside.push(this.parseSequence());
    while (this.peek() == BAR) {
      this.at++;
      choice.inside.push(this.parseSequence());
    }
    return choice.inside.length == 1 ? choice.inside[0] : choice;
  }

  private parseSequence(): PatternNode {
    const sequence = new PatternNode(NodeKind.Sequence);
    while (this.at < this.text.length && this.peek() != BAR && this.peek() != CLOSE) {
      if (this.peek() == DOLLAR && this.at == this.text.length - 1) this.at++;
      else sequence.inside.push(this.parseRepeat());
    }
    return sequence;
  }

  private parseRepeat(): PatternNode {
    let node = this.parseOne();
    for (;;) {
      let min = 0;
      let max = ENDLESS;
      const sign = this.peek();
      if (sign == STAR || sign == PLUS || sign == QUESTION) {
        this.at++;
        if (sign == PLUS) min = 1;
        if (sign == QUESTION) max = 1;
      } else if (sign == OPEN_COUNT && isDigit(this.peekAt(1))) {
        this.at++;
        min = this.parseCount();
        max = min;
        if (this.peek() == COMMA) {
          this.at++;
          max = this.peek() == CLOSE_COUNT ? ENDLESS : this.parseCount();
        }
        this.expect(CLOSE_COUNT);
        if (max != ENDLESS && max < min) this.fail('a largest number of times that is below the smallest');
      } else return node;
      const repeat = new PatternNode(NodeKind.Repeat);
      if (this.peek() == QUESTION) {
        repeat.isLazy = true;
        this.at++;
      }
      repeat.inside.push(node);
      repeat.min = min;
      repeat.max = max;
      node = repeat;
    }
    return node;
  }

  private parseCount(): i32 {
    let count = 0;
    if (!isDigit(this.peek())) this.fail('a number is expected');
    while (isDigit(this.peek())) {
      count = count * 10 + this.peek() - 0x30;
      if (count > REPEAT_MAX) this.fail('a number of times above ' + REPEAT_MAX.toString());
      this.at++;
    }
    return count;
  }

  private parseOne(): PatternNode {
    const code = this.peek();
    if (code == OPEN) return this.parseGroup();
    const sign = '`' + this.text.charAt(this.at) + '`';
    if (code == STAR || code == PLUS || code == QUESTION) this.fail('nothing stands before ' + sign);
    if (code == CARET || code == DOLLAR) this.fail(sign + ' inside: a pattern is always of the whole line');
    if (code > 0x7f) return this.parseCharacter();
    const node = new PatternNode(NodeKind.Set);
    node.set = new ByteSet();
    if (code == OPEN_SET) this.parseSet(node.set);
    else if (code == BACKSLASH) this.parseEscape(node.set);
    else {
      this.at++;
      if (code == DOT) {
        node.set.add(0, 9);
        node.set.add(11, 255);
      } else node.set.add(code, code);
    }
    return node;
  }

  /** A character that is not ASCII: its bytes, one after the other. */
  private parseCharacter(): PatternNode {
    const sequence = new PatternNode(NodeKind.Sequence);
    const size = this.text.codePointAt(this.at) > 0xffff ? 2 : 1;
    const bytes = Uint8Array.wrap(String.UTF8.encode(this.text.substr(this.at, size)));
    for (let index = 0; index < bytes.length; index++) {
      const node = new PatternNode(NodeKind.Set);
      node.set = new ByteSet();
      node.set.add(bytes[index], bytes[index]);
      sequence.inside.push(node);
    }
    this.at += size;
    return sequence;
  }

  private parseGroup(): PatternNode {
    this.at++;
    let name = '';
    let isPart = true;
    if (this.peek() == QUESTION) {
      if (this.peekAt(1) == 0x3a) {
        isPart = false;
        this.at += 2;
      } else {
        const from = this.text.indexOf('<', this.at);
        const to = this.text.indexOf('>', this.at);
        const isName = from > this.at && from < this.at + 3 && to > from + 1;
        if (!isName) this.fail('a group is `(`, `(?:` or `(?<name>`');
        name = this.text.substring(from + 1, to);
        this.at = to + 1;
      }
    }
    if (!isPart) {
      const inside = this.parseChoice();
      this.expect(CLOSE);
      return inside;
    }
    const group = new PatternNode(NodeKind.Group);
    group.part = this.names.length;
    if (group.part >= GROUPS_MAX) this.fail('more than ' + GROUPS_MAX.toString() + ' groups');
    if (name.length > 0 && this.names.includes(name)) this.fail('a second group `' + name + '`');
    this.names.push(name);
    group.inside.push(this.parseChoice());
    this.expect(CLOSE);
    return group;
  }

  private parseSet(set: ByteSet): void {
    this.at++;
    const isOpposite = this.peek() == CARET;
    if (isOpposite) this.at++;
    const wanted = new ByteSet();
    for (let isFirst = true; isFirst || this.peek() != CLOSE_SET; isFirst = false) {
      if (this.at >= this.text.length) this.fail('`[` without `]`');
      const first = this.parseMember(wanted);
      if (first < 0 || this.peek() != MINUS || this.peekAt(1) == CLOSE_SET) continue;
      this.at++;
      const last = this.parseMember(wanted);
      if (last < first) this.fail('a range that ends before it begins');
      wanted.add(first, last);
    }
    this.at++;
    set.addAll(wanted, isOpposite);
  }

  /** One member of a set; -1: it is a set itself. */
  private parseMember(set: ByteSet): i32 {
    const code = this.peek();
    if (code == BACKSLASH) return this.parseEscape(set);
    if (code > 0x7f) this.fail('in `[ ]` only ASCII characters');
    this.at++;
    set.add(code, code);
    return code;
  }

  /** The byte, or -1 for several. */
  private parseEscape(set: ByteSet): i32 {
    const code = this.peekAt(1);
    this.at += 2;
    const lower = code | 0x20;
    if (lower == 0x64 || lower == 0x77 || lower == 0x73) {
      set.addAll(classOf(lower), code != lower);
      return -1;
    }
    let byte = code;
    if (code == 0x6e) byte = 0x0a;
    else if (code == 0x72) byte = 0x0d;
    else if (code == 0x74) byte = 0x09;
    else if (code == 0x78) {
      byte = hexDigit(this.peek()) * 16 + hexDigit(this.peekAt(1));
      if (byte < 0 || hexDigit(this.peekAt(1)) < 0) this.fail('`\\x` takes two hexadecimal digits');
      this.at += 2;
    } else if (isWord(code) || code < 0 || code > 0x7f) {
      this.at--;
      this.fail('no such escape');
    }
    set.add(byte, byte);
    return byte;
  }

  private peek(): i32 {
    return this.peekAt(0);
  }

  private peekAt(offset: i32): i32 {
    const at = this.at + offset;
    return at < this.text.length ? this.text.charCodeAt(at) : -1;
  }

  private expect(code: i32): void {
    if (this.peek() != code) this.fail('`' + String.fromCharCode(code) + '` is expected');
    this.at++;
  }

  private fail(what: string): void {
    throw new Error('pattern, character ' + (this.at + 1).toString() + ': ' + what);
  }
}

/** `\d`, `\w`, `\s`. */
function classOf(letter: i32): ByteSet {
  const set = new ByteSet();
  if (letter == 0x73) {
    set.add(0x09, 0x0d);
    set.add(0x20, 0x20);
    return set;
  }
  set.add(0x30, 0x39);
  if (letter == 0x64) return set;
  set.add(0x41, 0x5a);
  set.add(0x5f, 0x5f);
  set.add(0x61, 0x7a);
  return set;
}

function isDigit(code: i32): bool {
  return code >= 0x30 && code <= 0x39;
}

function isWord(code: i32): bool {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x7a);
}

function hexDigit(code: i32): i32 {
  if (isDigit(code)) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1000;
}
