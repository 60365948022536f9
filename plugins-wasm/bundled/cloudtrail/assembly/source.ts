// Which JSON objects are CloudTrail records, and where other tools put them.

import { ElementView, memberCount } from 'tiercel/sdk/element-view';
import { JsonShape } from 'tiercel/sdk/json-shape';
import { unescapeTo } from 'tiercel/sdk/json-text';
import { INVALID, validateValue } from 'tiercel/sdk/json-validate';
import { Kind } from 'tiercel/sdk/slots';
import { FileVerdict, NO_TIME, Verdict } from 'tiercel/sdk/record-shape';
import { parseTime } from 'tiercel/sdk/times';
import { DeliveredBefore } from './delivered-before';
import { TrailKeys } from './trail-keys';

/** In the view of the time alone. */
const TIME = 0;

const MEMBERS_MIN: i32 = 3;
/** A record in a text in an object in a text …: so deep, and no deeper. */
const NESTING_MAX: i32 = 4;
const ENDINGS: string[] = ['.json', '.jsonl', '.ndjson', '.log'];

/** Arrays of records, with what writes them. */
const ENVELOPES: string[] = [
  '/Records', // CloudTrail itself, S3 and Firehose deliveries
  '/Events', // aws cloudtrail lookup-events
  '/events', // aws logs filter-log-events, get-log-events
  '/logEvents', // CloudWatch Logs subscriptions
  '/results', // Splunk
  '/hits/hits', // Elastic
];
/** A record as an object in a wrapper. */
const OBJECTS: string[] = [
  '/detail', // EventBridge
  '/_source', // Elastic
  '/result', // Splunk
];
/** A record as text in a wrapper. Splunk's come first: it puts fields that it extracted beside them. */
const TEXTS: string[] = [
  '/result/_raw', // Splunk
  '/_raw', // Splunk
  '/CloudTrailEvent', // aws cloudtrail lookup-events
  '/Message', // SNS
  '/Body', // SQS
  '/message', // CloudWatch Logs, Filebeat
  '/event/original', // Elastic Common Schema
  '/eventJson', // CloudTrail Lake
];
const EVENT_TIME = 0;
const EVENT_TYPE = 1;
const DIGEST_BUCKET = 2;
/** A notification that names files in S3: SNS messages of CloudTrail. */
const OBJECT_KEY = 3;
const FIRST_ENVELOPE = 4;
const FIRST_OBJECT: i32 = FIRST_ENVELOPE + 6;
const FIRST_TEXT: i32 = FIRST_OBJECT + 3;
/** From here on: members of which a record has at least one. */
const FIRST_TELLTALE: i32 = FIRST_TEXT + 8;
const TELLTALES: string[] = [
  '/eventName', '/eventSource', '/eventVersion', '/eventID', '/userIdentity', '/awsRegion',
  '/sourceIPAddress', '/userAgent', '/requestParameters', '/responseElements', '/requestID', '/errorCode',
];

export class CloudTrailShape extends JsonShape {
  private view: ElementView;
  private pointerCount: i32;
  /** Where in a bucket the logs of which account, region and day are. */
  private readonly keys: TrailKeys = new TrailKeys();
  private readonly deliveredBefore: DeliveredBefore = new DeliveredBefore();
  private timeOnly: ElementView = new ElementView(['/eventTime']);

  constructor() {
    super();
    const pointers = ['/eventTime', '/eventType', '/digestS3Bucket', '/s3ObjectKey']
      .concat(ENVELOPES)
      .concat(OBJECTS)
      .concat(TEXTS)
      .concat(TELLTALES);
    this.pointerCount = pointers.length;
    this.view = new ElementView(pointers);
  }

  openLocation(location: string): string | null {
    return this.keys.open(location);
  }

  skipBehind(path: string): string {
    return this.keys.skipBehind(path);
  }

  get envelopeKeys(): string[] {
    return ['Records', 'Events', 'events', 'logEvents', 'results', 'hits'];
  }

  get fileNames(): string {
    return '*' + ENDINGS.join(', *');
  }

  judgeFile(path: string): FileVerdict {
    if (path.includes('/CloudTrail-Digest/')) return FileVerdict.NoEvents;
    const name = path.endsWith('.gz') ? path.substring(0, path.length - 3) : path;
    for (let index = 0; index < ENDINGS.length; index++) {
      if (name.endsWith(ENDINGS[index])) return FileVerdict.Read;
    }
    return FileVerdict.LookInside;
  }

  startFile(path: string): void {
    this.deliveredBefore.startFile(path);
  }

  tellLeftOut(isOver: bool): void {
    this.deliveredBefore.tell(isOver);
  }

  judge(start: usize, end: usize): Verdict {
    return this.judgeOnce(this.judgeNested(start, end, 0));
  }

  judgeString(start: usize, end: usize): Verdict {
    return this.judgeOnce(this.judgeText(start, end, 0));
  }

  private judgeOnce(verdict: Verdict): Verdict {
    if (verdict != Verdict.Event || this.deliveredBefore.isFirst(this.eventStart, this.eventEnd)) return verdict;
    this.reason = '';
    return Verdict.Skipped;
  }

  private judgeNested(start: usize, end: usize, nesting: i32): Verdict {
    // A time as text is enough for a record, and stands in its first third: what follows is not read here.
    const timeOnly = this.timeOnly;
    timeOnly.walk(start, end);
    if (timeOnly.text(TIME)) {
      // Splunk's own extraction has the time beside the text it is from.
      if (nesting == 0 || !this.hasRaw(start, end)) return this.take(start, end, timeOnly);
    }
    const view = this.view;
    view.walk(start, end);
    if (nesting == 0) {
      for (let index = FIRST_ENVELOPE; index < FIRST_OBJECT; index++) {
        if (view.kind(index) == Kind.Array) return Verdict.Envelope;
      }
      if (view.kind(FIRST_ENVELOPE) != Kind.Absent) return this.lose('`Records` is not an array');
    }
    if (!this.hasTelltale() || isText(view.kind(FIRST_TEXT + 1))) return this.judgeStranger(start, end, nesting);
    this.eventStart = start;
    this.eventEnd = end;
    this.time = view.text(EVENT_TIME) ? parseTime(view.textStart, view.textSize) : NO_TIME;
    return Verdict.Event;
  }

  private take(start: usize, end: usize, view: ElementView): Verdict {
    this.eventStart = start;
    this.eventEnd = end;
    this.time = parseTime(view.textStart, view.textSize);
    return Verdict.Event;
  }

  private hasRaw(start: usize, end: usize): bool {
    this.view.walk(start, end);
    return isText(this.view.kind(FIRST_TEXT + 1));
  }

  private hasTelltale(): bool {
    if (this.view.kind(EVENT_TIME) != Kind.Absent || this.view.kind(EVENT_TYPE) != Kind.Absent) return true;
    for (let index = FIRST_TELLTALE; index < this.pointerCount; index++) {
      if (this.view.kind(index) != Kind.Absent) return true;
    }
    return false;
  }

  /** An object without any member of a record: a wrapper around one, a digest, or nothing of ours. */
  private judgeStranger(start: usize, end: usize, nesting: i32): Verdict {
    const view = this.view;
    if (view.kind(DIGEST_BUCKET) != Kind.Absent) {
      this.reason = '';
      return Verdict.Skipped;
    }
    if (view.kind(OBJECT_KEY) != Kind.Absent) {
      return this.lose('a notification that names files in S3: copy them and read them instead');
    }
    if (nesting < NESTING_MAX) {
      for (let index = FIRST_TEXT; index < FIRST_TELLTALE; index++) {
        if (isText(view.kind(index))) return this.judgeText(view.start(index), view.end(index), nesting);
      }
      for (let index = FIRST_OBJECT; index < FIRST_TEXT; index++) {
        if (view.kind(index) == Kind.Object) {
          return this.judgeNested(view.start(index), view.end(index), nesting + 1);
        }
      }
    }
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
  private judgeText(start: usize, escapedEnd: usize, nesting: i32): Verdict {
    const size = unescapeTo(start, start, escapedEnd);
    const end = start + size;
    const valid = size > 1 && load<u8>(start) == 0x7b ? validateValue(start, end) : INVALID;
    if (valid != end) return this.lose('a message whose text is not a CloudTrail record');
    return this.judgeNested(start, end, nesting + 1);
  }

  private lose(reason: string): Verdict {
    this.reason = reason;
    return Verdict.Lost;
  }
}

function isText(kind: Kind): bool {
  return kind == Kind.String || kind == Kind.EscapedString;
}
