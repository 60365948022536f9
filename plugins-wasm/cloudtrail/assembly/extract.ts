// Fields that are more than one member of the record. Each function puts the field's value, or nothing.

import { bytes } from 'tiercel/sdk/bytes';
import { ElementView } from 'tiercel/sdk/element-view';
import { EventView, pointer } from 'tiercel/sdk/event-view';
import { Kind } from 'tiercel/sdk/slots';

export const EVENT_NAME = pointer('/eventName');
export const EVENT_SOURCE = pointer('/eventSource');
export const AWS_REGION = pointer('/awsRegion');
export const SOURCE_IP = pointer('/sourceIPAddress');
export const ERROR_CODE = pointer('/errorCode');
export const READ_ONLY = pointer('/readOnly');
export const MANAGEMENT_EVENT = pointer('/managementEvent');
export const FROM_CONSOLE = pointer('/sessionCredentialFromConsole');
export const RESOURCES = pointer('/resources');
export const USER_TYPE = pointer('/userIdentity/type');
export const USER_NAME = pointer('/userIdentity/userName');
export const INVOKED_BY = pointer('/userIdentity/invokedBy');
export const ISSUER_NAME = pointer('/userIdentity/sessionContext/sessionIssuer/userName');
export const USER_ARN = pointer('/userIdentity/arn');
export const PRINCIPAL_ID = pointer('/userIdentity/principalId');
export const USER_ACCOUNT = pointer('/userIdentity/accountId');
export const RECIPIENT_ACCOUNT = pointer('/recipientAccountId');
export const BUCKET_NAME = pointer('/requestParameters/bucketName');
export const OBJECT_KEY = pointer('/requestParameters/key');
export const REQUEST_HOST = pointer('/requestParameters/Host');
export const PUBLIC_ACCESS_BLOCK = pointer('/requestParameters/PublicAccessBlockConfiguration');
export const BYTES_IN = pointer('/additionalEventData/bytesTransferredIn');
export const BYTES_OUT = pointer('/additionalEventData/bytesTransferredOut');
export const TAG_ITEMS = pointer('/requestParameters/tagSpecificationSet/items');
export const INSTANCE_ITEMS = pointer('/responseElements/instancesSet/items');
export const IMAGE_ID = pointer('/requestParameters/imageId');
export const FAST_LAUNCH_IMAGE = pointer('/requestParameters/DescribeFastLaunchImagesRequest/ImageId/content');
export const SPOT_IMAGE = pointer('/requestParameters/launchSpecification/imageId');

export const USER_POINTERS: i32[] = [USER_TYPE, USER_NAME, INVOKED_BY, ISSUER_NAME];
export const IMAGE_POINTERS: i32[] = [INSTANCE_ITEMS, IMAGE_ID, FAST_LAUNCH_IMAGE, SPOT_IMAGE];
export const SIZE_POINTERS: i32[] = [BYTES_IN, BYTES_OUT];
export const INFO_POINTERS: i32[] = [
  USER_TYPE, USER_NAME, INVOKED_BY, ISSUER_NAME, SOURCE_IP, EVENT_NAME, ERROR_CODE, READ_ONLY, PUBLIC_ACCESS_BLOCK,
  BYTES_IN, BYTES_OUT, BUCKET_NAME, OBJECT_KEY, REQUEST_HOST,
];
export const EVENT_TEXT_POINTERS: i32[] = INFO_POINTERS.concat([AWS_REGION, EVENT_SOURCE]);

const ROOT = bytes('Root');
const IAM_USER = bytes('IAMUser');
const AWS_SERVICE = bytes('AWSService');
const ASSUMED_ROLE = bytes('AssumedRole');
const AWS_ACCOUNT = bytes('AWSAccount');
const FEDERATED_USER = bytes('FederatedUser');
const AMAZON_DOMAIN = bytes('.amazonaws.com');
const TRUE = bytes('true');
const FALSE = bytes('false');
const BLANK = bytes(' ');
const GET_OBJECT = bytes('GetObject');
const PUT_OBJECT = bytes('PutObject');
const PUT_PUBLIC_ACCESS_BLOCK = bytes('PutBucketPublicAccessBlock');
const INSTANCE = bytes('instance');
const NAME = bytes('Name');
const S3_SCHEME = bytes('s3://');
const SLASH = bytes('/');
const COMMA = bytes(',');

/** Adds ct.user to the text being built; false when the record names none. */
function addUser(event: EventView): bool {
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

/** Of a role: the session's name, from the ARN or else from the principal. Of others: the user's name. */
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

function addShortSource(event: EventView): void {
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

function addUri(event: EventView): void {
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

/** The image of launched instance number `wanted`; false when there is none. */
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

const NO_USER = bytes('<invalid cloudtrail event: userIdentity field missing>');
const NO_ADDRESS = bytes('<invalid cloudtrail event: eventSource field missing>');
const NO_NAME = bytes('<invalid cloudtrail event: eventName field missing>');
const NO_SOURCE = bytes('<invalid JSON: event did not contain a source>');
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

/** `evt.plugininfo`: region, user, service, event and its info. */
export function eventText(event: EventView): void {
  event.startBuilding();
  if (!event.has(EVENT_SOURCE)) {
    event.add(NO_SOURCE);
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
