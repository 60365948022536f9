// The fields of CloudTrail records in the order of manifest.json: a member of the record, or a function of extract.ts.

import { pointer } from 'tiercel/sdk/event-view';
import { FieldTable } from 'tiercel/sdk/field-table';
import { eventText, info } from './event-text';
import {
  ec2Name, fromConsole, imageId, imageIds, managementEvent, never, originalUser, readOnly,
  resources, s3Bytes, s3BytesIn, s3BytesOut, s3CountGet, s3CountOther, s3CountPut, s3Uri, shortSource, user,
  userAccountId,
} from './extract';
import {
  AWS_REGION, BUCKET_NAME, BYTES_IN, BYTES_OUT, ERROR_CODE, EVENT_NAME, EVENT_SOURCE, EVENT_TEXT_POINTERS,
  FROM_CONSOLE, IMAGE_POINTERS, INFO_POINTERS, MANAGEMENT_EVENT, OBJECT_KEY, PRINCIPAL_ID, READ_ONLY,
  RECIPIENT_ACCOUNT, REQUEST_HOST, RESOURCES, SIZE_POINTERS, SOURCE_IP, TAG_ITEMS, USER_ACCOUNT, USER_ARN,
  USER_NAME, USER_POINTERS, USER_TYPE,
} from './pointers';

export const fields = new FieldTable();

fields.uniqueText('ct.id', pointer('/eventID'));
fields.text('ct.error', ERROR_CODE);
fields.text('ct.errormessage', pointer('/errorMessage'));
fields.text('ct.time', pointer('/eventTime'));
fields.text('ct.src', EVENT_SOURCE);
fields.computed('ct.shortsrc', [EVENT_SOURCE], shortSource);
fields.text('ct.name', EVENT_NAME);
fields.computed('ct.user', USER_POINTERS, user);
fields.computed('ct.originaluser', [USER_TYPE, USER_NAME, USER_ARN, PRINCIPAL_ID], originalUser);
fields.computed('ct.user.accountid', [USER_ACCOUNT, RECIPIENT_ACCOUNT], userAccountId);
fields.text('ct.user.identitytype', USER_TYPE);
fields.text('ct.user.principalid', PRINCIPAL_ID);
fields.text('ct.user.arn', USER_ARN);
fields.text('ct.region', AWS_REGION);
fields.text('ct.response.subnetid', pointer('/responseElements/subnetId'));
fields.text('ct.response.reservationid', pointer('/responseElements/reservationId'));
fields.json('ct.response', pointer('/responseElements'));
fields.text('ct.request.availabilityzone', pointer('/requestParameters/availabilityZone'));
fields.text('ct.request.cluster', pointer('/requestParameters/cluster'));
fields.text('ct.request.functionname', pointer('/requestParameters/functionName'));
fields.text('ct.request.groupname', pointer('/requestParameters/groupName'));
fields.text('ct.request.host', REQUEST_HOST);
fields.text('ct.request.name', pointer('/requestParameters/name'));
fields.text('ct.request.policy', pointer('/requestParameters/policy'));
fields.text('ct.request.reason', pointer('/requestParameters/reason'));
fields.text('ct.request.target', pointer('/requestParameters/target'));
fields.computed('ct.request.documentname', [], never);
fields.text('ct.request.serialnumber', pointer('/requestParameters/serialNumber'));
fields.text('ct.request.servicename', pointer('/requestParameters/serviceName'));
fields.text('ct.request.subnetid', pointer('/requestParameters/subnetId'));
fields.text('ct.request.taskdefinition', pointer('/requestParameters/taskDefinition'));
fields.text('ct.request.username', pointer('/requestParameters/userName'));
fields.json('ct.request', pointer('/requestParameters'));
fields.text('ct.srcip', SOURCE_IP);
fields.text('ct.useragent', pointer('/userAgent'));
fields.computed('ct.info', INFO_POINTERS, info);
fields.computed('ct.managementevent', [MANAGEMENT_EVENT], managementEvent);
fields.computed('ct.readonly', [READ_ONLY], readOnly);
fields.uniqueText('ct.requestid', pointer('/requestID'));
fields.text('ct.eventtype', pointer('/eventType'));
fields.text('ct.apiversion', pointer('/apiVersion'));
fields.computed('ct.resources', [RESOURCES], resources);
fields.text('ct.recipientaccountid', RECIPIENT_ACCOUNT);
fields.text('ct.serviceeventdetails', pointer('/serviceEventDetails'));
fields.uniqueText('ct.sharedeventid', pointer('/sharedEventID'));
fields.text('ct.vpcendpointid', pointer('/vpcEndpointId'));
fields.text('ct.eventcategory', pointer('/eventCategory'));
fields.text('ct.addendum.reason', pointer('/addendum/reason'));
fields.text('ct.addendum.updatedfields', pointer('/addendum/updatedFields'));
fields.text('ct.addendum.originalrequestid', pointer('/addendum/originalRequestID'));
fields.text('ct.addendum.originaleventid', pointer('/addendum/originalEventID'));
fields.computed('ct.sessioncredentialfromconsole', [FROM_CONSOLE], fromConsole);
fields.text('ct.edgedevicedetails', pointer('/edgeDeviceDetails'));
fields.text('ct.tlsdetails.tlsversion', pointer('/tlsDetails/tlsVersion'));
fields.text('ct.tlsdetails.ciphersuite', pointer('/tlsDetails/cipherSuite'));
fields.text('ct.tlsdetails.clientprovidedhostheader', pointer('/tlsDetails/clientProvidedHostHeader'));
fields.json('ct.additionaleventdata', pointer('/additionalEventData'));
fields.text('s3.bucket', BUCKET_NAME);
fields.text('s3.key', OBJECT_KEY);
fields.computed('s3.uri', [BUCKET_NAME, OBJECT_KEY], s3Uri);
fields.computed('s3.bytes', SIZE_POINTERS, s3Bytes);
fields.computed('s3.bytes.in', [BYTES_IN], s3BytesIn);
fields.computed('s3.bytes.out', [BYTES_OUT], s3BytesOut);
fields.computed('s3.cnt.get', [EVENT_NAME], s3CountGet);
fields.computed('s3.cnt.put', [EVENT_NAME], s3CountPut);
fields.computed('s3.cnt.other', [EVENT_NAME], s3CountOther);
fields.computed('ec2.name', [TAG_ITEMS], ec2Name);
fields.computed('ec2.imageid', IMAGE_POINTERS, imageId);
fields.computed('ec2.imageids', IMAGE_POINTERS, imageIds);
fields.text('ecr.repository', pointer('/requestParameters/repositoryName'));
fields.text('ecr.imagetag', pointer('/requestParameters/imageTag'));
fields.text('iam.role', pointer('/requestParameters/roleName'));
fields.text('iam.policy', pointer('/requestParameters/policyName'));
fields.computed('evt.plugininfo', EVENT_TEXT_POINTERS, eventText);
