// A record in a line: who did what from where.

import { Bytes, bytes } from 'tiercel/sdk/bytes';
import { EventView } from 'tiercel/sdk/event-view';
import { Kind } from 'tiercel/sdk/slots';
import { addShortSource, addUri, addUser } from './extract';
import {
  EVENT_NAME, EVENT_SOURCE, AWS_REGION, SOURCE_IP, ERROR_CODE, READ_ONLY, BUCKET_NAME, OBJECT_KEY,
  REQUEST_HOST, PUBLIC_ACCESS_BLOCK, BYTES_IN, BYTES_OUT,
} from './pointers';

const BLANK = bytes(' ');
const PUT_PUBLIC_ACCESS_BLOCK = bytes('PutBucketPublicAccessBlock');
const NO_USER = bytes('<invalid cloudtrail event: userIdentity field missing>');
const NO_ADDRESS = bytes('<invalid cloudtrail event: eventSource field missing>');
const NO_NAME = bytes('<invalid cloudtrail event: eventName field missing>');
const NO_SOURCE = bytes('<invalid JSON: event did not contain a source>');
const NO_REGION = bytes('<invalid JSON: event did not contain an awsRegion>');
const NO_EVENT_NAME = bytes('<invalid JSON: event did not contain an eventName>');
const VIA = bytes(' via ');
const FAILED = bytes('!');
const WRITES = bytes('→ ');
const READS = bytes('← ');
const PUBLIC_ACCESS = bytes(
  ' BlockPublicAcls=false BlockPublicPolicy=false IgnorePublicAcls=false RestrictPublicBuckets=false ',
);
const SIZE = bytes(' Size=');
const URI = bytes(' URI=');
const BUCKET = bytes(' Bucket=');
const KEY = bytes(' Key=');
const HOST = bytes(' Host=');

/** Who did what from where, in a line: Falco's text for tools that show events. */
export function info(event: EventView): void {
  event.startBuilding();
  addInfo(event);
  event.putBuilt();
}

function addInfo(event: EventView): void {
  const before = event.builtSize;
  if (!addUser(event)) {
    event.add(NO_USER);
    return;
  }
  if (!event.has(SOURCE_IP)) {
    event.cutBuilt(before);
    event.add(NO_ADDRESS);
    return;
  }
  if (!event.has(EVENT_NAME)) {
    event.cutBuilt(before);
    event.add(NO_NAME);
    return;
  }
  event.plainText(SOURCE_IP);
  if (!event.builtEndIs(before, event.textStart, event.textSize)) {
    event.add(VIA);
    event.addText(SOURCE_IP);
  }
  event.add(BLANK);
  if (event.has(ERROR_CODE)) event.add(FAILED);
  const readOnlyKind = event.kind(READ_ONLY);
  event.add(readOnlyKind == Kind.Absent || readOnlyKind == Kind.True ? READS : WRITES);
  event.addText(EVENT_NAME);
  if (event.textIs(EVENT_NAME, PUT_PUBLIC_ACCESS_BLOCK)) {
    if (event.kind(PUBLIC_ACCESS_BLOCK) == Kind.Object) event.add(PUBLIC_ACCESS);
    return;
  }
  addObject(event);
}

/** What was read or written: its size, and the most exact name there is. */
function addObject(event: EventView): void {
  if (event.has(BYTES_IN) || event.has(BYTES_OUT)) {
    event.add(SIZE);
    event.addNumber(event.number(BYTES_IN) + event.number(BYTES_OUT));
  }
  if (event.isText(BUCKET_NAME) && event.isText(OBJECT_KEY)) {
    event.add(URI);
    addUri(event);
  } else if (event.has(BUCKET_NAME)) {
    event.add(BUCKET);
    event.addText(BUCKET_NAME);
  } else if (event.has(OBJECT_KEY)) {
    event.add(KEY);
    event.addText(OBJECT_KEY);
  } else if (event.has(REQUEST_HOST)) {
    event.add(HOST);
    event.addText(REQUEST_HOST);
  }
}

/** What Falco's plugin says instead when one of the parts is not a text. */
function missingPart(event: EventView): Bytes | null {
  if (!event.isText(EVENT_SOURCE)) return NO_SOURCE;
  if (!event.isText(AWS_REGION)) return NO_REGION;
  if (!event.isText(EVENT_NAME)) return NO_EVENT_NAME;
  return null;
}

/** `evt.plugininfo`: region, user, service, event and its info. */
export function eventText(event: EventView): void {
  event.startBuilding();
  const missing = missingPart(event);
  if (missing !== null) {
    event.add(missing);
    event.putBuilt();
    return;
  }
  event.addText(AWS_REGION);
  event.add(BLANK);
  const before = event.builtSize;
  if (addUser(event)) event.add(BLANK);
  else event.cutBuilt(before);
  addShortSource(event);
  event.add(BLANK);
  event.addText(EVENT_NAME);
  event.add(BLANK);
  addInfo(event);
  event.putBuilt();
}
