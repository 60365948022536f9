// Which JSON objects are CloudTrail records, and where other tools put them.

import { ElementView } from 'tiercel/sdk/element-view';
import { JsonShape } from 'tiercel/sdk/json-shape';
import { skipBlanks } from 'tiercel/sdk/json-bytes';
import { unescapeTo } from 'tiercel/sdk/json-text';
import { INVALID, validateValue } from 'tiercel/sdk/json-validate';
import { Kind } from 'tiercel/sdk/slots';
import { FileVerdict, NO_TIME, Verdict } from 'tiercel/sdk/record-shape';
import { parseTime } from 'tiercel/sdk/times';
import { DeliveredBefore } from './delivered-before';
import { TrailKeys } from './trail-keys';

/** In the view of what stands side by side in a record. */
const TIME = 0;
const NAME = 1;
const SERVICE = 2;

/** An object with so many members of a record is one: logs of other programs have one by chance. */
const TELLTALES_MIN: i32 = 2;
const NOT_A_RECORD: string = 'not a CloudTrail record: has no eventName, eventSource, userIdentity or the like';
const NAMES_FILES: string = 'a notification that names files in S3: read the files, or the queue with sqs://';
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
  '/Messages', // aws sqs receive-message
];
/** A record as an object in a wrapper. */
const OBJECTS: string[] = [
  '/detail', // EventBridge
  '/_source', // Elastic
  '/result', // Splunk
  '/event', // Splunk's HTTP Event Collector
];
/** A record as text in a wrapper. Splunk's come first: it puts fields that it extracted beside them. */
const TEXTS: string[] = [
  '/result/_raw', // Splunk
  '/_raw', // Splunk
  '/CloudTrailEvent', // aws cloudtrail lookup-events
  '/Message', // SNS
  '/Sns/Message', // SNS, as a Lambda function gets it
  '/Body', // SQS
  '/body', // SQS, as a Lambda function gets it
  '/message', // CloudWatch Logs, Filebeat
  '/event/original', // Elastic Common Schema
  '/eventJson', // CloudTrail Lake
  '/event', // Splunk's HTTP Event Collector
  '/log', // Docker, containerd, Fluent Bit
];
const EVENT_TIME = 0;
const EVENT_TYPE = 1;
const DIGEST_BUCKET = 2;
/** A notification that names files in S3: SNS messages of CloudTrail. */
const OBJECT_KEY = 3;
const FIRST_ENVELOPE = 4;
const FIRST_OBJECT: i32 = FIRST_ENVELOPE + 7;
const FIRST_TEXT: i32 = FIRST_OBJECT + 4;
/** From here on: members of which a record has some; one of the first four is enough. */
const FIRST_TELLTALE: i32 = FIRST_TEXT + 12;
const FIRST_WEAK_TELLTALE: i32 = FIRST_TELLTALE + 4;
const TELLTALES: string[] = [
  '/eventName', '/eventSource',
  '/eventname', // Athena, which has small letters only
  '/p_log_type', // Panther
  '/eventVersion', '/eventID', '/userIdentity', '/awsRegion',
  '/sourceIPAddress', '/userAgent', '/requestParameters', '/responseElements', '/requestID', '/errorCode',
];

export class CloudTrailShape extends JsonShape {
  private view: ElementView;
  private pointerCount: i32;
  /** Where in a bucket the logs of which account, region and day are. */
  private readonly keys: TrailKeys = new TrailKeys();
  private readonly deliveredBefore: DeliveredBefore = new DeliveredBefore();
  private core: ElementView = new ElementView(['/eventTime', '/eventName', '/eventSource']);

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
    return ['Records', 'Events', 'events', 'logEvents', 'results', 'hits', 'Messages'];
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
    // Time, service and name are enough for a record, and stand in its first third: what follows is not read here.
    const core = this.core;
    core.walk(start, end);
    const isNotification = core.text(SERVICE) && isOfNotification(core);
    if (!isNotification && core.text(TIME) && (core.kind(NAME) != Kind.Absent || core.kind(SERVICE) != Kind.Absent)) {
      // Splunk's own extraction has the time beside the text it is from.
      if (nesting == 0 || !this.hasRaw(start, end)) return this.take(start, end, core);
    }
    const view = this.view;
    view.walk(start, end);
    if (nesting == 0) {
      for (let index = FIRST_ENVELOPE; index < FIRST_OBJECT; index++) {
        if (view.kind(index) == Kind.Array) return Verdict.Envelope;
      }
      if (view.kind(FIRST_ENVELOPE) != Kind.Absent) return this.lose('`Records` is not an array');
    }
    if (isNotification || !this.isRecord(start, end) || isText(view.kind(FIRST_TEXT + 1))) {
      return this.judgeStranger(nesting);
    }
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

  private isRecord(start: usize, end: usize): bool {
    if (end - start == 2) return true;
    let count: i32 = this.view.kind(EVENT_TIME) != Kind.Absent ? 1 : 0;
    if (this.view.kind(EVENT_TYPE) != Kind.Absent) count++;
    for (let index = FIRST_TELLTALE; index < this.pointerCount; index++) {
      if (this.view.kind(index) != Kind.Absent) count += index < FIRST_WEAK_TELLTALE ? TELLTALES_MIN : 1;
    }
    return count >= TELLTALES_MIN;
  }

  /** An object that is no record: a wrapper around one, a digest, or nothing of ours. */
  private judgeStranger(nesting: i32): Verdict {
    const view = this.view;
    if (view.kind(DIGEST_BUCKET) != Kind.Absent) {
      this.reason = '';
      return Verdict.Skipped;
    }
    if (view.kind(OBJECT_KEY) != Kind.Absent) {
      return this.lose(NAMES_FILES);
    }
    if (nesting < NESTING_MAX) {
      if (view.kind(FIRST_ENVELOPE) == Kind.Array) return this.judgeOnly(nesting);
      for (let index = FIRST_TEXT; index < FIRST_TELLTALE; index++) {
        if (isText(view.kind(index))) return this.judgeText(view.start(index), view.end(index), nesting);
      }
      for (let index = FIRST_OBJECT; index < FIRST_TEXT; index++) {
        if (view.kind(index) == Kind.Object) {
          return this.judgeNested(view.start(index), view.end(index), nesting + 1);
        }
      }
    }
    return this.lose(this.core.kind(NAME) == Kind.Absent ? NOT_A_RECORD : NAMES_FILES);
  }

  /** `Records` in a text: one record is read, and several, which only a file may have, are not. */
  private judgeOnly(nesting: i32): Verdict {
    const records = this.view.elements(FIRST_ENVELOPE);
    if (!records.next() || load<u8>(records.start) != 0x7b) return this.lose(NOT_A_RECORD);
    const start = records.start;
    const end = records.end;
    const isOnly = !records.next();
    const verdict = this.judgeNested(start, end, nesting + 1);
    if (isOnly || verdict == Verdict.Lost) return verdict;
    return this.lose('a text with several records, where one can be read');
  }

  /** A record as text, with or without blanks around it: resolving escapes where it lies never makes it longer. */
  private judgeText(textStart: usize, escapedEnd: usize, nesting: i32): Verdict {
    const textEnd = textStart + unescapeTo(textStart, textStart, escapedEnd);
    const start = skipBlanks(textStart, textEnd);
    const end = start < textEnd && load<u8>(start) == 0x7b ? validateValue(start, textEnd) : INVALID;
    const isWhole = end > INVALID && skipBlanks(end, textEnd) == textEnd;
    if (!isWhole) return this.lose('a message whose text is not a CloudTrail record');
    return this.judgeNested(start, end, nesting + 1);
  }

  private lose(reason: string): Verdict {
    this.reason = reason;
    return Verdict.Lost;
  }
}

/** S3 and others write notifications with `eventSource: aws:s3`, and the members of a record. */
function isOfNotification(core: ElementView): bool {
  return core.textSize > 4 && load<u32>(core.textStart) == 0x3a737761;
}

function isText(kind: Kind): bool {
  return kind == Kind.String || kind == Kind.EscapedString;
}
