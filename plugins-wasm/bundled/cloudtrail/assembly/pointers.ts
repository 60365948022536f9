// Where the members of a record are that fields are made of.

import { pointer } from 'tiercel/sdk/event-view';

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
