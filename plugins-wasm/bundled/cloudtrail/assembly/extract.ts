// Fields that are more than one member of the record. Each function puts the field's value, or nothing.

import { bytes } from 'tiercel/sdk/bytes';
import { ElementView } from 'tiercel/sdk/element-view';
import { EventView } from 'tiercel/sdk/event-view';
import { Kind } from 'tiercel/sdk/slots';
import {
  EVENT_NAME, EVENT_SOURCE, READ_ONLY, MANAGEMENT_EVENT, FROM_CONSOLE, RESOURCES, USER_TYPE, USER_NAME,
  INVOKED_BY, ISSUER_NAME, USER_ARN, PRINCIPAL_ID, USER_ACCOUNT, RECIPIENT_ACCOUNT, BUCKET_NAME, OBJECT_KEY,
  BYTES_IN, BYTES_OUT, TAG_ITEMS, INSTANCE_ITEMS, IMAGE_ID, FAST_LAUNCH_IMAGE, SPOT_IMAGE,
} from './pointers';

const ROOT = bytes('Root');
const IAM_USER = bytes('IAMUser');
const AWS_SERVICE = bytes('AWSService');
const ASSUMED_ROLE = bytes('AssumedRole');
const AWS_ACCOUNT = bytes('AWSAccount');
const FEDERATED_USER = bytes('FederatedUser');
const AMAZON_DOMAIN = bytes('.amazonaws.com');
const TRUE = bytes('true');
const FALSE = bytes('false');
const GET_OBJECT = bytes('GetObject');
const PUT_OBJECT = bytes('PutObject');
const INSTANCE = bytes('instance');
const NAME = bytes('Name');
const S3_SCHEME = bytes('s3://');
const SLASH = bytes('/');
const COMMA = bytes(',');

/** Adds ct.user to the text being built; false when the record names none. */
export function addUser(event: EventView): bool {
  if (event.textIs(USER_TYPE, ROOT) || event.textIs(USER_TYPE, IAM_USER)) return addIfPresent(event, USER_NAME);
  if (event.textIs(USER_TYPE, AWS_SERVICE)) return addIfPresent(event, INVOKED_BY);
  if (event.textIs(USER_TYPE, ASSUMED_ROLE)) {
    if (!addIfPresent(event, ISSUER_NAME)) event.add(ASSUMED_ROLE);
    return true;
  }
  if (event.textIs(USER_TYPE, AWS_ACCOUNT)) {
    event.add(AWS_ACCOUNT);
    return true;
  }
  if (event.textIs(USER_TYPE, FEDERATED_USER)) {
    event.add(FEDERATED_USER);
    return true;
  }
  return false;
}

function addIfPresent(event: EventView, at: i32): bool {
  if (!event.has(at)) return false;
  event.addText(at);
  return true;
}

export function user(event: EventView): void {
  event.startBuilding();
  if (addUser(event)) event.putBuilt();
}

/** A role's session name, from the ARN or else from the principal; for other identities, the name of the user. */
export function originalUser(event: EventView): void {
  if (!event.textIs(USER_TYPE, ASSUMED_ROLE)) {
    event.putText(USER_NAME);
    return;
  }
  event.plainText(USER_ARN);
  if (putLastPart(event, 0x2f, 3)) return;
  event.plainText(PRINCIPAL_ID);
  putLastPart(event, 0x3a, 2);
}

/** Puts the last part of the plain text if a separator cuts it into exactly so many. */
function putLastPart(event: EventView, separator: u8, parts: i32): bool {
  const end = event.textStart + event.textSize;
  let count = 1;
  let last = event.textStart;
  for (let at = event.textStart; at < end; at++) {
    if (load<u8>(at) == separator) {
      count++;
      last = at + 1;
    }
  }
  if (count != parts) return false;
  event.startBuilding();
  event.addBytes(last, end - last);
  event.putBuilt();
  return true;
}

export function userAccountId(event: EventView): void {
  event.putText(event.has(USER_ACCOUNT) ? USER_ACCOUNT : RECIPIENT_ACCOUNT);
}

export function addShortSource(event: EventView): void {
  event.plainText(EVENT_SOURCE);
  const isLong = event.textSize > AMAZON_DOMAIN.size && AMAZON_DOMAIN.endsText(event.textStart, event.textSize);
  event.addBytes(event.textStart, isLong ? event.textSize - AMAZON_DOMAIN.size : event.textSize);
}

export function shortSource(event: EventView): void {
  if (!event.has(EVENT_SOURCE)) return;
  event.startBuilding();
  addShortSource(event);
  event.putBuilt();
}

/** `true` for the JSON value true, `false` for every other one. */
function putTruth(event: EventView, at: i32): void {
  const kind = event.kind(at);
  if (kind == Kind.Absent) return;
  event.putConstant(kind == Kind.True ? TRUE : FALSE);
}

export function readOnly(event: EventView): void {
  putTruth(event, READ_ONLY);
}

export function managementEvent(event: EventView): void {
  putTruth(event, MANAGEMENT_EVENT);
}

export function fromConsole(event: EventView): void {
  putTruth(event, FROM_CONSOLE);
}

/** Falco looks for another spelling than the one it documents: never present. */
export function never(_event: EventView): void {}

export function resources(event: EventView): void {
  event.startBuilding();
  const cursor = event.elements(RESOURCES);
  let count = 0;
  while (cursor.next()) {
    if (count++ > 0) event.add(COMMA);
    event.addBytes(cursor.start, cursor.end - cursor.start);
  }
  if (count > 0) event.putBuilt();
}

export function addUri(event: EventView): void {
  event.add(S3_SCHEME);
  event.addText(BUCKET_NAME);
  event.add(SLASH);
  event.addText(OBJECT_KEY);
}

export function s3Uri(event: EventView): void {
  if (!event.isText(BUCKET_NAME) || !event.isText(OBJECT_KEY)) return;
  event.startBuilding();
  addUri(event);
  event.putBuilt();
}

export function s3Bytes(event: EventView): void {
  if (!event.has(BYTES_IN) && !event.has(BYTES_OUT)) return;
  event.putNumber(event.number(BYTES_IN) + event.number(BYTES_OUT));
}

export function s3BytesIn(event: EventView): void {
  if (event.has(BYTES_IN)) event.putNumber(event.number(BYTES_IN));
}

export function s3BytesOut(event: EventView): void {
  if (event.has(BYTES_OUT)) event.putNumber(event.number(BYTES_OUT));
}

export function s3CountGet(event: EventView): void {
  if (event.textIs(EVENT_NAME, GET_OBJECT)) event.putNumber(1);
}

export function s3CountPut(event: EventView): void {
  if (event.textIs(EVENT_NAME, PUT_OBJECT)) event.putNumber(1);
}

export function s3CountOther(event: EventView): void {
  if (event.textIs(EVENT_NAME, GET_OBJECT) || event.textIs(EVENT_NAME, PUT_OBJECT)) return;
  event.putNumber(1);
}

const tagSpecification = new ElementView(['/resourceType', '/tags']);
const tag = new ElementView(['/key', '/value']);

/** The first tag `Name` of each instance specification; the last specification that has one wins. */
export function ec2Name(event: EventView): void {
  let isFound = false;
  event.startBuilding();
  const specifications = event.elements(TAG_ITEMS);
  while (specifications.next()) {
    tagSpecification.walk(specifications.start, specifications.end);
    if (!tagSpecification.text(0)) continue;
    if (!INSTANCE.equals(tagSpecification.textStart, tagSpecification.textSize)) continue;
    const tags = tagSpecification.elements(1);
    while (tags.next()) {
      tag.walk(tags.start, tags.end);
      if (!tag.text(0) || !NAME.equals(tag.textStart, tag.textSize)) continue;
      event.startBuilding();
      if (tag.text(1)) event.addBytes(tag.textStart, tag.textSize);
      isFound = event.builtSize > 0;
      break;
    }
  }
  if (isFound) event.putBuilt();
}

const instanceItem = new ElementView(['/imageId']);

/** The image of launched instance number `wanted`; false if there is none. */
function addInstanceImage(event: EventView, wanted: i32): bool {
  const cursor = event.elements(INSTANCE_ITEMS);
  for (let index = 0; cursor.next(); index++) {
    if (index != wanted) continue;
    instanceItem.walk(cursor.start, cursor.end);
    if (!instanceItem.text(0)) return false;
    event.addBytes(instanceItem.textStart, instanceItem.textSize);
    return true;
  }
  return false;
}

function addRequestedImage(event: EventView): bool {
  return (
    addIfPresent(event, IMAGE_ID) || addIfPresent(event, FAST_LAUNCH_IMAGE) || addIfPresent(event, SPOT_IMAGE)
  );
}

export function imageId(event: EventView): void {
  event.startBuilding();
  const isFound = event.has(INSTANCE_ITEMS) ? addInstanceImage(event, 0) : addRequestedImage(event);
  if (isFound) event.putBuilt();
}

/** A list also with an index, as in Falco. */
export function imageIds(event: EventView): void {
  event.columns.startList();
  event.startBuilding();
  if (!event.has(INSTANCE_ITEMS)) {
    if (event.argumentIndex <= 0 && addRequestedImage(event)) addBuiltToList(event);
  } else if (event.argumentIndex >= 0) {
    if (addInstanceImage(event, event.argumentIndex)) addBuiltToList(event);
  } else {
    const cursor = event.elements(INSTANCE_ITEMS);
    while (cursor.next()) {
      instanceItem.walk(cursor.start, cursor.end);
      if (!instanceItem.text(0) || instanceItem.textSize == 0) continue;
      event.columns.addToList(instanceItem.textStart, instanceItem.textSize);
    }
  }
  event.columns.endList();
}

function addBuiltToList(event: EventView): void {
  event.columns.addToList(event.builtStart, event.builtSize);
}
