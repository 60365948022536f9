// Which JSON objects are CloudTrail records, and where other tools put them.

import { ElementView, memberCount } from '../../sdk/event-view';
import { unescapeTo } from '../../sdk/json-text';
import { INVALID, validateValue } from '../../sdk/json-validate';
import { Kind } from '../../sdk/json-walk';
import { NO_TIME, RecordShape, Verdict } from '../../sdk/record-shape';
import { parseTime } from '../../sdk/rfc3339';

/** In the view of the time alone. */
const TIME = 0;
const EVENT_TIME = 0;
const EVENT_TYPE = 1;
const RECORDS = 2;
const DIGEST_BUCKET = 3;
/** EventBridge wraps a record in `detail`. */
const DETAIL = 4;
/** SNS carries it as text in `Message`. */
const MESSAGE = 5;
/** `aws cloudtrail lookup-events` carries it as text in `CloudTrailEvent`. */
const LOOKUP = 6;
/** From here on: members of which a record has at least one. */
const FIRST_TELLTALE = 7;

const MEMBERS_MIN: i32 = 3;
const ENDINGS: string[] = ['.json', '.jsonl', '.ndjson', '.log'];

export class CloudTrailShape extends RecordShape {
  private view: ElementView = new ElementView([
    '/eventTime', '/eventType', '/Records', '/digestS3Bucket', '/detail', '/Message', '/CloudTrailEvent',
    '/eventName', '/eventSource', '/eventVersion', '/eventID', '/userIdentity', '/awsRegion',
    '/sourceIPAddress', '/userAgent', '/requestParameters', '/responseElements', '/requestID', '/errorCode',
  ]);
  private pointerCount: i32 = 19;
  private timeOnly: ElementView = new ElementView(['/eventTime']);

  get envelopeKey(): string {
    return 'Records';
  }

  isWanted(path: string): bool {
    if (path.includes('/CloudTrail-Digest/')) return false;
    const name = path.endsWith('.gz') ? path.substring(0, path.length - 3) : path;
    for (let index = 0; index < ENDINGS.length; index++) if (name.endsWith(ENDINGS[index])) return true;
    return false;
  }

  judge(start: usize, end: usize): Verdict {
    return this.judgeNested(start, end, false);
  }

  private judgeNested(start: usize, end: usize, isNested: bool): Verdict {
    // A time as text is enough for a record, and stands in its first third: what follows is not read here.
    const timeOnly = this.timeOnly;
    timeOnly.walk(start, end);
    if (timeOnly.text(TIME)) {
      this.eventStart = start;
      this.eventEnd = end;
      this.time = parseTime(timeOnly.textStart, timeOnly.textSize);
      return Verdict.Event;
    }
    const view = this.view;
    view.walk(start, end);
    if (!isNested && view.kind(RECORDS) != Kind.Absent) {
      if (view.kind(RECORDS) == Kind.Array) return Verdict.Envelope;
      return this.lose('`Records` is not an array');
    }
    if (!this.hasTelltale()) return this.judgeStranger(start, end, isNested);
    this.eventStart = start;
    this.eventEnd = end;
    this.time = view.text(EVENT_TIME) ? parseTime(view.textStart, view.textSize) : NO_TIME;
    return Verdict.Event;
  }

  private hasTelltale(): bool {
    if (this.view.kind(EVENT_TIME) != Kind.Absent || this.view.kind(EVENT_TYPE) != Kind.Absent) return true;
    for (let index = FIRST_TELLTALE; index < this.pointerCount; index++) {
      if (this.view.kind(index) != Kind.Absent) return true;
    }
    return false;
  }

  /** An object without any member of a record: a wrapper around one, a digest, or nothing of ours. */
  private judgeStranger(start: usize, end: usize, isNested: bool): Verdict {
    const view = this.view;
    if (view.kind(DIGEST_BUCKET) != Kind.Absent) {
      this.reason = '';
      return Verdict.Skipped;
    }
    if (!isNested && view.kind(DETAIL) == Kind.Object) {
      return this.judgeNested(view.start(DETAIL), view.end(DETAIL), true);
    }
    if (!isNested && isText(view.kind(LOOKUP))) return this.judgeText(LOOKUP);
    if (!isNested && isText(view.kind(MESSAGE))) return this.judgeText(MESSAGE);
    // Records of other tools keep their members under other names; one or two members are no record at all.
    if (end - start == 2 || memberCount(start, end, MEMBERS_MIN) >= MEMBERS_MIN) {
      this.eventStart = start;
      this.eventEnd = end;
      this.time = NO_TIME;
      return Verdict.Event;
    }
    return this.lose('not a CloudTrail record: has no eventName, eventSource, userIdentity or the like');
  }

  /** A record as text: escapes are resolved where it lies, which never makes it longer. */
  private judgeText(pointer: i32): Verdict {
    const start = this.view.start(pointer);
    const size = unescapeTo(start, start, this.view.end(pointer));
    // A byte that ends every token: what lay behind the text must not be taken for a part of it.
    const end = start + size;
    const valid = size > 1 && load<u8>(start) == 0x7b ? validateValue(start, end) : INVALID;
    if (valid != end) return this.lose('a message whose text is not a CloudTrail record');
    return this.judgeNested(start, end, true);
  }

  private lose(reason: string): Verdict {
    this.reason = reason;
    return Verdict.Lost;
  }
}

function isText(kind: Kind): bool {
  return kind == Kind.String || kind == Kind.EscapedString;
}
